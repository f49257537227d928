"""The EKS cluster: control plane, access, add-ons, system nodes, storage, and a Kubernetes provider."""

from components.cluster.cluster import Cluster, ClusterArgs
from components.cluster.nodes import SYSTEM_LABEL

__all__ = ["SYSTEM_LABEL", "Cluster", "ClusterArgs"]
