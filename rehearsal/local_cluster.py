"""The local control plane as the simulated cloud sees it: an EKS cluster whose node groups are fake nodes."""

from collections.abc import Sequence
from dataclasses import asdict

from catalog.instances import instances
from rehearsal.cloud import NodeGroupSpec
from rehearsal.control_plane import ControlPlane, NodeGroup


class LocalEks:
    """Stands behind every EKS cluster of the simulated cloud: see rehearsal.cloud.LocalCluster."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    @property
    def endpoint(self) -> str:
        """The API server's URL."""
        return self._plane.endpoint

    @property
    def ca_data(self) -> str:
        """The certificate of its CA: PEM in base64."""
        return self._plane.ca_data

    def add_nodes(self, group: NodeGroupSpec) -> Sequence[str]:
        """Make the group's nodes, as large as their instance type is."""
        nodes = NodeGroup(
            name=group.name,
            instance=instances()[group.instance_type],
            count=group.size,
            zones=group.zones,
            labels={**group.labels, "eks.amazonaws.com/nodegroup": group.name},
            taints=[asdict(taint) for taint in group.taints],
            disk_gib=group.disk_gib,
        )
        return self._plane.nodes.add(nodes)

    def remove_nodes(self, group_name: str) -> None:
        """Delete the group's nodes."""
        self._plane.nodes.remove(group_name)
