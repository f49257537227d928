from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.autoscaling.hpa import (
    HorizontalScaling,
    HorizontalScalingArgs,
    gpu_utilization,
    requests_per_second,
)
from components.autoscaling.vpa import SERVICE_BOUNDS, UpdateMode, VerticalScaling, VerticalScalingArgs
from components.keda import Keda
from components.vertical_pod_autoscaler import VerticalPodAutoscaler
from rehearsal.narrator import Silent
from rehearsal.options import Options, ProviderChoice
from rehearsal.program import user_program
from rehearsal.run import run
from rehearsal.toolchain.model import silent
from tests.live.conftest import ROOT
from tests.stacks import values_of

pytestmark = pytest.mark.live


def with_services(program: Callable[[], None]) -> Callable[[], None]:
    """The program, and three services of no GPU beside it: one scaled on CPU, one on what KEDA asks, one resized."""
    provider: list[k8s.Provider] = []
    operators: list[pulumi.Resource] = []

    def catch(args: pulumi.ResourceTransformationArgs) -> None:
        if isinstance(args.resource, k8s.Provider):
            provider.append(args.resource)
        if isinstance(args.resource, (Keda, VerticalPodAutoscaler)):
            operators.append(args.resource)

    def run() -> None:
        provider.clear()
        operators.clear()
        pulumi.runtime.register_stack_transformation(catch)
        program()
        services(provider[0], operators)

    return run


def services(provider: k8s.Provider, operators: list[pulumi.Resource]) -> None:
    triggers = [gpu_utilization("default", "asked"), requests_per_second('http_requests_total{job="asked"}')]
    common: dict[str, Any] = {"provider": provider, "namespace": "default", "depends_on": operators}
    for name in ("busy", "asked", "resized"):
        pods = {"labels": {"app": name}}
        container = {
            "name": "main",
            "image": "pause",
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        }
        spec: Any = {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": pods, "spec": {"containers": [container]}},
        }
        k8s.apps.v1.Deployment(
            name,
            metadata={"name": name, "namespace": "default"},
            spec=spec,
            opts=pulumi.ResourceOptions(provider=provider),
        )
    replicas: dict[str, Any] = {"min_replicas": 2, "max_replicas": 3}
    HorizontalScaling("busy", HorizontalScalingArgs(**common, **replicas, deployment="busy"))
    asked = HorizontalScalingArgs(
        **common,
        **replicas,
        deployment="asked",
        triggers=triggers,
        prometheus_address="http://p.monitoring:9090",
    )
    HorizontalScaling("asked", asked)
    resized = VerticalScalingArgs(
        **common, deployment="resized", mode=UpdateMode.IN_PLACE_OR_RECREATE, bounds=SERVICE_BOUNDS
    )
    VerticalScaling("resized", resized)


def test_every_way_of_scaling_is_taken_by_a_real_api_server_and_leaves_nothing() -> None:
    """It checks each object against KEDA's and the VPA's CRDs, strictly: an unknown field is an error."""
    report = run(
        Options(
            stack="scaling",
            project=ROOT,
            root=ROOT,
            providers=ProviderChoice.BUILTIN,
            patience_seconds=45,
            config=values_of("scaling"),
            program=with_services(user_program(ROOT)),
        ),
        Silent(),
        silent,
    )

    assert report.findings == []
    assert report.kinds["kubernetes:keda.sh/v1alpha1:ScaledObject"] == 4
    assert report.kinds["kubernetes:autoscaling/v2:HorizontalPodAutoscaler"] == 1
    # One for each server, which only recommends, and one that acts.
    assert report.kinds["kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"] == 4
    assert report.kinds["kubernetes:keda.sh/v1alpha1:TriggerAuthentication"] == 2
    assert report.kinds["kubernetes:apps/v1:StatefulSet"] == 1
    # A server whose floor is zero has no pod at the floor, and all its pods at the peak.
    assert {pod.server for pod in report.floor} == {"chat", "vision"}
    assert {pod.server for pod in report.peak} == {"chat", "batch", "vision"}
    assert len(report.peak) == 10
