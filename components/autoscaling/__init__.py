"""Scaling of any Deployment: replicas by an HPA or KEDA, requests by the VPA."""
