"""Runs the user's program with a scenario's clocks: the objects are the user's own but for their times."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pulumi
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.core.v1 import ContainerArgs, PodSpecArgs, PodTemplateSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from planning.servers import ServerPlan
from rehearsal.scenarios import clocks as times
from rehearsal.scenarios.clocks import Clocks

_SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
_NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_SUFFIX = "-deployment"


def compressed(
    program: Callable[[], None],
    clocks: Clocks,
    servers: Mapping[str, ServerPlan],
    image_suffix: Callable[[], str] = lambda: "",
) -> Callable[[], None]:
    """Return `program` with shortened clocks. A new `image_suffix` makes the servers' images new ones."""
    boots: dict[str, float] = {}
    for plan in servers.values():
        boots[plan.pool] = max(boots.get(plan.pool, 0.0), boot_seconds(plan))

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        props = dict(args.props)
        if args.type_ == _SCALED_OBJECT:
            props["spec"] = pulumi.Output.from_input(props["spec"]).apply(
                lambda spec: times.scaled_object(spec, clocks)
            )
        elif args.type_ == _NODE_POOL:
            props["spec"] = pulumi.Output.from_input(props["spec"]).apply(
                lambda spec: times.node_pool(spec, clocks, boots)
            )
        elif args.type_ == _DEPLOYMENT and (plan := servers.get(args.name.removesuffix(_SUFFIX))):
            server_deployment(cast("DeploymentSpecArgs", props["spec"]), plan, clocks, image_suffix())
        else:
            return None
        return pulumi.ResourceTransformationResult(props=props, opts=args.opts)

    def run() -> None:
        pulumi.runtime.register_stack_transformation(transform)
        program()

    return run


def server_deployment(
    spec: DeploymentSpecArgs, plan: ServerPlan, clocks: Clocks, image_suffix: str = ""
) -> None:
    """Let the pods of a server's Deployment load as long as the plan expects, with this suffix to their image."""
    template = cast("PodTemplateSpecArgs", spec.template)
    metadata = cast("ObjectMetaArgs", template.metadata)
    annotations = cast("Mapping[str, Any]", metadata.annotations or {})
    metadata.annotations = times.server_annotations(annotations, plan.name, loading_seconds(plan), clocks)
    for container in cast("list[ContainerArgs]", cast("PodSpecArgs", template.spec).containers):
        container.image = f"{container.image}{image_suffix}"


def boot_seconds(plan: ServerPlan) -> float:
    """Return how long the plan expects a node and the image to take."""
    return sum(phase.seconds for phase in plan.cold_start.before)


def loading_seconds(plan: ServerPlan) -> float:
    """Return how long the plan expects a server to load once its container runs."""
    return sum(phase.seconds for phase in plan.cold_start.inside)
