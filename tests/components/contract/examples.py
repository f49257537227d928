"""One complete example of each component. A component without one fails the contract."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from components.autoscaling.hpa import HorizontalScaling, HorizontalScalingArgs
from components.autoscaling.vpa import VerticalScaling, VerticalScalingArgs
from components.cluster import Cluster, ClusterArgs
from components.data.postgres import InClusterPostgres, InClusterPostgresArgs
from components.data.postgres_rds import ManagedPostgres, ManagedPostgresArgs
from components.data.qdrant import Qdrant, QdrantArgs
from components.data.rabbitmq import InClusterRabbitMq, InClusterRabbitMqArgs
from components.data.rabbitmq_mq import ManagedRabbitMq, ManagedRabbitMqArgs
from components.data.redis import InClusterRedisCache, InClusterRedisCacheArgs
from components.data.redis_elasticache import ManagedRedisCache, ManagedRedisCacheArgs
from components.edge.certificates import Certificates, CertificatesArgs, Issuer
from components.edge.ingress import Ingress, IngressArgs
from components.edge.model_route import ModelRoute, ModelRouteArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.gpu_pool import GpuPool, GpuPoolArgs
from components.gpu_pool_specs import Capacity
from components.gpu_runtime import GpuRuntime, GpuRuntimeArgs
from components.gpu_sharing import SharedCut, Sharing
from components.inference_platform import InferencePlatform, InferencePlatformArgs
from components.karpenter import Karpenter, KarpenterArgs
from components.karpenter.interruption import InterruptionQueue, InterruptionQueueArgs
from components.keda import Keda, KedaArgs
from components.multi_node import MultiNode, MultiNodeArgs
from components.network import Network, NetworkArgs
from components.observability.monitoring import Monitoring, MonitoringArgs
from components.serving import OllamaServer, OllamaStore, S3Access, TgiServer, TritonServer, VllmServer
from components.vertical_pod_autoscaler import VerticalPodAutoscaler, VerticalPodAutoscalerArgs
from components.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from components.warm_headroom import Headroom, WarmHeadroom, WarmHeadroomArgs
from planning.plan import make_plan
from settings import from_values
from tests.components.answers import ACCOUNT, REGION
from tests.components.contract.classes import Component
from tests.components.recorder import Recorded, Recording, record
from tests.components.serving.examples import ollama_args, store_args, tgi_args, triton_args, vllm_args
from tests.golden.stacks import stack_values

NAME = "sample"
PROVIDER = "given"
TAGS = {"team": "ml", "cost-centre": "42"}
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"

_VPC: dict[str, Any] = {"vpc_id": "vpc-1", "tags": TAGS}
_IN_CLUSTER: dict[str, Any] = {
    "namespace": "data",
    "app_namespace": "apps",
    "storage_class": "gp3-retain",
    "protect": False,
}
_MANAGED: dict[str, Any] = {
    **_VPC,
    "prefix": "inference",
    "app_namespace": "apps",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "client_security_group_id": "sg-nodes",
    "protect": False,
}
_ACCESS = S3Access(region=REGION, cluster_name="inference", tags=TAGS)
_GATEWAY: dict[str, Any] = {"gateway_name": "ingress", "gateway_namespace": "envoy-gateway-system"}


def _platform(_: k8s.Provider) -> InferencePlatformArgs:
    config = from_values({**stack_values("prod"), "inference-platform:tags": TAGS})
    return InferencePlatformArgs(
        settings=config.settings,
        plan=make_plan(config.settings),
        region=config.region,
        account_id=ACCOUNT,
        caller_arn=DEPLOYER,
    )


# The arguments of each component, given the Kubernetes provider to use.
EXAMPLES: Mapping[Component, Callable[[k8s.Provider], Any]] = {
    Certificates: lambda it: CertificatesArgs(provider=it, issuer=Issuer.LETSENCRYPT_PROD, **_GATEWAY),
    Cluster: lambda _: ClusterArgs(
        name="inference",
        private_subnet_ids=["subnet-a", "subnet-b"],
        intra_subnet_ids=["subnet-c", "subnet-d"],
        admin_principal_arns=[DEPLOYER],
        system_instance_type="m7i.xlarge",
        tags=TAGS,
    ),
    FlowLogs: lambda _: FlowLogsArgs(
        **_VPC, vpc_arn=f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1", log_group_name="/aws/vpc/inference"
    ),
    GpuPool: lambda it: GpuPoolArgs(
        instance_types=["g6.xlarge"],
        # Against Karpenter's own order: two NodePools.
        capacity=[Capacity.ON_DEMAND, Capacity.SPOT],
        max_gpus=4,
        cut=SharedCut(strategy=Sharing.TIME_SLICING, per_gpu=4),
        node_role="nodes",
        cluster_name="inference",
        provider=it,
        tags=TAGS,
    ),
    GpuRuntime: lambda it: GpuRuntimeArgs(provider=it),
    HorizontalScaling: lambda it: HorizontalScalingArgs(
        provider=it, namespace="apps", deployment="api", min_replicas=2, max_replicas=20
    ),
    InClusterPostgres: lambda it: InClusterPostgresArgs(provider=it, **_IN_CLUSTER),
    InClusterRabbitMq: lambda it: InClusterRabbitMqArgs(provider=it, **_IN_CLUSTER),
    InClusterRedisCache: lambda it: InClusterRedisCacheArgs(provider=it, **_IN_CLUSTER),
    InferencePlatform: _platform,
    Ingress: lambda it: IngressArgs(
        provider=it, hostname="models.example.com", issuer=Issuer.LETSENCRYPT_PROD, tags=TAGS
    ),
    InterruptionQueue: lambda _: InterruptionQueueArgs(queue_name="inference-karpenter", tags=TAGS),
    Karpenter: lambda it: KarpenterArgs(
        cluster_name="inference",
        cluster_endpoint="https://inference.eks.example.com",
        node_role_arn=f"arn:aws:iam::{ACCOUNT}:role/nodes",
        region=REGION,
        account_id=ACCOUNT,
        provider=it,
        tags=TAGS,
    ),
    Keda: lambda it: KedaArgs(provider=it),
    ManagedPostgres: lambda it: ManagedPostgresArgs(
        provider=it, **_MANAGED, instance_class="db.m7g.large", multi_az=True
    ),
    ManagedRabbitMq: lambda it: ManagedRabbitMqArgs(provider=it, **_MANAGED, instance_type="mq.m7g.large"),
    ManagedRedisCache: lambda it: ManagedRedisCacheArgs(provider=it, **_MANAGED, node_type="cache.m7g.large"),
    ModelRoute: lambda it: ModelRouteArgs(
        provider=it,
        namespace="inference",
        hostname="models.example.com",
        route="chat",
        service="chat",
        port=8000,
        **_GATEWAY,
    ),
    Monitoring: lambda it: MonitoringArgs(provider=it, storage_class="gp3"),
    MultiNode: lambda it: MultiNodeArgs(provider=it),
    Network: lambda _: NetworkArgs(
        cidr="10.0.0.0/16",
        zones=["us-east-1a", "us-east-1b"],
        nat_per_zone=True,
        cluster_name="inference",
        region=REGION,
        tags=TAGS,
    ),
    Qdrant: lambda it: QdrantArgs(provider=it, **_IN_CLUSTER),
    OllamaServer: lambda it: ollama_args(provider=it, access=_ACCESS),
    OllamaStore: lambda it: store_args(provider=it, access=_ACCESS),
    TgiServer: lambda it: tgi_args(provider=it, hf_token="hf_example"),
    TritonServer: lambda it: triton_args(provider=it, access=_ACCESS),
    VerticalPodAutoscaler: lambda it: VerticalPodAutoscalerArgs(provider=it),
    VerticalScaling: lambda it: VerticalScalingArgs(provider=it, namespace="apps", deployment="api"),
    VllmServer: lambda it: vllm_args(provider=it, hf_token="hf_example"),
    VpcEndpoints: lambda _: VpcEndpointsArgs(
        **_VPC, vpc_cidr="10.0.0.0/16", region=REGION, route_table_ids=["rtb-1"], subnet_ids=["subnet-1"]
    ),
    WarmHeadroom: lambda it: WarmHeadroomArgs(
        namespace="inference",
        provider=it,
        headrooms=[
            Headroom(
                server="chat", replicas=1, requests={"nvidia.com/gpu": "1"}, node_selector={"pool": "l4"}
            )
        ],
    ),
}


@dataclass(frozen=True)
class Example:
    """A component as it was recorded. `parts` are all resources below it, however deep."""

    recording: Recording
    args: Any
    made: pulumi.ComponentResource
    root: Recorded
    parts: list[Recorded]

    def parent_of(self, part: Recorded) -> Recorded:
        """Return a part's parent, which is the component or another part."""
        return next(one for one in [self.root, *self.parts] if one.urn == part.parent)


@cache
def example(cls: Component, options: Callable[[], pulumi.ResourceOptions] | None = None) -> Example:
    """Record the example of a component, once in a process for the same options of its caller."""
    made: list[tuple[Any, pulumi.ComponentResource]] = []

    def program() -> None:
        provider = k8s.Provider(PROVIDER, kubeconfig="{}", cluster_identifier="inference")
        construct = cast("Callable[..., pulumi.ComponentResource]", cls)
        args = EXAMPLES[cls](provider)
        made.append((args, construct(NAME, args, options() if options else None)))

    recording = record(program)
    (root,) = [
        one for one in recording.resources if one.type.startswith("inference-platform:") and one.name == NAME
    ]
    return Example(recording, *made[0], root, _below(recording, root))


def _below(recording: Recording, root: Recorded) -> list[Recorded]:
    children = recording.children_of(root)
    return [*children, *(part for child in children for part in _below(recording, child))]
