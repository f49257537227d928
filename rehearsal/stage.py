"""The stage of one rehearsal: control plane, simulated cloud, providers and Pulumi, set up and struck."""

import os
import shutil
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from automation import Event, Listener, PlatformStack, Workspace
from catalog.charts import KUBE_PROMETHEUS_STACK
from catalog.instances import instances
from rehearsal.claims import ClaimsAreThere, expected_claims
from rehearsal.cloud import Cloud
from rehearsal.cloud.aws_cli import write_stand_in
from rehearsal.control_plane import ControlPlane
from rehearsal.controllers import GROUPS_RELEASE, KARPENTER_RELEASE, KEDA_RELEASE, ControllersFollowReleases
from rehearsal.karpenter import Karpenter
from rehearsal.keda import Keda
from rehearsal.leader_worker_sets import LeaderWorkerSets
from rehearsal.local_cluster import LocalEks
from rehearsal.options import Options, ProviderChoice
from rehearsal.plugins import chosen_providers, lend
from rehearsal.program import on_kwok
from rehearsal.prometheus import Prometheus
from rehearsal.providers.aws import AwsProvider
from rehearsal.providers.base import Provider, serve
from rehearsal.providers.kubernetes.provider import KubernetesProvider
from rehearsal.providers.kubernetes.releases import HelmReleases
from rehearsal.providers.kubernetes.typed import Patience
from rehearsal.providers.random import RandomProvider
from rehearsal.service_proxy import ServiceProxy
from rehearsal.toolchain import Toolchain
from rehearsal.workdir import WorkDir
from settings import StackConfig

# The one that `components.observability.Monitoring` gives as its address.
_PROMETHEUS_PORT = 9090


@dataclass(frozen=True, kw_only=True)
class _Actors:
    """What acts on a stage besides the control plane and Pulumi."""

    karpenter: Karpenter
    keda: Keda
    groups: LeaderWorkerSets
    proxy: ServiceProxy
    prometheus: Prometheus


@dataclass(frozen=True, kw_only=True)
class Stage(_Actors):
    """Everything a rehearsal plays on.

    `prometheus` scrapes nothing until it is told to: every query that allows for that answers 0. KEDA reaches
    it, and whatever else is routed, through `proxy`.
    """

    plane: ControlPlane
    cloud: Cloud
    work: WorkDir
    stack: PlatformStack
    follow: Listener
    releases: HelmReleases


@contextmanager
def set_stage(
    options: Options,
    config: StackConfig,
    toolchain: Toolchain,
    plane: ControlPlane,
    program: Callable[[], None],
) -> Generator[Stage]:
    """Set the stage on a running control plane; all but that is struck at the end, unless it is to be kept."""
    with ExitStack() as struck:
        cloud = Cloud(LocalEks(plane), existing=config.settings.cluster.admins)
        releases = HelmReleases()
        actors = _actors(config, toolchain, plane)
        if not options.keep:
            for part in (actors.proxy, actors.prometheus, actors.karpenter, actors.keda, actors.groups):
                struck.callback(part.stop)
        served = struck.enter_context(serve(_providers(options, cloud, releases)))
        folder = plane.folder / "pulumi"
        if not options.keep:
            struck.callback(shutil.rmtree, folder, ignore_errors=True)
        work = WorkDir.make(folder, options.project, options.stack, options.config)
        environment = _environment(plane, work, served.debug_env)
        if chosen_providers(options.providers) == ProviderChoice.OFFICIAL:
            lend(work.home)
        stack = PlatformStack.open(
            options.stack,
            Workspace(
                folder=folder,
                program=on_kwok(program, actors.karpenter.read_chart),
                pulumi=toolchain.pulumi,
                environment=environment,
            ),
        )
        work.set_secrets(toolchain.pulumi, {**os.environ, **environment})
        yield Stage(
            plane=plane,
            cloud=cloud,
            work=work,
            stack=stack,
            follow=_follow(actors, ClaimsAreThere(plane.api, expected_claims(config.settings))),
            releases=releases,
            **vars(actors),
        )


def _follow(actors: _Actors, claims: Listener) -> Listener:
    controllers = {
        KARPENTER_RELEASE: actors.karpenter,
        KEDA_RELEASE: actors.keda,
        GROUPS_RELEASE: actors.groups,
    }
    listeners = (ControllersFollowReleases(controllers), claims)

    def follow(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return follow


def _actors(config: StackConfig, toolchain: Toolchain, plane: ControlPlane) -> _Actors:
    """Start what is there from the beginning, and prepare what comes with its release."""
    proxy = ServiceProxy(plane.folder).start()
    prometheus = Prometheus(binary=toolchain.prometheus, folder=plane.folder).start()
    service = f"{KUBE_PROMETHEUS_STACK.name}-prometheus"
    proxy.route(service, KUBE_PROMETHEUS_STACK.namespace, _PROMETHEUS_PORT, prometheus.port)
    return _Actors(
        karpenter=Karpenter(
            binary=toolchain.karpenter,
            plane=plane,
            instances=list(instances().values()),
            zones=config.settings.cluster.network.zones,
        ),
        keda=Keda(
            operator=toolchain.keda_operator, adapter=toolchain.keda_adapter, plane=plane, proxy=proxy.url
        ),
        groups=LeaderWorkerSets(api=plane.api),
        proxy=proxy,
        prometheus=prometheus,
    )


def _providers(options: Options, cloud: Cloud, releases: HelmReleases) -> list[Provider]:
    """AWS is always simulated; the others are built in unless the official plugins are to be used."""
    providers: list[Provider] = [AwsProvider(cloud, version("pulumi-aws"))]
    if chosen_providers(options.providers) == ProviderChoice.BUILTIN:
        providers += [
            KubernetesProvider(releases, Patience(longest_seconds=options.patience_seconds)),
            RandomProvider(version("pulumi-random")),
        ]
    return providers


def _environment(plane: ControlPlane, work: WorkDir, debug_providers: str) -> dict[str, str]:
    """Pulumi's environment: its own state, our providers, and an `aws` that hands out local credentials."""
    tools = plane.folder / "bin"
    write_stand_in(tools, plane.client_certificate, plane.client_key, python=sys.executable)
    # The built-in provider lives in this process and calls `aws` too.
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {**work.environment, "PULUMI_DEBUG_PROVIDERS": debug_providers, "PATH": os.environ["PATH"]}
