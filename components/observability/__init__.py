"""Metrics: collected, kept, shown."""
