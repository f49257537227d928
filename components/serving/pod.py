"""A server's pod: containers, probes, placement and shutdown."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import (
    ConfigMapEnvSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EnvFromSourceArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    ExecActionArgs,
    HTTPGetActionArgs,
    LifecycleArgs,
    LifecycleHandlerArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    SecretKeySelectorArgs,
    SleepActionArgs,
    TolerationArgs,
    TopologySpreadConstraintArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from catalog.efa import EFA_RESOURCE
from components.gpu_pool_specs import GPU_RESOURCE
from components.serving import timing
from components.serving.args import Cache
from components.serving.hardening import container_security, pod_security
from components.serving.storage import local_disk_gib, mounts, volumes
from components.serving.workload import Engine, Fetch, Workload

DO_NOT_DISRUPT = "karpenter.sh/do-not-disrupt"
"""Karpenter's annotation of a pod: "true", or for how long after its start. Source: Karpenter v1.14."""


def template(workload: Workload, worker: tuple[str, ...] = ()) -> PodTemplateSpecArgs:
    """Return the pod template of a server, or of the workers of its group, which run the command `worker`."""
    # While a server loads, Karpenter leaves its node alone. Afterwards pools' budgets keep busy nodes; "true" would
    # keep them from being drained before EC2 takes them back.
    annotations = {DO_NOT_DISRUPT: f"{timing.progress_deadline(workload.args)}s"}
    return PodTemplateSpecArgs(
        metadata=ObjectMetaArgs(labels=workload.labels, annotations=annotations),
        spec=_spec(workload, _worker(workload, worker) if worker else _server(workload)),
    )


def _spec(workload: Workload, container: ContainerArgs) -> PodSpecArgs:
    fetch = workload.engine.fetch
    return PodSpecArgs(
        service_account_name=workload.name,
        automount_service_account_token=False,
        # A Service called vllm would set VLLM_PORT to an URL, which vLLM refuses.
        enable_service_links=False,
        security_context=pod_security(workload.engine.image),
        node_selector=workload.args.node_selector,
        tolerations=[TolerationArgs(key=GPU_RESOURCE, operator="Exists", effect="NoSchedule")],
        topology_spread_constraints=None if workload.engine.group else _spread(workload),
        termination_grace_period_seconds=timing.grace(workload.args),
        init_containers=[_fetch(fetch, workload.engine)] if fetch else None,
        containers=[container],
        volumes=volumes(workload),
    )


def _worker(workload: Workload, command: tuple[str, ...]) -> ContainerArgs:
    """Return the container of a worker. It answers nobody, so nothing probes it: its leader fails with it.

    It stays for as long as its leader may need to finish its requests.
    """
    args, engine = workload.args, workload.engine
    wait = LifecycleHandlerArgs(sleep=SleepActionArgs(seconds=timing.pause(args, drains=False)))
    return ContainerArgs(
        name="worker",
        image=engine.image.reference,
        command=list(command),
        env_from=[EnvFromSourceArgs(config_map_ref=ConfigMapEnvSourceArgs(name=workload.config_name))],
        env=_secrets(workload) or None,
        resources=_resources(workload),
        lifecycle=LifecycleArgs(pre_stop=wait),
        security_context=container_security(),
        volume_mounts=mounts(engine),
    )


def _server(workload: Workload) -> ContainerArgs:
    engine = workload.engine
    ports = [ContainerPortArgs(name=port.name, container_port=port.number) for port in engine.ports]
    drain = LifecycleHandlerArgs(
        sleep=SleepActionArgs(seconds=timing.pause(workload.args, drains=engine.drains))
    )
    return ContainerArgs(
        name="server",
        image=engine.image.reference,
        command=list(engine.command),
        env_from=[EnvFromSourceArgs(config_map_ref=ConfigMapEnvSourceArgs(name=workload.config_name))],
        env=_secrets(workload) or None,
        ports=ports,
        resources=_resources(workload),
        startup_probe=_startup(workload),
        readiness_probe=_probe(engine.ready_path, 5, 3),
        liveness_probe=_probe(engine.live_path, 10, 6),
        lifecycle=LifecycleArgs(pre_stop=drain),
        security_context=container_security(),
        volume_mounts=mounts(engine),
    )


def _fetch(fetch: Fetch, engine: Engine) -> ContainerArgs:
    return ContainerArgs(
        name="fetch",
        image=fetch.image.reference,
        command=list(fetch.command),
        env=[EnvVarArgs(name=name, value=value) for name, value in fetch.environment.items()],
        resources=ResourceRequirementsArgs(
            requests={"cpu": "500m", "memory": "512Mi"}, limits={"memory": "512Mi"}
        ),
        security_context=container_security(),
        volume_mounts=mounts(engine),
    )


def requests(*, gpus: Mapping[str, int], cpu: str, memory_gib: int, cache: Cache) -> dict[str, str]:
    """Return what a replica asks of its node; `gpus` counts GPUs, or parts of them, by their resource."""
    return {
        **{resource: str(count) for resource, count in gpus.items()},
        "memory": f"{memory_gib}Gi",
        "ephemeral-storage": f"{local_disk_gib(cache)}Gi",
        "cpu": cpu,
    }


def _resources(workload: Workload) -> ResourceRequirementsArgs:
    args = workload.args
    gpus = {args.gpu_resource: args.gpus}
    asked = requests(gpus=gpus, cpu=args.cpu, memory_gib=args.memory_gib, cache=args.cache)
    asked |= _fabric(workload)
    # No CPU limit: throttling a tokenizer leaves the GPU waiting.
    bounded = {key: value for key, value in asked.items() if key != "cpu"}
    return ResourceRequirementsArgs(requests=asked, limits=bounded)


def _fabric(workload: Workload) -> dict[str, str]:
    group = workload.engine.group
    return {EFA_RESOURCE: str(group.efa)} if group and group.efa else {}


def _secrets(workload: Workload) -> list[EnvVarArgs]:
    def reference(name: str) -> EnvVarSourceArgs:
        return EnvVarSourceArgs(secret_key_ref=SecretKeySelectorArgs(name=workload.secret_name, key=name))

    return [EnvVarArgs(name=name, value_from=reference(name)) for name in workload.engine.secrets]


def _startup(workload: Workload) -> ProbeArgs:
    engine, failures = workload.engine, timing.startup_failures(workload.args)
    if not engine.load:
        return _probe(engine.ready_path, timing.STARTUP_PERIOD, failures)
    # It fails at once while nothing listens; then it takes as long as the model, and must not be cut short.
    return ProbeArgs(
        exec_=ExecActionArgs(command=list(engine.load)),
        period_seconds=timing.STARTUP_PERIOD,
        timeout_seconds=workload.args.startup_seconds,
        failure_threshold=failures,
    )


def _probe(path: str, period: int, failures: int) -> ProbeArgs:
    return ProbeArgs(
        http_get=HTTPGetActionArgs(path=path, port="http"),
        period_seconds=period,
        timeout_seconds=5,
        failure_threshold=failures,
    )


def _spread(workload: Workload) -> list[TopologySpreadConstraintArgs]:
    keys = ["topology.kubernetes.io/zone"]
    if workload.args.spread_over_nodes:
        keys.append("kubernetes.io/hostname")
    return [
        TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key=key,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=LabelSelectorArgs(match_labels=workload.selector),
            # A rollout's new pods spread among themselves, whatever the old ones do.
            match_label_keys=["pod-template-hash"],
        )
        for key in keys
    ]
