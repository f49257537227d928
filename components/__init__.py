"""Reusable Pulumi components of the inference platform."""
