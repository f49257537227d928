"""What the settings mean: pure arithmetic from a stack file to a plan. No Pulumi, no network."""
