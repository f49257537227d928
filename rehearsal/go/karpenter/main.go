// Command karpenter runs Karpenter on KWOK's fake nodes for the rehearsal.
//
// It is Karpenter's own KWOK cloud provider with three repairs: nodes carry the capacity that a
// NodeOverlay gives them, an offering marked unavailable stays so, and every server listens on
// loopback only.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	kwokoptions "sigs.k8s.io/karpenter/kwok/options"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator"
)

// Recipe is set by the toolchain to the digest of these sources, so that a changed source is seen as
// another version.
var Recipe = "unset"

func main() {
	if slices.Contains(os.Args[1:], "--version") {
		fmt.Printf("karpenter %s recipe %s\n", operator.Version, Recipe)
		return
	}
	listenOnLoopback()
	ctx, op := operator.NewOperator()
	types, err := instanceTypes(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "karpenter: %v\n", err)
		os.Exit(1)
	}
	base := newProvider(ctx, op, types)
	decorated := overlay.Decorate(base, op.GetClient(), op.InstanceTypeStore)
	cluster := state.NewCluster(op.Clock, op.GetClient(), decorated)
	op.WithControllers(ctx, controllers.NewControllers(
		ctx,
		op.Manager,
		op.Clock,
		op.GetClient(),
		op.EventRecorder,
		decorated,
		base,
		cluster,
		op.InstanceTypeStore,
	)...).Start(ctx)
}

// instanceTypes reads the file that INSTANCE_TYPES_FILE_PATH names, or the provider's own without one.
func instanceTypes(ctx context.Context) ([]*cloudprovider.InstanceType, error) {
	types, err := kwok.ConstructInstanceTypes(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading instance types: %w", err)
	}
	path := kwokoptions.FromContext(ctx).InstanceTypesFilePath
	if path == "" {
		return types, nil
	}
	return types, markUnavailable(path, types)
}
