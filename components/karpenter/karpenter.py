"""The Karpenter component: a controller that buys nodes for pods that have none."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes.helm.v3 import Release

from catalog.charts import KARPENTER, KARPENTER_CRD
from components.helm import install
from components.iam import POD_IDENTITY, ServiceRole, service_role
from components.karpenter.interruption import InterruptionQueue, InterruptionQueueArgs
from components.karpenter.policies import POLICIES, Document, Scope
from components.tags import named

SERVICE_ACCOUNT = "karpenter"


@dataclass(frozen=True, kw_only=True)
class KarpenterArgs:
    """The cluster to buy nodes for, the role they get, and the controller's own size.

    `controller_cpu` and `controller_memory` are Kubernetes quantities, of each of the two replicas.
    `node_overlay` turns on the alpha feature gate that GPU sharing needs. `metrics` adds a ServiceMonitor and
    needs prometheus-operator's CRDs; `depends_on` names what must stand first, such as what brings those.
    """

    cluster_name: str
    cluster_endpoint: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    region: pulumi.Input[str]
    account_id: pulumi.Input[str]
    provider: pulumi.ProviderResource
    partition: pulumi.Input[str] = "aws"
    controller_cpu: str = "1"
    controller_memory: str = "1Gi"
    node_overlay: bool = False
    metrics: bool = False
    depends_on: Sequence[pulumi.Resource] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


class Karpenter(pulumi.ComponentResource):
    """Karpenter's controller with least rights, its interruption queue, and its CRDs from their own chart.

    Its pods stay off the nodes that it buys (the chart's own affinity) and off each other, so two other nodes
    must exist. Node pools depend on `controller`, so that they are gone, and their nodes drained, before it.

        karpenter = Karpenter("karpenter", KarpenterArgs(
            cluster_name="inference",
            cluster_endpoint=cluster.endpoint,
            node_role_arn=cluster.node_role_arn,
            region="us-east-1",
            account_id="123456789012",
            provider=cluster.provider,
        ))
        GpuPool("l4", GpuPoolArgs(depends_on=[karpenter.controller], ...))
    """

    queue_name: pulumi.Output[str]
    """Name of the SQS queue with interruption warnings."""
    controller_role_arn: pulumi.Output[str]
    """ARN of the controller's IAM role."""
    controller: Release
    """The controller's Helm release."""

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Karpenter", name, None, opts)
        self._prefix = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        queue_args = InterruptionQueueArgs(queue_name=f"{args.cluster_name}-karpenter", tags=args.tags)
        queue = InterruptionQueue(f"{name}-interruption", queue_args, self._child)
        role = self._controller_role(queue)
        identity = self._identity(role)
        crds = self._crds()
        self.controller = self._controller(queue, [crds, identity, *role.attachments, queue])
        self.queue_name = queue.queue_name
        self.controller_role_arn = role.role.arn
        self.register_outputs(
            {"queue_name": self.queue_name, "controller_role_arn": self.controller_role_arn}
        )

    def _controller_role(self, queue: InterruptionQueue) -> ServiceRole:
        scope = self._scope(queue)
        policies = {role: self._policy(role, document, scope) for role, document in POLICIES.items()}
        name = f"{self._prefix}-controller-role"
        tags = named(self._args.tags, f"{self._args.cluster_name}-karpenter")
        return service_role(name, POD_IDENTITY, policies, tags, self._child)

    def _scope(self, queue: InterruptionQueue) -> pulumi.Output[Scope]:
        args = self._args
        values: pulumi.Output[dict[str, str]] = pulumi.Output.all(
            partition=args.partition,
            region=args.region,
            account_id=args.account_id,
            cluster_name=args.cluster_name,
            node_role_arn=args.node_role_arn,
            queue_arn=queue.queue_arn,
        )
        return values.apply(lambda known: Scope(**known))

    def _policy(
        self, role: str, document: Callable[[Scope], Document], scope: pulumi.Output[Scope]
    ) -> pulumi.Output[str]:
        policy = aws.iam.Policy(
            f"{self._prefix}-{role}-policy",
            description=f"Karpenter of the EKS cluster {self._args.cluster_name}: {role}",
            # The cluster's name is part of the keys, which no Output can be: hence the apply.
            policy=scope.apply(lambda known: json.dumps(document(known))),
            tags=named(self._args.tags, f"{self._args.cluster_name}-karpenter-{role}"),
            opts=self._child,
        )
        return policy.arn

    def _identity(self, role: ServiceRole) -> aws.eks.PodIdentityAssociation:
        return aws.eks.PodIdentityAssociation(
            f"{self._prefix}-identity",
            cluster_name=self._args.cluster_name,
            namespace=KARPENTER.namespace,
            service_account=SERVICE_ACCOUNT,
            role_arn=role.role.arn,
            tags=named(self._args.tags, f"{self._args.cluster_name}-karpenter"),
            # A plain name says nothing of when the cluster is there; its provider does.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.provider]),
        )

    def _crds(self) -> Release:
        return install(
            f"{self._prefix}-crds",
            KARPENTER_CRD,
            namespace=KARPENTER_CRD.namespace,
            values={},
            release_name="karpenter-crd",
            opts=self._in_cluster(self._args.depends_on),
        )

    def _controller(self, queue: InterruptionQueue, depends_on: Sequence[pulumi.Resource]) -> Release:
        return install(
            f"{self._prefix}-controller",
            KARPENTER,
            namespace=KARPENTER.namespace,
            values=controller_values(self._args, queue.queue_name),
            release_name="karpenter",
            opts=self._in_cluster(depends_on),
            skip_crds=True,
        )

    def _in_cluster(self, depends_on: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self._args.provider, depends_on=list(depends_on))


def controller_values(args: KarpenterArgs, queue_name: pulumi.Input[str]) -> dict[str, Any]:
    """Return the controller chart's Helm values. Requests equal limits: it must not be squeezed out."""
    size = {"cpu": args.controller_cpu, "memory": args.controller_memory}
    return {
        "serviceAccount": {"name": SERVICE_ACCOUNT},
        "serviceMonitor": {"enabled": args.metrics},
        "settings": {
            "clusterName": args.cluster_name,
            "clusterEndpoint": args.cluster_endpoint,
            "interruptionQueue": queue_name,
            "featureGates": {"nodeOverlay": args.node_overlay, "reservedCapacity": True},
        },
        "controller": {
            # The controller would ask the instance metadata, which is one hop too far for a pod.
            "env": [{"name": "AWS_REGION", "value": args.region}],
            "resources": {"requests": size, "limits": size},
        },
    }
