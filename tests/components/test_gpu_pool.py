"""A GPU pool buys what was asked, in the order asked, and gives back only what is idle."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.gpu_pool import GpuPool, GpuPoolArgs
from components.gpu_pool_specs import Capacity, OperatingSystem, rung_names, rungs
from components.gpu_sharing import MigCut, MigStrategy, SharedCut, Sharing
from tests.components.recorder import Recorded, Recording, record

RESERVED, SPOT, ON_DEMAND = Capacity
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
OVERLAY = "kubernetes:karpenter.sh/v1alpha1:NodeOverlay"
MIXED = MigCut(profile="3g.40gb", per_gpu=2)


def _args(**changes: Any) -> GpuPoolArgs:
    if "provider" not in changes:
        changes["provider"] = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="dev")
    args: dict[str, Any] = {
        "instance_types": ["g6.xlarge", "g6.2xlarge"],
        "capacity": [SPOT, ON_DEMAND],
        "max_gpus": 4,
        "node_role": "gpu-node",
        "cluster_name": "dev",
    }
    return GpuPoolArgs(**{**args, **changes})


def _pool(**changes: Any) -> Recording:
    return record(lambda: GpuPool("l4", _args(**changes)))


def _spec(resource: Recorded) -> dict[str, Any]:
    return resource.inputs["spec"]


def _requirements(pool: Recorded) -> dict[str, list[str]]:
    return {want["key"]: want["values"] for want in _spec(pool)["template"]["spec"]["requirements"]}


@pytest.mark.parametrize(
    ("order", "ladder"),
    [
        ((SPOT,), ((SPOT,),)),
        ((RESERVED, SPOT, ON_DEMAND), ((RESERVED, SPOT, ON_DEMAND),)),
        ((RESERVED, ON_DEMAND), ((RESERVED, ON_DEMAND),)),
        ((ON_DEMAND, SPOT), ((ON_DEMAND,), (SPOT,))),
        ((RESERVED, ON_DEMAND, SPOT), ((RESERVED, ON_DEMAND), (SPOT,))),
        ((ON_DEMAND, SPOT, RESERVED), ((ON_DEMAND,), (SPOT,), (RESERVED,))),
    ],
)
def test_only_an_order_that_is_not_karpenters_own_needs_more_pools(
    order: tuple[Capacity, ...], ladder: tuple[tuple[Capacity, ...], ...]
) -> None:
    assert rungs(order) == ladder
    assert len(set(rung_names("p", ladder))) == len(ladder)


def test_spot_before_on_demand_is_one_pool_whose_limit_is_the_whole_pools() -> None:
    pool = _pool().one(NODE_POOL)

    assert pool.inputs["metadata"]["name"] == "l4"
    assert _spec(pool)["limits"] == {"nvidia.com/gpu": "4"}
    assert "weight" not in _spec(pool)
    assert _requirements(pool) == {
        "node.kubernetes.io/instance-type": ["g6.xlarge", "g6.2xlarge"],
        "karpenter.sh/capacity-type": ["spot", "on-demand"],
    }


def test_on_demand_before_spot_is_a_ladder_by_weight() -> None:
    recording = _pool(capacity=[ON_DEMAND, SPOT])
    first, then = recording.of_type(NODE_POOL)

    assert (first.inputs["metadata"]["name"], then.inputs["metadata"]["name"]) == ("l4-on-demand", "l4-spot")
    assert _spec(first)["weight"] > _spec(then)["weight"]
    assert {
        pool["template"]["metadata"]["labels"]["inference-platform/pool"]
        for pool in map(_spec, (first, then))
    } == {"l4"}
    assert len(recording.of_type(NODE_CLASS)) == 1


def test_pods_find_the_nodes_and_others_stay_off_them() -> None:
    recording = _pool(zones=["us-east-1a"])
    template = _spec(recording.one(NODE_POOL))["template"]
    outputs = recording.registered_outputs[recording.one("inference-platform:index:GpuPool").urn]

    assert outputs == {"name": "l4", "node_selector": {"inference-platform/pool": "l4"}}
    assert outputs["node_selector"].items() <= template["metadata"]["labels"].items()
    assert template["metadata"]["labels"]["nvidia.com/gpu.present"] == "true"
    assert template["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    ]
    assert _requirements(recording.one(NODE_POOL))["topology.kubernetes.io/zone"] == ["us-east-1a"]


def test_busy_nodes_are_kept_and_empty_ones_go() -> None:
    spec = _spec(_pool().one(NODE_POOL))

    assert spec["disruption"]["consolidationPolicy"] == "WhenEmpty"
    allowed = {
        reason: budget["nodes"] for budget in spec["disruption"]["budgets"] for reason in budget["reasons"]
    }
    assert allowed == {"Drifted": "0", "Underutilized": "0", "Empty": "100%"}
    # Expiry without a grace period would wait for ever on a pod that must not be disrupted.
    assert spec["template"]["spec"].keys() >= {"expireAfter", "terminationGracePeriod"}


def test_nodes_are_encrypted_and_keep_their_credentials() -> None:
    spec = _spec(_pool(tags={"team": "ml"}).one(NODE_CLASS))
    (disk,) = spec["blockDeviceMappings"]

    assert disk["ebs"] == {
        "volumeType": "gp3",
        "volumeSize": "200Gi",
        "iops": 4000,
        "throughput": 600,
        "encrypted": True,
        "deleteOnTermination": True,
    }
    assert spec["metadataOptions"]["httpTokens"] == "required"
    assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert spec["instanceStorePolicy"] == "RAID0"
    assert spec["role"] == "gpu-node"
    assert spec["tags"] == {"team": "ml"}
    (ami,) = spec["amiSelectorTerms"]
    assert "latest" not in ami["alias"]


def test_reservations_are_named_or_found_by_the_clusters_tag() -> None:
    order = [RESERVED, ON_DEMAND]
    named = _spec(_pool(capacity=order, reservation_ids=["cr-0a1b"]).one(NODE_CLASS))
    chosen = _spec(_pool(capacity=order, reservation_tags={"team": "ml"}).one(NODE_CLASS))
    tagged = _spec(_pool(capacity=order).one(NODE_CLASS))

    assert chosen["capacityReservationSelectorTerms"] == [{"tags": {"team": "ml"}}]
    assert named["capacityReservationSelectorTerms"] == [{"id": "cr-0a1b"}]
    assert tagged["capacityReservationSelectorTerms"] == [{"tags": {"karpenter.sh/discovery": "dev"}}]
    assert "capacityReservationSelectorTerms" not in _spec(_pool().one(NODE_CLASS))


def test_fast_image_pull_is_asked_for() -> None:
    assert "userData" not in _spec(_pool().one(NODE_CLASS))
    assert "FastImagePull: true" in _spec(_pool(fast_image_pull=True).one(NODE_CLASS))["userData"]


def test_a_pool_goes_before_its_node_class_and_both_before_karpenter() -> None:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="dev")
        karpenter = k8s.core.v1.Namespace("karpenter", opts=pulumi.ResourceOptions(provider=provider))
        GpuPool("l4", _args(provider=provider, depends_on=[karpenter]))

    recording = record(program)
    pool, node_class = recording.one(NODE_POOL), recording.one(NODE_CLASS)
    karpenter = recording.one("kubernetes:core/v1:Namespace")

    assert recording.depends(pool, node_class)
    assert recording.depends(node_class, karpenter)
    assert recording.depends(pool, karpenter)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instance_types": []}, "at least one instance type"),
        ({"capacity": []}, "at least one instance type"),
        ({"capacity": [SPOT, SPOT]}, "spot, spot names a kind twice"),
        ({"max_gpus": 0}, "max_gpus: 0"),
        ({"instance_types": ["p5.48xlarge"], "cut": MIXED}, "max_gpus: 4 allows no node of 8 GPUs"),
        (
            {"cut": MIXED, "operating_system": OperatingSystem.BOTTLEROCKET},
            "Bottlerocket's device plugin takes slices for GPUs",
        ),
        ({"instance_types": ["x1.huge"], "cut": MIXED}, "x1.huge is not in the catalogue"),
    ],
)
def test_a_pool_that_could_hold_no_node_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(lambda: _args(**changes))


def test_karpenter_is_told_what_a_cut_node_will_have_for_each_size_of_node() -> None:
    recording = _pool(
        instance_types=["g6.xlarge", "g6.2xlarge", "g6.12xlarge"],
        capacity=[ON_DEMAND, SPOT],
        cut=SharedCut(strategy=Sharing.TIME_SLICING, per_gpu=4),
    )
    small, large = recording.of_type(OVERLAY)

    assert small.inputs["spec"] == {
        "requirements": [
            {"key": "karpenter.sh/nodepool", "operator": "In", "values": ["l4-on-demand", "l4-spot"]},
            {
                "key": "node.kubernetes.io/instance-type",
                "operator": "In",
                "values": ["g6.xlarge", "g6.2xlarge"],
            },
        ],
        "capacity": {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "4"},
    }
    assert _spec(large)["capacity"]["nvidia.com/gpu.shared"] == "16"
    # A pool without its overlay would buy for whole GPUs only, and one with it must go before it.
    assert all(recording.depends(pool, small) for pool in recording.of_type(NODE_POOL))
    assert _pool().of_type(OVERLAY) == []


@pytest.mark.parametrize(
    ("cut", "capacity", "labels", "limits"),
    [
        (
            MIXED,
            {"nvidia.com/gpu": "0", "nvidia.com/mig-3g.40gb": "16"},
            {"nvidia.com/device-plugin.config": "mig-mixed"},
            {"nvidia.com/mig-3g.40gb": "32", "nodes": "2"},
        ),
        (
            MigCut(profile="1g.10gb", per_gpu=7, strategy=MigStrategy.SINGLE),
            {"nvidia.com/gpu": "56"},
            {"nvidia.com/device-plugin.config": "mig-single"},
            {"nvidia.com/gpu": "112", "nodes": "2"},
        ),
        (
            SharedCut(strategy=Sharing.MPS, per_gpu=4),
            {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "32"},
            {"nvidia.com/device-plugin.config": "mps-4", "nvidia.com/mps.capable": "true"},
            {"nvidia.com/gpu.shared": "64", "nodes": "2"},
        ),
    ],
)
def test_each_way_to_cut_has_its_resource_its_labels_and_a_limit_on_real_gpus(
    cut: MigCut | SharedCut, capacity: dict[str, str], labels: dict[str, str], limits: dict[str, str]
) -> None:
    recording = _pool(instance_types=["p5.48xlarge"], max_gpus=16, cut=cut)
    pool = _spec(recording.one(NODE_POOL))

    assert _spec(recording.one(OVERLAY))["capacity"] == capacity
    assert labels.items() <= pool["template"]["metadata"]["labels"].items()
    assert pool["limits"] == limits


def test_bottlerocket_cuts_by_its_own_settings_and_keeps_our_device_plugin_off() -> None:
    single = MigCut(profile="3g.40gb", per_gpu=2, strategy=MigStrategy.SINGLE)
    recording = _pool(
        instance_types=["p5.48xlarge"],
        max_gpus=8,
        cut=single,
        operating_system=OperatingSystem.BOTTLEROCKET,
    )
    node_class, pool = _spec(recording.one(NODE_CLASS)), _spec(recording.one(NODE_POOL))

    assert node_class["amiSelectorTerms"][0]["alias"].startswith("bottlerocket@v")
    assert '"h100.80gb" = "3g.40gb"' in node_class["userData"]
    disks = {disk["deviceName"]: disk["ebs"] for disk in node_class["blockDeviceMappings"]}
    assert disks["/dev/xvdb"]["volumeSize"] == "200Gi"
    assert all(disk["encrypted"] for disk in disks.values())
    labels = pool["template"]["metadata"]["labels"]
    assert labels["inference-platform/device-plugin"] == "built-in"
    assert "nvidia.com/device-plugin.config" not in labels
