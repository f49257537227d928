package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeoverlay"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sizes knows what a node of an instance type holds, overlays included.
type sizes struct {
	types map[string]*cloudprovider.InstanceType
	// overlays is nil while the NodeOverlay feature gate is off.
	overlays *nodeoverlay.InstanceTypeStore
}

// of returns capacity and allocatable of the node that carries these labels.
func (s *sizes) of(labels map[string]string) (corev1.ResourceList, corev1.ResourceList, error) {
	it, found := s.types[labels[corev1.LabelInstanceTypeStable]]
	if !found {
		return nil, nil, fmt.Errorf("unknown instance type %q", labels[corev1.LabelInstanceTypeStable])
	}
	if s.overlays != nil {
		overlaid, err := s.overlays.Apply(labels[v1.NodePoolLabelKey], it)
		if err != nil {
			return nil, nil, fmt.Errorf("applying overlays to %s: %w", it.Name, err)
		}
		it = overlaid
	}
	return it.Capacity.DeepCopy(), it.Allocatable().DeepCopy(), nil
}

// sizingClient gives each node that the provider creates its instance type's resources; the provider
// itself writes no more than the claim asked for.
type sizingClient struct {
	client.Client
	sizes *sizes
}

// Create fills in the resources of nodes, and passes everything else on.
func (c sizingClient) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	node, isNode := obj.(*corev1.Node)
	if !isNode {
		return c.Client.Create(ctx, obj, opts...)
	}
	capacity, allocatable, err := c.sizes.of(node.Labels)
	if err != nil {
		return err
	}
	// The provider still reads the node it passed, from another goroutine.
	sized := node.DeepCopy()
	sized.Status.Capacity, sized.Status.Allocatable = capacity, allocatable
	return c.Client.Create(ctx, sized, opts...)
}
