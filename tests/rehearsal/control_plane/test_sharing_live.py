"""GPUs cut in every way, with the program's own pools, on the real scheduler and Karpenter."""

from collections.abc import Iterator
from typing import Any

import pulumi_kubernetes as k8s
import pytest

from catalog.instances import instances
from components.gpu_pool import GpuPool, GpuPoolArgs
from components.gpu_pool_specs import Capacity
from components.warm_headroom import Headroom, WarmHeadroom, WarmHeadroomArgs
from rehearsal.control_plane import Api, ControlPlane
from rehearsal.control_plane.observe import Node, Pod, nodes, pending_pods, pods
from rehearsal.karpenter import Karpenter, feature_gates
from rehearsal.toolchain import Toolchain
from tests.components.objects import DEPLOYMENT, NODE_POOL, RELEASE
from tests.components.recorder import Recording, record
from tests.golden.stacks import recorded
from tests.rehearsal.control_plane.live import until
from tests.rehearsal.control_plane.recorded import apply_all, apply_deployment, deployment, remove_all

pytestmark = pytest.mark.live

OVERLAY = "kubernetes:karpenter.sh/v1alpha1:NodeOverlay"
PRIORITY_CLASS = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
OFFERED = ("g6.xlarge", "g6.12xlarge", "g6e.12xlarge", "p5.48xlarge")
# What one node of each pool has, as the device plugin would advertise it.
FULL = {
    "slices": ("nvidia.com/mig-3g.40gb", 16),
    "singles": ("nvidia.com/gpu", 56),
    "turns": ("nvidia.com/gpu.shared", 16),
    "sides": ("nvidia.com/gpu.shared", 8),
}


@pytest.fixture(scope="module")
def karpenter(control_plane: ControlPlane, toolchain: Toolchain) -> Iterator[Karpenter]:
    (release,) = [one for one in recorded("sharing").of_type(RELEASE) if one.inputs["name"] == "karpenter"]
    with Karpenter(
        binary=toolchain.karpenter,
        plane=control_plane,
        instances=[instances()[name] for name in OFFERED],
        zones=("us-east-1a", "us-east-1b"),
        feature_gates=feature_gates(release.inputs["values"]),
    ) as running:
        yield running


def of_pool(api: Api, pool: str) -> list[Node]:
    return [node for node in nodes(api) if node.labels.get("inference-platform/pool") == pool]


def of_instance(api: Api, name: str) -> list[Pod]:
    return [pod for pod in pods(api) if pod.labels.get("app.kubernetes.io/instance") == name]


def run(api: Api, pool: str, count: int) -> str:
    resource, _ = FULL[pool]
    requests = {resource: "1", "cpu": "100m", "memory": "64Mi"}
    return deployment(api, pool, count, requests, {"inference-platform/pool": pool})


def all_ready(api: Api, name: str, count: int) -> bool:
    found = of_instance(api, name)
    return len(found) == count and all(pod.ready for pod in found)


def test_nodes_hold_as_many_pods_as_they_have_parts_and_one_more_buys_a_node(
    control_plane: ControlPlane, karpenter: Karpenter
) -> None:
    assert karpenter.running
    api = control_plane.api
    made = apply_all(api, recorded("sharing"), OVERLAY, NODE_POOL)
    made += [run(api, pool, count) for pool, (_, count) in FULL.items()]
    until(lambda: all(all_ready(api, pool, count) for pool, (_, count) in FULL.items()))
    # Each pool has one node, full, and nothing of a GPU beside its parts.
    assert {pool: [node.gpu_parts for node in of_pool(api, pool)] for pool in FULL} == {
        pool: [{resource: count}] for pool, (resource, count) in FULL.items()
    }

    for pool, (_, count) in FULL.items():
        run(api, pool, count + 1)
    until(lambda: all(all_ready(api, pool, count + 1) for pool, (_, count) in FULL.items()))
    assert {pool: len(of_pool(api, pool)) for pool in FULL} == dict.fromkeys(FULL, 2)

    # 16 GPUs are 2 nodes of 16 slices: the 33rd replica meets the pool's limit, not a third node.
    run(api, "slices", 33)
    (waiting,) = until(lambda: [one for one in pending_pods(api) if one.karpenter])
    assert waiting.pod.gpu_parts == {"nvidia.com/mig-3g.40gb": 1}
    assert "limit" in waiting.karpenter[0]
    assert len(of_pool(api, "slices")) == 2
    remove_all(api, made)
    until(lambda: not any(of_pool(api, pool) for pool in FULL))


def warm() -> Recording:
    """A pool of single L4s and room for one replica kept warm on it."""

    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="dev")
        args: dict[str, Any] = {"node_role": "nodes", "cluster_name": "dev", "provider": provider}
        pool = GpuPool(
            "warm",
            GpuPoolArgs(instance_types=["g6.xlarge"], capacity=[Capacity.ON_DEMAND], max_gpus=2, **args),
        )
        room = Headroom(server="chat", replicas=1, requests=REPLICA, node_selector=pool.node_selector)
        WarmHeadroom("headroom", WarmHeadroomArgs(namespace="default", provider=provider, headrooms=[room]))

    return record(program)


REPLICA = {"nvidia.com/gpu": "1", "cpu": "2", "memory": "8Gi"}


def test_a_replica_takes_the_placeholders_place_which_then_buys_a_node(
    control_plane: ControlPlane, karpenter: Karpenter
) -> None:
    assert karpenter.running
    api, recording = control_plane.api, warm()
    made = apply_all(api, recording, NODE_POOL, PRIORITY_CLASS)
    made.append(apply_deployment(api, recording.one(DEPLOYMENT)))
    until(lambda: all_ready(api, "chat-headroom", 1))
    (kept_warm,) = of_pool(api, "warm")

    made.append(deployment(api, "chat", 1, REPLICA, {"inference-platform/pool": "warm"}))
    until(lambda: all_ready(api, "chat", 1))
    (replica,) = of_instance(api, "chat")
    assert replica.node == kept_warm.name
    until(lambda: all_ready(api, "chat-headroom", 1))
    (placeholder,) = of_instance(api, "chat-headroom")
    assert {node.name for node in of_pool(api, "warm")} == {kept_warm.name, placeholder.node}
    assert placeholder.node != kept_warm.name

    # A second replica takes that place too; then the pool's limit is reached, and the placeholder waits.
    deployment(api, "chat", 2, REPLICA, {"inference-platform/pool": "warm"})
    until(lambda: all_ready(api, "chat", 2))
    (waiting,) = until(lambda: [one for one in pending_pods(api) if one.karpenter])
    assert waiting.pod.labels["app.kubernetes.io/instance"] == "chat-headroom"
    remove_all(api, made)
    until(lambda: not of_pool(api, "warm"))
