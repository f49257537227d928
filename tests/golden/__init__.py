"""The graphs of the repository's own stacks, kept as files so that a review shows what a change does."""
