package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/operator"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/scheduling"
)

// provider is the KWOK cloud provider whose nodes have all that their instance type has.
type provider struct {
	*kwok.CloudProvider
	sizes *sizes
	types []*cloudprovider.InstanceType
}

func newProvider(ctx context.Context, op *operator.Operator, types []*cloudprovider.InstanceType) *provider {
	byName := make(map[string]*cloudprovider.InstanceType, len(types))
	for _, it := range types {
		byName[it.Name] = it
	}
	sizes := &sizes{types: byName}
	if options.FromContext(ctx).FeatureGates.NodeOverlay {
		sizes.overlays = op.InstanceTypeStore
	}
	client := sizingClient{Client: op.GetClient(), sizes: sizes}
	return &provider{CloudProvider: kwok.NewCloudProvider(ctx, client, types), sizes: sizes, types: types}
}

// Create makes a fake node for the claim, on an instance type that has capacity left to offer.
func (p *provider) Create(ctx context.Context, claim *v1.NodeClaim) (*v1.NodeClaim, error) {
	offered, err := p.offered(claim)
	if err != nil {
		return nil, err
	}
	created, err := p.CloudProvider.Create(ctx, offered)
	if err != nil {
		return nil, err
	}
	created.Status.Capacity, created.Status.Allocatable, err = p.sizes.of(created.Labels)
	return created, err
}

// offered narrows a claim to the instance types with an available offering for it. The provider
// itself panics on the others, where EC2 answers with insufficient capacity.
func (p *provider) offered(claim *v1.NodeClaim) (*v1.NodeClaim, error) {
	wanted := scheduling.NewNodeSelectorRequirementsWithMinValues(claim.Spec.Requirements...)
	var names []string
	for _, it := range p.types {
		named := wanted.Get(corev1.LabelInstanceTypeStable).Has(it.Name)
		if named && it.Offerings.Available().HasCompatible(wanted) {
			names = append(names, it.Name)
		}
	}
	if len(names) == 0 {
		return nil, cloudprovider.NewInsufficientCapacityError(fmt.Errorf("no offering is available for %s", claim.Name))
	}
	narrowed := claim.DeepCopy()
	for i := range narrowed.Spec.Requirements {
		if requirement := &narrowed.Spec.Requirements[i]; requirement.Key == corev1.LabelInstanceTypeStable {
			requirement.Operator, requirement.Values = corev1.NodeSelectorOpIn, names
		}
	}
	return narrowed, nil
}
