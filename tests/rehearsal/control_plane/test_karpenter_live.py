from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from catalog.instances import instances
from rehearsal.control_plane import Api, ControlPlane
from rehearsal.control_plane.leftovers import leftovers, snapshot_objects
from rehearsal.control_plane.observe import Node, nodes, pending_pods
from rehearsal.karpenter import Karpenter, kwok_node_class_ref
from rehearsal.toolchain import Toolchain
from tests.rehearsal.control_plane.live import add_pod, ready_pod, remove_pod, the_pod, until

pytestmark = pytest.mark.live

OFFERED = ("g6.xlarge", "g6e.12xlarge", "g6e.48xlarge", "p5.48xlarge")
POOLS = "/apis/karpenter.sh/v1/nodepools"


@pytest.fixture(scope="module")
def karpenter(control_plane: ControlPlane, toolchain: Toolchain) -> Iterator[Karpenter]:
    offered = [instances()[name] for name in OFFERED]
    zones = ("us-east-1a", "us-east-1b")
    with Karpenter(
        binary=toolchain.karpenter, plane=control_plane, instances=offered, zones=zones
    ) as running:
        yield running


def add_pool(api: Api, name: str, requirements: dict[str, list[str]]) -> None:
    rows = [{"key": key, "operator": "In", "values": values} for key, values in requirements.items()]
    template = {
        "nodeClassRef": kwok_node_class_ref(),
        "requirements": rows,
        "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
    }
    disruption = {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "300s"}
    body: dict[str, Any] = {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": name},
        "spec": {"template": {"spec": template}, "disruption": disruption},
    }
    api.apply(f"{POOLS}/{name}", body)


def remove_pool(api: Api, name: str) -> None:
    api.delete(f"{POOLS}/{name}", propagationPolicy="Foreground")
    until(lambda: not api.find(f"{POOLS}/{name}"))


def node_of(api: Api, pod: str) -> Node:
    placed = until(lambda: ready_pod(api, pod))
    return next(node for node in nodes(api) if node.name == placed.node)


def test_it_listens_on_loopback_only(karpenter: Karpenter) -> None:
    assert karpenter.pid
    connections = psutil.Process(karpenter.pid).net_connections()
    assert {row.laddr.ip for row in connections if row.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_a_pending_pod_gets_the_node_it_needs_and_the_pool_drains_it(
    control_plane: ControlPlane, karpenter: Karpenter
) -> None:
    assert karpenter.running
    api = control_plane.api
    baseline = snapshot_objects(api)
    add_pool(
        api,
        "l40s",
        {
            "karpenter.k8s.aws/instance-gpu-name": ["l40s"],
            "karpenter.sh/capacity-type": ["spot", "on-demand"],
        },
    )
    add_pod(api, "four-gpus", gpus=4)
    node = node_of(api, "four-gpus")
    assert (node.instance_type, node.nodepool, node.gpus) == ("g6e.12xlarge", "l40s", 4)
    assert node.capacity_type == "spot"
    assert node.zone in karpenter.zones

    remove_pool(api, "l40s")
    assert not [node for node in nodes(api) if node.nodepool == "l40s"]
    # A bare pod has nothing that makes it anew: its eviction is its end.
    assert until(lambda: not the_pod(api, "four-gpus"))
    assert leftovers(api, baseline, settle_seconds=30) == ()


def test_a_reservation_is_taken_first(control_plane: ControlPlane, karpenter: Karpenter) -> None:
    assert karpenter.running
    api = control_plane.api
    capacity = ["reserved", "spot", "on-demand"]
    add_pool(
        api,
        "h100",
        {"node.kubernetes.io/instance-type": ["p5.48xlarge"], "karpenter.sh/capacity-type": capacity},
    )
    add_pod(api, "eight-gpus", gpus=8)
    node = node_of(api, "eight-gpus")
    assert (node.instance_type, node.capacity_type, node.gpus) == ("p5.48xlarge", "reserved", 8)
    remove_pod(api, "eight-gpus")
    remove_pool(api, "h100")


def test_what_cannot_be_placed_says_why(control_plane: ControlPlane, karpenter: Karpenter) -> None:
    assert karpenter.running
    api = control_plane.api
    add_pool(api, "small", {"node.kubernetes.io/instance-type": ["g6.xlarge"]})
    add_pod(api, "too-big", gpus=2)
    (waiting,) = until(lambda: [found for found in pending_pods(api) if found.karpenter and found.scheduler])
    assert waiting.pod.name == "too-big"
    assert "no instance type has enough resources" in waiting.karpenter[0]
    remove_pod(api, "too-big")
    remove_pool(api, "small")


def test_the_nodes_of_a_pool_removed_after_karpenter_stay(
    control_plane: ControlPlane, karpenter: Karpenter
) -> None:
    api = control_plane.api
    baseline = snapshot_objects(api)
    add_pool(api, "orphan", {"node.kubernetes.io/instance-type": ["g6.xlarge"]})
    add_pod(api, "one-gpu", gpus=1)
    node_of(api, "one-gpu")
    karpenter.stop()
    api.delete(f"{POOLS}/orphan")
    remove_pod(api, "one-gpu")
    kinds = {ref.kind for ref in leftovers(api, baseline, settle_seconds=2)}
    assert kinds >= {"NodeClaim", "Node"}
    karpenter.start()
    until(lambda: not [node for node in nodes(api) if node.nodepool == "orphan"])
