"""The rehearsal: the whole platform, run on one machine."""
