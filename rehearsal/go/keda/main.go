// Command keda-adapter is KEDA's metrics adapter for the rehearsal.
//
// It serves external metrics as KEDA's own does, without that one's Prometheus endpoint: no flag
// keeps it off the network. All that this one opens is bound by --bind-address.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	grpcprom "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/metricsservice"
	kedaprovider "github.com/kedacore/keda/v2/pkg/provider"
	"github.com/kedacore/keda/v2/version"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	basecmd "sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
)

// Recipe is set by the toolchain to the digest of these sources, so that a changed source is seen as
// another version.
var Recipe = "unset"

func main() {
	if slices.Contains(os.Args[1:], "--version") {
		fmt.Printf("keda-adapter %s recipe %s\n", version.Version, Recipe)
		return
	}
	ctrl.SetLogger(zap.New())
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintf(os.Stderr, "keda-adapter: %v\n", err)
		os.Exit(1)
	}
}

// run serves until the context ends. The cluster it reads ScaledObjects from is KUBECONFIG's.
func run(ctx context.Context) error {
	adapter := &basecmd.AdapterBase{Name: "keda-adapter"}
	operator := adapter.Flags().String("metrics-service-address", "", "Where the operator serves metrics.")
	if err := adapter.Flags().Parse(os.Args[1:]); err != nil {
		return fmt.Errorf("reading flags: %w", err)
	}
	if err := kedav1alpha1.AddToScheme(scheme.Scheme); err != nil {
		return fmt.Errorf("adding KEDA's types: %w", err)
	}
	// Port 0: no server for the manager's own metrics.
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:  scheme.Scheme,
		Metrics: server.Options{BindAddress: "0"},
	})
	if err != nil {
		return fmt.Errorf("making a manager: %w", err)
	}
	certificates := adapter.SecureServing.ServerCert.CertDirectory
	metrics := grpcprom.NewClientMetrics()
	client, err := metricsservice.NewGrpcClient(ctx, *operator, certificates, "", "", metrics, false)
	if err != nil {
		return fmt.Errorf("connecting to the operator at %s: %w", *operator, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- manager.Start(ctx) }()
	adapter.WithExternalMetrics(kedaprovider.NewProvider(ctx, ctrl.Log, manager.GetClient(), *client))
	go func() { stopped <- adapter.Run(ctx) }()
	return <-stopped
}
