"""The whole platform: names its parts and wires them together. Nothing is configured here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components import data_services, engine_wiring, sharing_wiring, wiring
from components.autoscaling.recommendations import recommend
from components.cluster import Cluster, ClusterArgs
from components.edge.ingress import Ingress
from components.edge.model_route import ModelRoute
from components.edge.specs import GATEWAY_ACCESS
from components.gpu_pool import GpuPool
from components.gpu_runtime import GpuRuntime, GpuRuntimeArgs
from components.karpenter import Karpenter, KarpenterArgs
from components.keda import Keda, KedaArgs
from components.multi_node import MultiNode, MultiNodeArgs
from components.namespace import namespace
from components.network import Network, NetworkArgs
from components.observability.monitoring import Monitoring
from components.serving import ModelServer, OllamaServer, S3Access, TgiServer, TritonServer, VllmServer
from components.warm_headroom import Headroom, WarmHeadroom, WarmHeadroomArgs
from planning.plan import Plan
from settings.fields import Engine, NatGateways
from settings.references import served
from settings.stack import Settings

MODELS_NAMESPACE = "inference"


@dataclass(frozen=True, kw_only=True)
class InferencePlatformArgs:
    """What to build: checked settings, their plan, and what only the caller knows.

    `caller_arn` is the principal that runs Pulumi; it becomes an administrator of the cluster.
    `hf_token` is a secret, needed for gated models.
    """

    settings: Settings
    plan: Plan
    region: str
    account_id: pulumi.Input[str]
    caller_arn: pulumi.Input[str]
    hf_token: pulumi.Input[str] | None = None


class InferencePlatform(pulumi.ComponentResource):
    """A network, a cluster that buys GPU nodes, and the models on it, behind one host name.

    Everything depends on what it needs while it goes away: routes and servers go first, then pools (whose
    nodes are drained while Karpenter lives), then controllers, then the cluster and its network.

        config = from_values(...)
        InferencePlatform("platform", InferencePlatformArgs(
            settings=config.settings,
            plan=make_plan(config.settings),
            region=config.region,
            account_id=identity.account_id,
            caller_arn=identity.arn,
        ))
    """

    cluster_name: pulumi.Output[str]
    """Name of the EKS cluster."""
    kubeconfig: pulumi.Output[str]
    """Kubeconfig (JSON); a secret."""
    url: pulumi.Output[str]
    """`https://` and the host name of the gateway."""
    model_urls: pulumi.Output[Mapping[str, str]]
    """Base URL of each model and Triton server, by name."""
    api_keys: pulumi.Output[Mapping[str, str]]
    """API key of each client; a secret."""
    grafana_password: pulumi.Output[str]
    """Password of Grafana's user `admin`; a secret."""
    data: pulumi.Output[Mapping[str, str]]
    """URI of each data service, by name; a secret."""

    def __init__(
        self, name: str, args: InferencePlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:InferencePlatform", name, None, opts)
        self._args = args
        self._settings = args.settings
        self._child = pulumi.ResourceOptions(parent=self)
        self._cuts = {pool.name: cut for pool in args.plan.pools if (cut := sharing_wiring.cut_of(pool))}

        self._network = self._make_network()
        self._cluster = self._make_cluster()
        self._monitoring = self._make_monitoring()
        pools = self._make_pools(self._make_karpenter())
        keda = Keda("keda", KedaArgs(provider=self._cluster.provider), self._child)
        runtime = self._make_gpu_runtime()
        self._ingress = self._make_ingress()
        models = self._models_namespace()
        needs = [keda, runtime, self._monitoring, *self._make_multi_node()]
        data = self._make_data(models)
        servers = self._make_servers(models, pools, needs, data)
        if self._settings.vertical_autoscaling.enabled:
            recommend(servers, models, self._cluster.provider, self._child)
        self._publish(servers, data.uris)

    def _make_network(self) -> Network:
        cluster = self._settings.cluster
        args = NetworkArgs(
            cidr=cluster.network.cidr,
            zones=cluster.network.zones,
            nat_per_zone=cluster.network.nat_gateways == NatGateways.PER_ZONE,
            cluster_name=cluster.name,
            region=self._args.region,
            tags=self._settings.tags,
        )
        return Network("network", args, self._child)

    def _make_cluster(self) -> Cluster:
        cluster = self._settings.cluster
        args = ClusterArgs(
            name=cluster.name,
            kubernetes_version=cluster.kubernetes_version,
            private_subnet_ids=self._network.private_subnet_ids,
            intra_subnet_ids=self._network.intra_subnet_ids,
            admin_principal_arns=[*cluster.admins, self._args.caller_arn],
            system_instance_type=cluster.system_nodes.instance_type,
            system_node_count=cluster.system_nodes.count,
            public_endpoint_cidrs=cluster.endpoint.public_access_cidrs,
            deletion_protection=cluster.deletion_protection,
            tags=self._settings.tags,
        )
        return Cluster("cluster", args, self._child)

    def _make_monitoring(self) -> Monitoring:
        args = wiring.monitoring_args(self._settings.monitoring, self._cluster.provider)
        return Monitoring("monitoring", args, self._child)

    def _make_karpenter(self) -> Karpenter:
        args = KarpenterArgs(
            cluster_name=self._settings.cluster.name,
            cluster_endpoint=self._cluster.endpoint,
            node_role_arn=self._cluster.node_role_arn,
            region=self._args.region,
            account_id=self._args.account_id,
            provider=self._cluster.provider,
            # Only pools that cut their GPUs need it: it is an alpha feature.
            node_overlay=bool(self._cuts),
            metrics=True,
            depends_on=[self._monitoring],
            tags=self._settings.tags,
        )
        return Karpenter("karpenter", args, self._child)

    def _make_pools(self, karpenter: Karpenter) -> dict[str, GpuPool]:
        place = wiring.PoolPlace(
            cluster_name=self._cluster.name,
            node_role=self._cluster.node_role_name,
            provider=self._cluster.provider,
            depends_on=[karpenter.controller],
            tags=self._settings.tags,
        )
        return {
            pool.name: GpuPool(
                pool.name,
                wiring.pool_args(
                    pool, self._cuts.get(pool.name), self._args.plan.keep_empty_seconds(pool.name), place
                ),
                self._child,
            )
            for pool in self._args.plan.pools
        }

    def _make_gpu_runtime(self) -> GpuRuntime:
        # Bottlerocket's nodes have a device plugin of their own, which their user data tells.
        args = GpuRuntimeArgs(
            provider=self._cluster.provider, cuts=[*self._cuts.values()], depends_on=[self._monitoring]
        )
        return GpuRuntime("gpu-runtime", args, self._child)

    def _make_multi_node(self) -> list[pulumi.Resource]:
        """Make what replicas on several nodes need, where there are any."""
        if all(server.nodes == 1 for server in self._args.plan.servers.values()):
            return []
        return [MultiNode("multi-node", MultiNodeArgs(provider=self._cluster.provider), self._child)]

    def _make_ingress(self) -> Ingress:
        args = wiring.ingress_args(
            self._settings.edge, self._settings.tags, self._cluster.provider, [self._monitoring]
        )
        return Ingress("ingress", args, self._child)

    def _models_namespace(self) -> pulumi.Output[str]:
        space = namespace(
            "models-namespace",
            named=MODELS_NAMESPACE,
            pod_security="restricted",
            labels=GATEWAY_ACCESS,
            opts=pulumi.ResourceOptions(parent=self, provider=self._cluster.provider),
        )
        return space.metadata["name"]

    def _make_servers(
        self,
        models: pulumi.Output[str],
        pools: Mapping[str, GpuPool],
        needs: Sequence[pulumi.Resource],
        data: data_services.DataServices,
    ) -> dict[str, ModelServer]:
        place = wiring.ServerPlace(
            namespace=models,
            cluster=self._cluster,
            access=self._s3_access(),
            gateway_namespace=self._ingress.gateway_namespace,
            monitoring=self._monitoring,
            hf_token=self._args.hf_token,
            rabbitmq_secret=data.rabbitmq_secret,
            depends_on=needs,
        )
        servers: dict[str, ModelServer] = {}
        headrooms: list[Headroom] = []
        for item in served(self._settings):
            plan = self._args.plan.servers[item.settings.name]
            rollout, pool = self._args.plan.rollouts[plan.name], pools[plan.pool]
            common = wiring.common_args(item.settings, plan, rollout, place, pool)
            servers[plan.name] = self._make_server(item.settings, plan, place, common)
            self._make_route(plan, servers[plan.name], models)
            if plan.buffer:
                headrooms.append(sharing_wiring.headroom(plan, common))
        if headrooms:
            self._make_headroom(headrooms, models, [*pools.values()])
        return servers

    def _s3_access(self) -> S3Access:
        return S3Access(region=self._args.region, cluster_name=self._cluster.name, tags=self._settings.tags)

    def _make_headroom(
        self, headrooms: Sequence[Headroom], models: pulumi.Output[str], pools: Sequence[pulumi.Resource]
    ) -> None:
        args = WarmHeadroomArgs(
            namespace=models, provider=self._cluster.provider, headrooms=headrooms, depends_on=pools
        )
        WarmHeadroom("headroom", args, self._child)

    def _make_server(
        self,
        thing: wiring.ServedSettings,
        plan: wiring.ServerPlan,
        place: wiring.ServerPlace,
        common: wiring.CommonArgs,
    ) -> ModelServer:
        if isinstance(thing, wiring.ModelSettings):
            if thing.engine == Engine.TGI:
                return TgiServer(plan.name, engine_wiring.tgi_args(thing, plan, place, common), self._child)
            if thing.engine == Engine.OLLAMA:
                return OllamaServer(
                    plan.name, engine_wiring.ollama_args(thing, plan, place, common), self._child
                )
            return VllmServer(plan.name, engine_wiring.vllm_args(thing, plan, place, common), self._child)
        return TritonServer(plan.name, engine_wiring.triton_args(thing, place, common), self._child)

    def _make_route(self, plan: wiring.ServerPlan, server: ModelServer, models: pulumi.Output[str]) -> None:
        args = wiring.route_args(plan, server, self._ingress, models, self._cluster.provider)
        ModelRoute(wiring.route_name(plan), args, self._child)

    def _make_data(self, models: pulumi.Output[str]) -> data_services.DataServices:
        place = data_services.DataPlace(
            prefix=self._settings.cluster.name,
            cluster=self._cluster,
            network=self._network,
            app_namespace=models,
            depends_on=[self._monitoring],
            tags=self._settings.tags,
        )
        return data_services.install(self._settings.data, place, self._child)

    def _publish(self, servers: Mapping[str, ModelServer], data: Mapping[str, pulumi.Output[str]]) -> None:
        self.cluster_name = self._cluster.name
        self.kubeconfig = self._cluster.kubeconfig
        self.url = self._ingress.url
        routes = {name: self._args.plan.servers[name].route for name in servers}
        self.model_urls = pulumi.Output.all(
            **{name: pulumi.Output.concat(self.url, "/", route) for name, route in routes.items()}
        )
        self.api_keys = self._ingress.api_keys
        self.grafana_password = self._monitoring.grafana_password
        self.data = pulumi.Output.secret(pulumi.Output.all(**data))
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, pulumi.Output[object]]:
        """Return the outputs by name, for `pulumi.export`."""
        names: Sequence[str] = (
            "cluster_name",
            "kubeconfig",
            "url",
            "model_urls",
            "api_keys",
            "grafana_password",
            "data",
        )
        return {name: getattr(self, name) for name in names}
