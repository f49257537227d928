"""The rehearsal's control plane: real Kubernetes processes, fake nodes, and looks at its state."""

from rehearsal.control_plane.api import Api, ApiError
from rehearsal.control_plane.crds import CrdError
from rehearsal.control_plane.nodes import NodeGroup, Nodes, NodesNotReadyError
from rehearsal.control_plane.plane import ControlPlane, ControlPlaneError, run_folder
from rehearsal.control_plane.stages import READY_AFTER_SECONDS

__all__ = [
    "READY_AFTER_SECONDS",
    "Api",
    "ApiError",
    "ControlPlane",
    "ControlPlaneError",
    "CrdError",
    "NodeGroup",
    "Nodes",
    "NodesNotReadyError",
    "run_folder",
]
