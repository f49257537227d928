"""Settings that cut GPUs reach Karpenter, the device plugin, the nodes and the pods, under the same names."""

from typing import Any

import yaml

from tests.components.objects import NODE_POOL, RELEASE, pod, spec
from tests.golden.stacks import recorded

OVERLAY = "kubernetes:karpenter.sh/v1alpha1:NodeOverlay"
RESOURCES = {
    "sliced": "nvidia.com/mig-3g.40gb",
    "single": "nvidia.com/gpu",
    "turning": "nvidia.com/gpu.shared",
    "siding": "nvidia.com/gpu.shared",
}


def _release(name: str) -> dict[str, Any]:
    (release,) = [one for one in recorded("sharing").of_type(RELEASE) if one.inputs["name"] == name]
    return release.inputs["values"]


def test_pods_request_what_their_pools_nodes_will_have() -> None:
    overlays = {
        one.inputs["metadata"]["name"]: spec(one)["capacity"] for one in recorded("sharing").of_type(OVERLAY)
    }

    assert overlays == {
        "slices-8-gpu": {"nvidia.com/gpu": "0", "nvidia.com/mig-3g.40gb": "16"},
        "singles-8-gpu": {"nvidia.com/gpu": "56"},
        "turns-4-gpu": {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "16"},
        "sides-4-gpu": {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "8"},
    }
    for name, resource in RESOURCES.items():
        deployment = recorded("sharing").one("kubernetes:apps/v1:Deployment", f"{name}-deployment")
        (server,) = pod(deployment)["spec"]["containers"]
        asked = {key: value for key, value in server["resources"]["limits"].items() if "nvidia" in key}
        (pool,) = pod(deployment)["spec"]["nodeSelector"].values()
        assert asked == {resource: "1"}
        assert overlays[f"{pool}-{8 if name in ('sliced', 'single') else 4}-gpu"][resource] != "0"


def test_karpenters_alpha_feature_is_on_where_it_is_needed_and_nowhere_else() -> None:
    def gate(values: dict[str, Any]) -> bool:
        return values["settings"]["featureGates"]["nodeOverlay"]

    (plain,) = [one for one in recorded("dev").of_type(RELEASE) if one.inputs["name"] == "karpenter"]
    assert gate(_release("karpenter"))
    assert not gate(plain.inputs["values"])


def test_the_device_plugin_has_the_configuration_that_each_pools_nodes_name() -> None:
    configs = {
        name: yaml.safe_load(text) for name, text in _release("nvidia-device-plugin")["config"]["map"].items()
    }
    labels = {
        one.inputs["metadata"]["name"]: spec(one)["template"]["metadata"]["labels"]
        for one in recorded("sharing").of_type(NODE_POOL)
    }
    named = {name: label.get("nvidia.com/device-plugin.config") for name, label in labels.items()}

    # Bottlerocket's own plugin is told by user data.
    assert named == {"slices": "mig-mixed", "singles": None, "turns": "time-slicing-4", "sides": "mps-2"}
    assert configs["mig-mixed"]["flags"] == {"migStrategy": "mixed"}
    turns = configs["time-slicing-4"]["sharing"]["timeSlicing"]
    assert turns["resources"] == [{"name": "nvidia.com/gpu", "replicas": 4}]
    # Two shares would be no more than one: a pod that asks for them is refused, not fooled.
    assert (turns["renameByDefault"], turns["failRequestsGreaterThanOne"]) == (True, True)
    assert configs["mps-2"]["sharing"]["mps"]["resources"] == [{"name": "nvidia.com/gpu", "replicas": 2}]
    assert labels["sides"]["nvidia.com/mps.capable"] == "true"


def test_nodes_with_slices_cut_themselves_at_boot() -> None:
    classes = {
        one.inputs["metadata"]["name"]: spec(one).get("userData", "")
        for one in recorded("sharing").of_type("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass")
    }

    assert "mig-cut 3g.40gb,3g.40gb\n" in classes["slices"]
    assert '"h100.80gb" = "1g.10gb"' in classes["singles"]
    assert classes["turns"] == classes["sides"] == ""
