"""How much longer than expected a start may take before it counts as failed."""

# Half of each assumed speed is still let live: see planning/startup.py.
STARTUP_MARGIN = 2.0
