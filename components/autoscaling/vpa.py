"""Requests of a Deployment's pods: a VerticalPodAutoscaler."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs


class UpdateMode(StrEnum):
    """What the VPA does with its recommendation. `Auto` is deprecated, and means Recreate."""

    OFF = "Off"
    """Nothing: people read it."""
    IN_PLACE_OR_RECREATE = "InPlaceOrRecreate"
    """Resize the running pod; evict it only where its node has no room."""


class Resource(StrEnum):
    """What a VPA may set; it knows no GPUs."""

    CPU = "cpu"
    MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Least and most that a pod's container may request: CPUs, and memory in GiB."""

    min_cpu: int
    max_cpu: int
    min_memory_gib: int
    max_memory_gib: int

    def __post_init__(self) -> None:
        """Raise ValueError for bounds that nothing lies between."""
        for what, low, high in (
            ("cpu", self.min_cpu, self.max_cpu),
            ("memory_gib", self.min_memory_gib, self.max_memory_gib),
        ):
            if not 0 < low <= high:
                raise ValueError(f"min_{what}: {low} must be above 0 and at most max_{what} ({high})")


SERVICE_BOUNDS = Bounds(min_cpu=2, max_cpu=8, min_memory_gib=8, max_memory_gib=64)
"""For a service that answers requests: what fits nodes of the general kind."""


@dataclass(frozen=True, kw_only=True)
class VerticalScalingArgs:
    """What is watched and how far it may be changed: `deployment`, or a workload of another `kind` by that name.

    `container` is the container whose requests count, "*" for all. `hpa_resources` names what an HPA of the
    same Deployment scales on. `bounds` are needed by a mode that changes anything.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    deployment: pulumi.Input[str]
    api_version: str = "apps/v1"
    kind: str = "Deployment"
    container: str = "*"
    mode: UpdateMode = UpdateMode.OFF
    bounds: Bounds | None = None
    resources: Sequence[Resource] = (Resource.CPU, Resource.MEMORY)
    hpa_resources: Sequence[Resource] = ()
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a VPA beside an HPA on the same resource, or one without bounds that acts."""
        if self.mode == UpdateMode.OFF:
            return
        both = sorted(set(self.resources) & set(self.hpa_resources))
        if both:
            raise ValueError(
                f"resources: an HPA scales on {' and '.join(both)} already, and each would undo what the other "
                "does; leave it to one of them, or set mode to Off"
            )
        if self.bounds is None:
            raise ValueError(f"bounds: {self.mode} without them may ask for more than any node has; set them")


class VerticalScaling(pulumi.ComponentResource):
    """A VPA for one Deployment. By default it only recommends, which is all that a GPU server should get.

    A change of requests restarts a pod where its node has no room, and a model takes minutes to load.
    Where it acts, limits change in proportion to the requests.

        VerticalScaling("api-requests", VerticalScalingArgs(
            provider=cluster.provider,
            namespace="apps",
            deployment="api",
            mode=UpdateMode.IN_PLACE_OR_RECREATE,
            bounds=SERVICE_BOUNDS,
            depends_on=[vertical_pod_autoscaler],
        ))
    """

    vpa_name: pulumi.Output[str]
    """Name of the VerticalPodAutoscaler; `kubectl describe vpa` shows its recommendation."""

    def __init__(
        self, name: str, args: VerticalScalingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:VerticalScaling", name, None, opts)
        CustomResource(
            f"{name}-vpa",
            api_version="autoscaling.k8s.io/v1",
            kind="VerticalPodAutoscaler",
            metadata=ObjectMetaArgs(name=name, namespace=args.namespace),
            spec=vpa_spec(args),
            opts=pulumi.ResourceOptions(
                parent=self, provider=args.provider, depends_on=list(args.depends_on)
            ),
        )
        self.vpa_name = pulumi.Output.from_input(name)
        self.register_outputs({"vpa_name": self.vpa_name})


def vpa_spec(args: VerticalScalingArgs) -> dict[str, Any]:
    """Return the VPA's spec (`autoscaling.k8s.io/v1`)."""
    policy: dict[str, Any] = {
        "containerName": args.container,
        "controlledResources": [one.value for one in args.resources],
        "controlledValues": "RequestsAndLimits",
    }
    if args.bounds is not None:
        bounds = args.bounds
        policy["minAllowed"] = {"cpu": str(bounds.min_cpu), "memory": f"{bounds.min_memory_gib}Gi"}
        policy["maxAllowed"] = {"cpu": str(bounds.max_cpu), "memory": f"{bounds.max_memory_gib}Gi"}
    return {
        "targetRef": {"apiVersion": args.api_version, "kind": args.kind, "name": args.deployment},
        "updatePolicy": {"updateMode": args.mode.value},
        "resourcePolicy": {"containerPolicies": [policy]},
    }
