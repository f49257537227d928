"""Waits for pods to be placed, and says where they are or why they are not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from components.gpu_pool_specs import POOL_LABEL
from rehearsal.control_plane import Api, observe

_LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class PlacedPod:
    """Where one pod with GPUs runs. `gpus` counts what `resource` names: GPUs, MIG slices or shares."""

    server: str
    pod: str
    pool: str
    instance_type: str
    capacity_type: str
    zone: str
    node: str
    gpus: int
    resource: str = observe.GPU


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The cluster at one moment: pods on GPUs, pods that wait, and the instance type of every node."""

    placed: tuple[PlacedPod, ...]
    pending: tuple[observe.PendingPod, ...]
    unready: tuple[str, ...]
    nodes: tuple[observe.Node, ...]

    @property
    def busy_nodes(self) -> tuple[observe.Node, ...]:
        """The nodes but for empty ones of GPU pools, which Karpenter takes away in time."""
        used = {pod.node for pod in self.placed}
        return tuple(node for node in self.nodes if POOL_LABEL not in node.labels or node.name in used)

    @property
    def settled(self) -> bool:
        """Whether every pod is placed and ready."""
        return not self.pending and not self.unready


def look(api: Api) -> Placement:
    """Return the placement as it is now."""
    pods, nodes = observe.pods(api), observe.nodes(api)
    by_name = {node.name: node for node in nodes}
    placed = [_placed(pod, by_name[pod.node]) for pod in pods if pod.gpus and pod.node in by_name]
    waiting = [f"{pod.namespace}/{pod.name}" for pod in pods if pod.node and not pod.ready]
    return Placement(
        placed=tuple(sorted(placed, key=lambda one: (one.server, one.pod))),
        pending=observe.pending_pods(api),
        unready=tuple(waiting),
        nodes=nodes,
    )


def settle(api: Api, expected: Callable[[], bool], timeout_seconds: float) -> Placement:
    """Wait until `expected` holds and every pod is placed and ready; return the last look in any case."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        if expected():
            placement = look(api)
            if placement.settled or time.monotonic() > deadline:
                return placement
        elif time.monotonic() > deadline:
            return look(api)
        time.sleep(_LOOK_EVERY_SECONDS)


def _placed(pod: observe.Pod, node: observe.Node) -> PlacedPod:
    return PlacedPod(
        server=pod.labels.get("app.kubernetes.io/instance", pod.owner),
        pod=pod.name,
        pool=node.labels.get(POOL_LABEL, ""),
        instance_type=node.instance_type,
        capacity_type=node.capacity_type,
        zone=node.zone,
        node=node.name,
        gpus=pod.gpus,
        resource=next(iter(pod.gpu_parts)),
    )
