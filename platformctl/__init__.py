"""`platformctl`: the platform from the command line. Commands import what they need when they run."""
