"""What the contract tests know: every component, an example of each, and how to read their sources."""
