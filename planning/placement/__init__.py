"""Where what is served runs: which instance types, cut how, and how many. Least dollars among what fits."""
