"""Measurements of the rehearsal on this machine. Times are printed, never asserted."""
