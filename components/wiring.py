"""Turns settings and the plan into the arguments of components: a mapping and nothing more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import pulumi

from components.cluster import Cluster
from components.cluster.storage import DEFAULT
from components.edge.certificates import Issuer
from components.edge.ingress import Ingress, IngressArgs
from components.edge.model_route import OLLAMA_PATHS, TGI_PATHS, TRITON_PATHS, VLLM_PATHS, ModelRouteArgs
from components.edge.specs import Limits
from components.gpu_pool import GpuPool, GpuPoolArgs
from components.gpu_pool_specs import Capacity, OperatingSystem
from components.gpu_sharing import Cut
from components.observability.monitoring import Monitoring, MonitoringArgs
from components.scaling_wiring import scaling_args
from components.serving import (
    ModelServer,
    NvmeCache,
    S3Access,
    ScalingArgs,
    TgiServer,
    TritonServer,
    VllmServer,
)
from planning.rollout import Rollout
from planning.servers import ServerPlan
from settings import fields
from settings.models import ModelSettings, TritonRepositorySettings
from settings.pools import GpuPoolSettings
from settings.services import EdgeSettings, MonitoringSettings

ServedSettings = ModelSettings | TritonRepositorySettings

_CAPACITY = {
    fields.Capacity.RESERVED: Capacity.RESERVED,
    fields.Capacity.SPOT: Capacity.SPOT,
    fields.Capacity.ON_DEMAND: Capacity.ON_DEMAND,
}


@dataclass(frozen=True, kw_only=True)
class PoolPlace:
    """What all GPU pools of a cluster share."""

    cluster_name: pulumi.Input[str]
    node_role: pulumi.Input[str]
    provider: pulumi.ProviderResource
    depends_on: Sequence[pulumi.Resource]
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ServerPlace:
    """What all model servers of a cluster share."""

    namespace: pulumi.Input[str]
    cluster: Cluster
    access: S3Access
    gateway_namespace: pulumi.Input[str]
    monitoring: Monitoring
    hf_token: pulumi.Input[str] | None
    rabbitmq_secret: pulumi.Input[str] | None
    depends_on: Sequence[pulumi.Resource]


class CommonArgs(TypedDict):
    """The arguments every engine's server takes, as keywords: see ModelServerArgs."""

    namespace: pulumi.Input[str]
    provider: pulumi.ProviderResource
    node_selector: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    gpus: int
    gpu_resource: str
    cpu: str
    memory_gib: int
    shm_gib: int
    cache: NvmeCache
    startup_seconds: int
    provision_seconds: int
    shutdown_seconds: int
    min_replicas: int
    max_replicas: int
    max_surge: int
    max_unavailable: int
    scaling: ScalingArgs
    spread_over_nodes: bool
    gateway_namespace: pulumi.Input[str]
    monitoring_namespace: pulumi.Input[str]
    depends_on: Sequence[pulumi.Resource]


def pool_args(
    pool: GpuPoolSettings, cut: Cut | None, keep_empty_seconds: int, place: PoolPlace
) -> GpuPoolArgs:
    """Return the arguments of one GPU pool, whose GPUs are cut as `cut` says.

    An empty node is kept for `keep_empty_seconds` where the pool's settings say nothing.
    """
    return GpuPoolArgs(
        instance_types=pool.instance_types,
        capacity=[_CAPACITY[kind] for kind in pool.capacity],
        max_gpus=pool.max_gpus,
        zones=pool.zones,
        reservation_ids=pool.capacity_reservations,
        reservation_tags=pool.capacity_reservation_tags,
        cut=cut,
        operating_system=OperatingSystem(pool.operating_system.value),
        consolidate_after=f"{pool.disruption.consolidate_after_seconds or keep_empty_seconds}s",
        expire_after=f"{pool.disruption.expire_after_hours}h",
        termination_grace_period=f"{pool.disruption.termination_grace_minutes}m",
        node_role=place.node_role,
        cluster_name=place.cluster_name,
        provider=place.provider,
        depends_on=place.depends_on,
        tags=place.tags,
    )


