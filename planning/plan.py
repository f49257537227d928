"""The plan of a stack: what its settings mean, or why they cannot work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.network import NetworkPlanError, plan_subnets
from planning.placement.choice import Choice
from planning.rollout import Rollout, rollout, rollout_problems
from planning.servers import ServerPlan, plan_server
from settings.errors import SettingsError
from settings.pools import GpuPoolSettings
from settings.references import served
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything the components need beyond the settings, by the server's name. Same settings, same plan.

    `pools` are those of the settings, or the ones derived from the models. `choices` say how each server runs, and
    what else was looked at.
    """

    pools: tuple[GpuPoolSettings, ...]
    servers: dict[str, ServerPlan]
    rollouts: dict[str, Rollout]
    choices: Mapping[str, Choice] = field(default_factory=dict[str, Choice])


def make_plan(settings: Settings) -> Plan:
    """Plan a stack; raise `SettingsError` with one line for each thing that cannot work."""
    servers = [plan_server(item, settings) for item in served(settings)]
    problems = _network_problems(settings)
    for index, pool in enumerate(settings.gpu_pools):
        problems += rollout_problems(f"gpuPools[{index}]", pool, servers)
    for server in servers:
        problems += _size_problems(server)
    if problems:
        raise SettingsError(problems)
    pools = {pool.name: pool for pool in settings.gpu_pools}
    return Plan(
        pools=settings.gpu_pools,
        servers={server.name: server for server in servers},
        rollouts={server.name: rollout(server, pools[server.pool], servers) for server in servers},
    )


def _network_problems(settings: Settings) -> list[str]:
    """What is wrong with the address range, if anything."""
    network = settings.cluster.network
    try:
        plan_subnets(network.cidr, network.zones)
    except NetworkPlanError as error:
        return [f"{error}."]
    return []


def _size_problems(server: ServerPlan) -> list[str]:
    """Weights that GPU memory or the node's disk cannot hold at all."""
    instance = server.share.instance
    memory_gib = instance.vram_mib * server.gpus * server.nodes / 1024
    problems: list[str] = []
    if server.weights_gib >= memory_gib:
        problems.append(
            f"{server.path}.gpu: {server.weights_gib:.1f} GiB of weights do not fit {server.gpus} x {instance.gpu} "
            f"({memory_gib:.1f} GiB). Raise gpu.count, or choose a larger GPU."
        )
    disk_gib = instance.nvme_gb * 10**9 / 2**30 / server.share.replicas_per_node
    if server.cache_gib > disk_gib:
        problems.append(
            f"{server.path}: its cache of {server.cache_gib} GiB does not fit the local disk of {instance.name} "
            f"({disk_gib:.0f} GiB for each replica). Choose a larger instance type in pool {server.pool}."
        )
    return problems
