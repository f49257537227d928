"""What every model server is made of. An engine's own class says what runs in it."""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import (
    Deployment,
    DeploymentSpecArgs,
    DeploymentStrategyArgs,
    RollingUpdateDeploymentArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PersistentVolumeClaim,
    Secret,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.autoscaling.triggers import authentication_spec
from components.serving import autoscaling, leader_worker_set, network_policy, pod, storage, timing
from components.serving.args import ModelServerArgs, PvcCache
from components.serving.workload import Engine, Group, Workload


class ModelServer(pulumi.ComponentResource):
    """A scaled, guarded Deployment of one inference engine (or a LeaderWorkerSet, where a replica spans nodes).

    The component's name is its objects' name.

    A subclass registers itself, makes what its engine needs besides, calls `_serve`, and registers outputs.
    """

    namespace: pulumi.Output[str]
    """The namespace of the server's objects."""
    service_name: pulumi.Output[str]
    """The Service that routes send requests to."""
    http_port: pulumi.Output[int]
    """The Service's port that speaks HTTP."""
    url: pulumi.Output[str]
    """Where pods of the cluster reach it, if the NetworkPolicy lets them."""

    def _serve(
        self, name: str, args: ModelServerArgs, engine: Engine, after: Sequence[pulumi.Resource] = ()
    ) -> dict[str, pulumi.Output[Any]]:
        """Make the server's objects; its pods start after `after`. Returns the outputs to register."""
        workload = Workload(name=name, args=args, engine=engine)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        needs = [*self._configuration(workload, child), *after]
        self.network_policy = self._network_policy(workload, child)
        # Without its policy a pod would be open to the whole cluster for a moment.
        self._pods(workload, child, [*needs, self.network_policy])
        self.service = self._service(workload, child)
        self.disruption_budget = self._disruption_budget(workload, child)
        if engine.metrics_port:
            self.pod_monitor = self._pod_monitor(workload, child)
        self.scaled_object = self._scaled_object(workload, child)
        self.scale_target = (*workload.scale_target, workload.scale_target_name)
        return self._publish(workload)

    def _publish(self, workload: Workload) -> dict[str, pulumi.Output[Any]]:
        number = workload.port("http").number
        self.namespace = pulumi.Output.from_input(workload.args.namespace)
        self.service_name = self.service.metadata["name"]
        self.http_port = pulumi.Output.from_input(number)
        self.url = pulumi.Output.concat(
            "http://", self.service_name, ".", self.namespace, ".svc:", str(number)
        )
        return {
            "namespace": self.namespace,
            "service_name": self.service_name,
            "http_port": self.http_port,
            "url": self.url,
        }

    def _configuration(self, workload: Workload, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        needs: list[pulumi.Resource] = [self._service_account(workload, child)]
        needs.append(self._config_map(workload, child))
        if workload.engine.secrets:
            needs.append(self._secret(workload, child))
        if isinstance(workload.args.cache, PvcCache) and workload.args.cache.shared:
            needs.append(self._cache_claim(workload, workload.args.cache, child))
        return needs

    def _service_account(self, workload: Workload, child: pulumi.ResourceOptions) -> ServiceAccount:
        return ServiceAccount(
            f"{workload.name}-service-account",
            metadata=_metadata(workload, workload.name),
            automount_service_account_token=False,
            opts=child,
        )

    def _config_map(self, workload: Workload, child: pulumi.ResourceOptions) -> ConfigMap:
        return ConfigMap(
            f"{workload.name}-config",
            metadata=_metadata(workload, workload.config_name),
            data=dict(workload.engine.environment),
            immutable=True,
            opts=child,
        )

    def _secret(self, workload: Workload, child: pulumi.ResourceOptions) -> Secret:
        values = {name: pulumi.Output.secret(value) for name, value in workload.engine.secrets.items()}
        return Secret(
            f"{workload.name}-secrets",
            metadata=_metadata(workload, workload.secret_name),
            string_data=values,
            opts=child,
        )

    def _cache_claim(
        self, workload: Workload, cache: PvcCache, child: pulumi.ResourceOptions
    ) -> PersistentVolumeClaim:
        # A class that binds late waits for a pod, and the pod waits for the claim.
        unawaited = {"pulumi.com/skipAwait": "true"}
        return PersistentVolumeClaim(
            f"{workload.name}-cache",
            metadata=_metadata(workload, workload.cache_claim_name, unawaited),
            spec=storage.claim_spec(cache),
            opts=child,
        )

    def _network_policy(self, workload: Workload, child: pulumi.ResourceOptions) -> NetworkPolicy:
        return NetworkPolicy(
            f"{workload.name}-network-policy",
            metadata=_metadata(workload, workload.name),
            spec=network_policy.spec(workload),
            opts=child,
        )

    def _pods(
        self, workload: Workload, child: pulumi.ResourceOptions, needs: Sequence[pulumi.Resource]
    ) -> None:
        waits = pulumi.ResourceOptions(depends_on=list(needs), custom_timeouts=_patience(workload.args))
        options = pulumi.ResourceOptions.merge(child, waits)
        if workload.engine.group:
            self._leader_worker_set(workload, workload.engine.group, options)
        else:
            self._deployment(workload, options)

    def _leader_worker_set(self, workload: Workload, group: Group, opts: pulumi.ResourceOptions) -> None:
        version, kind = workload.scale_target
        CustomResource(
            f"{workload.name}-leader-worker-set",
            api_version=version,
            kind=kind,
            metadata=_metadata(workload, workload.scale_target_name),
            spec=leader_worker_set.spec(workload, group),
            opts=opts,
        )

    def _deployment(self, workload: Workload, opts: pulumi.ResourceOptions) -> None:
        args = workload.args
        rolling = RollingUpdateDeploymentArgs(max_surge=args.max_surge, max_unavailable=args.max_unavailable)
        # No `replicas`: they are KEDA's, and each update would set them back.
        spec = DeploymentSpecArgs(
            selector=LabelSelectorArgs(match_labels=workload.selector),
            strategy=DeploymentStrategyArgs(type="RollingUpdate", rolling_update=rolling),
            progress_deadline_seconds=timing.progress_deadline(args),
            template=pod.template(workload),
        )
        Deployment(
            f"{workload.name}-deployment",
            metadata=_metadata(workload, workload.name),
            spec=spec,
            opts=opts,
        )

    def _service(self, workload: Workload, child: pulumi.ResourceOptions) -> Service:
        ports = [
            ServicePortArgs(
                name=port.name, port=port.number, target_port=port.name, app_protocol=port.app_protocol
            )
            for port in workload.engine.ports
        ]
        # Pulumi waits until a Service has a ready pod, which takes as long as the Deployment.
        waits = pulumi.ResourceOptions(custom_timeouts=_patience(workload.args))
        # One at zero replicas has none, and may have none for days.
        unawaited = {"pulumi.com/skipAwait": "true"} if workload.args.min_replicas == 0 else None
        return Service(
            f"{workload.name}-service",
            metadata=_metadata(workload, workload.name, unawaited),
            spec=ServiceSpecArgs(type="ClusterIP", selector=workload.leaders, ports=ports),
            opts=pulumi.ResourceOptions.merge(child, waits),
        )

    def _disruption_budget(self, workload: Workload, child: pulumi.ResourceOptions) -> PodDisruptionBudget:
        """Let one pod be evicted at a time, a single replica too: at 0 its node could never be drained.

        A pod that is not ready serves nobody, so it never holds up a drain.
        """
        return PodDisruptionBudget(
            f"{workload.name}-disruption-budget",
            metadata=_metadata(workload, workload.name),
            spec=PodDisruptionBudgetSpecArgs(
                max_unavailable=1,
                selector=LabelSelectorArgs(match_labels=workload.selector),
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
            opts=child,
        )

    def _pod_monitor(self, workload: Workload, child: pulumi.ResourceOptions) -> CustomResource:
        return CustomResource(
            f"{workload.name}-pod-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=_metadata(workload, workload.name),
            spec=autoscaling.pod_monitor_spec(workload),
            opts=child,
        )

    def _scaled_object(self, workload: Workload, child: pulumi.ResourceOptions) -> CustomResource:
        # It does not wait for the Deployment: the least number of replicas should start side by side.
        needs = self._authentication(workload, child)
        return CustomResource(
            f"{workload.name}-scaled-object",
            api_version="keda.sh/v1alpha1",
            kind="ScaledObject",
            metadata=_metadata(workload, workload.name),
            spec=autoscaling.scaled_object_spec(workload),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=needs)),
        )

    def _authentication(self, workload: Workload, child: pulumi.ResourceOptions) -> list[CustomResource]:
        secret = workload.args.scaling.rabbitmq_secret
        if secret is None:
            return []
        authentication = CustomResource(
            f"{workload.name}-rabbitmq-authentication",
            api_version="keda.sh/v1alpha1",
            kind="TriggerAuthentication",
            metadata=_metadata(workload, autoscaling.authentication_name(workload)),
            spec=authentication_spec(secret),
            opts=child,
        )
        return [authentication]


def _metadata(workload: Workload, name: str, annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
    return ObjectMetaArgs(
        name=name, namespace=workload.args.namespace, labels=workload.labels, annotations=annotations
    )


def _patience(args: ModelServerArgs) -> pulumi.CustomTimeouts:
    return pulumi.CustomTimeouts(
        create=f"{timing.create_timeout(args)}s", update=f"{timing.update_timeout(args)}s"
    )