def common_args(
    thing: ServedSettings, plan: ServerPlan, rollout: Rollout, place: ServerPlace, pool: GpuPool
) -> CommonArgs:
    """Return what every engine's server takes from its settings and the plan."""
    return CommonArgs(
        namespace=place.namespace,
        provider=place.cluster.provider,
        node_selector=pool.node_selector,
        gpus=plan.gpus,
        gpu_resource=plan.gpu_resource,
        cpu=f"{plan.share.cpu_milli}m",
        memory_gib=plan.share.memory_gib,
        shm_gib=plan.shm_gib,
        cache=NvmeCache(size_gib=plan.cache_gib),
        startup_seconds=plan.cold_start.startup_limit,
        provision_seconds=plan.cold_start.provision_limit,
        shutdown_seconds=plan.shutdown_seconds,
        min_replicas=plan.min_replicas,
        max_replicas=plan.max_replicas,
        max_surge=rollout.max_surge,
        max_unavailable=rollout.max_unavailable,
        scaling=scaling_args(
            thing.scaling,
            server=plan.name,
            namespace=place.namespace,
            min_replicas=plan.min_replicas,
            cooldown_seconds=plan.cold_start.cooldown,
            prometheus_address=place.monitoring.prometheus_address,
            rabbitmq_secret=place.rabbitmq_secret,
        ),
        spread_over_nodes=plan.share.replicas_per_node == 1,
        gateway_namespace=place.gateway_namespace,
        monitoring_namespace=place.monitoring.namespace,
        # A server outlives neither its pool nor what scales it.
        depends_on=[*place.depends_on, pool],
    )


def route_name(plan: ServerPlan) -> str:
    """Return the name of a server's route, which is also its HTTPRoute's."""
    return f"{plan.name}-route"


def route_args(
    plan: ServerPlan,
    server: ModelServer,
    ingress: Ingress,
    namespace: pulumi.Input[str],
    provider: pulumi.ProviderResource,
) -> ModelRouteArgs:
    """Return the arguments of a server's route; only the paths of its API are let through."""
    return ModelRouteArgs(
        provider=provider,
        namespace=namespace,
        hostname=ingress.hostname,
        route=plan.route,
        service=server.service_name,
        port=server.http_port,
        gateway_name=ingress.gateway_name,
        gateway_namespace=ingress.gateway_namespace,
        paths=_paths(server),
        api_key=server.api_key if isinstance(server, VllmServer | TgiServer) else None,
        depends_on=[ingress],
    )


def _paths(server: ModelServer) -> Sequence[str]:
    if isinstance(server, VllmServer):
        return VLLM_PATHS
    if isinstance(server, TgiServer):
        return TGI_PATHS
    return TRITON_PATHS if isinstance(server, TritonServer) else OLLAMA_PATHS


def ingress_args(
    edge: EdgeSettings,
    tags: Mapping[str, str],
    provider: pulumi.ProviderResource,
    depends_on: Sequence[pulumi.Resource],
) -> IngressArgs:
    """Return the arguments of the gateway."""
    return IngressArgs(
        provider=provider,
        hostname=edge.hostname,
        issuer=Issuer(edge.tls_issuer.value),
        acme_email=edge.email,
        limits=Limits(
            max_body_mib=edge.max_body_mib,
            read_seconds=edge.read_timeout_seconds,
            send_seconds=edge.send_timeout_seconds,
        ),
        require_api_key=edge.require_api_key,
        tags=tags,
        depends_on=depends_on,
    )


def monitoring_args(monitoring: MonitoringSettings, provider: pulumi.ProviderResource) -> MonitoringArgs:
    """Return the arguments of Prometheus and Grafana."""
    return MonitoringArgs(
        provider=provider,
        storage_class=DEFAULT,
        retention_days=monitoring.retention_days,
        storage_gib=monitoring.size_gib,
    )
