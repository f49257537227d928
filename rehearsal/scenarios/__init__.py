"""Scenarios: a stack under load on the rehearsal's stage, with the real controllers."""
