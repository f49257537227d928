package main

import (
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/karpenter/pkg/cloudprovider"
)

// listedType is the part of an entry of the instance-types file that the provider drops.
type listedType struct {
	Offerings []struct {
		// Available is nil where the file does not say, which means available.
		Available *bool
	}
}

// markUnavailable turns off the offerings that the file at path marks with "Available": false.
// The provider turns every offering on while it reads the file, keeping the file's order.
func markUnavailable(path string, types []*cloudprovider.InstanceType) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	var listed []listedType
	if err := json.Unmarshal(raw, &listed); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	// Both come from one file, so they differ only if it was written in between.
	if len(listed) != len(types) {
		return fmt.Errorf("%s changed while it was read: %d types, then %d", path, len(types), len(listed))
	}
	for i, entry := range listed {
		for j, offering := range entry.Offerings {
			if offering.Available != nil {
				types[i].Offerings[j].Available = *offering.Available
			}
		}
	}
	return nil
}
