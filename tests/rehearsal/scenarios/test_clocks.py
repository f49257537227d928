from pathlib import Path
from typing import Any

from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.core.v1 import ContainerArgs, PodSpecArgs, PodTemplateSpecArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.gpu_pool_specs import POOL_LABEL
from components.serving.pod import DO_NOT_DISRUPT
from rehearsal.control_plane.stages import READY_AFTER_SECONDS
from rehearsal.scenarios import clocks as times
from rehearsal.scenarios.clocks import Clock, Clocks
from rehearsal.scenarios.library import find
from rehearsal.scenarios.prepare import prepare
from rehearsal.scenarios.transform import loading_seconds, server_deployment
from settings.loader import raw_config

ROOT = Path(__file__).parents[3]

SPEC: dict[str, Any] = {
    "scaleTargetRef": {"name": "qwen"},
    "minReplicaCount": 1,
    "pollingInterval": 15,
    "cooldownPeriod": 300,
    "advanced": {
        "horizontalPodAutoscalerConfig": {
            "behavior": {
                "scaleUp": {
                    "stabilizationWindowSeconds": 0,
                    "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}],
                },
                "scaleDown": {
                    "stabilizationWindowSeconds": 300,
                    "policies": [{"type": "Percent", "value": 25, "periodSeconds": 120}],
                },
            }
        }
    },
    "triggers": [{"type": "prometheus", "metadata": {"threshold": "5"}}],
}


def test_a_scaled_object_s_times_are_shortened_and_nothing_else() -> None:
    clocks = Clocks(compression=20)
    changed = times.scaled_object(SPEC, clocks)
    behavior = changed["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert (changed["pollingInterval"], changed["cooldownPeriod"]) == (1, 15)
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleUp"]["policies"] == [{"type": "Percent", "value": 50, "periodSeconds": 3}]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 15
    assert changed["triggers"] == SPEC["triggers"]
    assert changed["scaleTargetRef"] == SPEC["scaleTargetRef"]
    assert Clock(name="scaleDown periodSeconds", seconds=120, rehearsed=6) in clocks.listed.values()


def test_a_clock_never_becomes_shorter_than_kubernetes_can_count() -> None:
    assert Clocks(compression=400).whole("polling", 15) == 1


def test_a_node_pool_s_nodes_boot_and_go_sooner() -> None:
    spec = {
        "template": {"metadata": {"labels": {POOL_LABEL: "l4"}}, "spec": {"taints": []}},
        "disruption": {"consolidateAfter": "600s", "consolidationPolicy": "WhenEmpty"},
    }
    changed = times.node_pool(spec, Clocks(compression=10), {"l4": 150.0})
    assert changed["disruption"] == {"consolidateAfter": "60s", "consolidationPolicy": "WhenEmpty"}
    assert changed["template"] == {
        "metadata": {"labels": {POOL_LABEL: "l4"}, "annotations": {READY_AFTER_SECONDS: "15"}},
        "spec": {"taints": []},
    }


def test_a_server_s_pods_load_for_the_budget_without_its_margin_and_a_rollout_has_another_image() -> None:
    plan = prepare(find("spike"), raw_config(ROOT, "dev")).server
    spec = DeploymentSpecArgs(
        selector=LabelSelectorArgs(match_labels={}),
        template=PodTemplateSpecArgs(
            metadata=ObjectMetaArgs(annotations={DO_NOT_DISRUPT: "1200s", "a": "b"}),
            spec=PodSpecArgs(containers=[ContainerArgs(name="server", image="vllm@sha256:1")]),
        ),
    )
    server_deployment(spec, plan, Clocks(compression=10), "-next")
    template: Any = spec.template
    assert template.metadata.annotations == {
        "a": "b",
        DO_NOT_DISRUPT: "120s",
        READY_AFTER_SECONDS: f"{round(loading_seconds(plan) / 10, 2):g}",
    }
    assert template.spec.containers[0].image == "vllm@sha256:1-next"
