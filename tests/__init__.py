"""Tests; the tree mirrors the repository."""
