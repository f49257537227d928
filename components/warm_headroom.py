"""Room that is kept warm: placeholder pods that a real replica takes the place of at once.

Sources: Kubernetes, "Pod Priority and Preemption"; Karpenter v1.14 provisions for pods of any priority.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment, DeploymentSpecArgs, DeploymentStrategyArgs
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ResourceRequirementsArgs,
    TolerationArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from catalog.images import PAUSE
from components.gpu_sharing import GPU_RESOURCE
from components.serving.hardening import container_security, pod_security

PRIORITY_CLASS = "warm-headroom"
# Below every pod without a class, whose priority is 0.
_PRIORITY = -10


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Room for `replicas` more of `server`: `requests` of one, and the labels of the nodes it may use."""

    server: str
    replicas: int
    requests: Mapping[str, str]
    node_selector: pulumi.Input[Mapping[str, pulumi.Input[str]]]


@dataclass(frozen=True, kw_only=True)
class WarmHeadroomArgs:
    """Whose room is kept in `namespace`. `depends_on` names what must stand meanwhile: the pools."""

    namespace: pulumi.Input[str]
    provider: pulumi.ProviderResource
    headrooms: Sequence[Headroom]
    depends_on: Sequence[pulumi.Resource] = ()


class WarmHeadroom(pulumi.ComponentResource):
    """One Deployment of placeholders a server, in a class of negative priority.

    A placeholder asks for what a replica asks for, so Karpenter keeps a node for it. A replica that finds no
    other place preempts it and starts at once; the placeholder then waits for a node that Karpenter buys.

        WarmHeadroom("headroom", WarmHeadroomArgs(
            namespace="inference",
            provider=cluster.provider,
            headrooms=[Headroom(
                server="chat", replicas=1, requests={"nvidia.com/gpu": "1"}, node_selector=pool.node_selector
            )],
            depends_on=[pool],
        ))
    """

    priority_class_name: pulumi.Output[str]
    """The PriorityClass of placeholders."""

    def __init__(self, name: str, args: WarmHeadroomArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:WarmHeadroom", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self.priority_class = self._priority_class(name, child)
        self.placeholders = [self._placeholders(name, args, one, child) for one in args.headrooms]
        self.priority_class_name = self.priority_class.metadata["name"]
        self.register_outputs({"priority_class_name": self.priority_class_name})

    def _priority_class(self, name: str, child: pulumi.ResourceOptions) -> PriorityClass:
        return PriorityClass(
            f"{name}-priority",
            metadata=ObjectMetaArgs(name=PRIORITY_CLASS),
            value=_PRIORITY,
            # Placeholders take room that is free, never another pod's.
            preemption_policy="Never",
            description="Placeholders that keep GPU nodes warm; every other pod may take their place.",
            opts=child,
        )

    def _placeholders(
        self, name: str, args: WarmHeadroomArgs, headroom: Headroom, child: pulumi.ResourceOptions
    ) -> Deployment:
        named = f"{headroom.server}-headroom"
        labels = {
            "app.kubernetes.io/name": "headroom",
            "app.kubernetes.io/instance": named,
            "app.kubernetes.io/part-of": "inference-platform",
        }
        # An update must not fail because a node that is not needed yet cannot be had.
        unawaited = {"pulumi.com/skipAwait": "true"}
        spec = DeploymentSpecArgs(
            replicas=headroom.replicas,
            selector=LabelSelectorArgs(match_labels=labels),
            # A new placeholder beside the old one would want a node for nothing.
            strategy=DeploymentStrategyArgs(type="Recreate"),
            template=PodTemplateSpecArgs(metadata=ObjectMetaArgs(labels=labels), spec=self._pod(headroom)),
        )
        return Deployment(
            f"{name}-{headroom.server}",
            metadata=ObjectMetaArgs(
                name=named, namespace=args.namespace, labels=labels, annotations=unawaited
            ),
            spec=spec,
            opts=child,
        )

    def _pod(self, headroom: Headroom) -> PodSpecArgs:
        bounded = {key: value for key, value in headroom.requests.items() if key != "cpu"}
        return PodSpecArgs(
            priority_class_name=self.priority_class.metadata["name"],
            automount_service_account_token=False,
            enable_service_links=False,
            security_context=pod_security(PAUSE),
            node_selector=headroom.node_selector,
            tolerations=[TolerationArgs(key=GPU_RESOURCE, operator="Exists", effect="NoSchedule")],
            # It has nothing to finish, and a replica is waiting for its place.
            termination_grace_period_seconds=0,
            containers=[
                ContainerArgs(
                    name="placeholder",
                    image=PAUSE.reference,
                    resources=ResourceRequirementsArgs(requests=dict(headroom.requests), limits=bounded),
                    security_context=container_security(),
                )
            ],
        )
