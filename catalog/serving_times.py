"""How long the parts of a replica's start take in a cluster, where a rehearsal has to assume them."""

# A GPU node from the API call to Ready, and the engine's image (8 to 10 GB) on its disk. An assumption: no public
# measurement was found (2026-11). The plan's own budget for both is 900 s.
NODE_SECONDS = 150

# The plan's startup budget is this much longer than what it expects a start to take: see planning/startup.py.
STARTUP_MARGIN = 2.0
