"""Built-in Pulumi providers, served in the process of the rehearsal."""
