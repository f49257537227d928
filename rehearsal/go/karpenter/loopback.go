package main

import (
	"strings"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
)

// disabled is how controller-runtime is told to open no server.
const disabled = "0"

// listenOnLoopback keeps the metrics and health servers off the network. Karpenter's options hold
// only ports, so the address is set where its operator makes the manager. Port 0 opens no server.
func listenOnLoopback() {
	newManager := ctrl.NewManager
	ctrl.NewManager = func(config *rest.Config, opts ctrl.Options) (ctrl.Manager, error) {
		opts.Metrics.BindAddress = onLoopback(opts.Metrics.BindAddress)
		opts.HealthProbeBindAddress = onLoopback(opts.HealthProbeBindAddress)
		return newManager(config, opts)
	}
}

// onLoopback turns ":8080" into "127.0.0.1:8080", whatever host the address names.
func onLoopback(address string) string {
	port := address[strings.LastIndex(address, ":")+1:]
	if port == "" || port == "0" {
		return disabled
	}
	return "127.0.0.1:" + port
}
