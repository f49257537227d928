"""Databases: in the cluster, or AWS-managed."""
