"""The plan of a stack: what its settings mean, or why they cannot work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.network import NetworkPlanError, plan_subnets
from planning.placement import Placement, ceilings, place
from planning.placement.choice import Choice
from planning.placement.quotas import QuotaUse, limits, problems_of, uses
from planning.rollout import Rollout, plan_rollouts
from planning.room import with_least_room
from planning.servers import ServerPlan, plan_server
from planning.startup import SHORTEST_SECONDS, ready_problem
from settings.errors import SettingsError
from settings.pools import GpuPoolSettings
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything the components need beyond the settings, by the server's name. Same settings, same plan.

    `pools` are those of the settings, or the ones derived from the models. `choices` say how each server runs, and
    what else was looked at; `quotas` what the most replicas take of the account's. `warnings` are lines about what
    works, but may come out worse than asked. `zones` is over how many each pool spreads.
    """

    pools: tuple[GpuPoolSettings, ...]
    servers: dict[str, ServerPlan]
    rollouts: dict[str, Rollout]
    choices: Mapping[str, Choice] = field(default_factory=dict[str, Choice])
    quotas: tuple[QuotaUse, ...] = ()
    warnings: tuple[str, ...] = ()
    zones: Mapping[str, int] = field(default_factory=dict[str, int])

    def keep_empty_seconds(self, pool: str) -> int:
        """Seconds an empty node of a pool is worth keeping: the longest that one of its servers waits for one."""
        starts = [one.cold_start.keep_empty_node for one in self.servers.values() if one.pool == pool]
        return max(starts, default=SHORTEST_SECONDS)


def make_plan(settings: Settings) -> Plan:
    """Plan a stack; raise `SettingsError` with one line for each thing that cannot work."""
    placement = place(settings)
    servers = [plan_server(one) for one in placement.placed]
    placement = with_least_room(placement, servers, settings)
    quotas = uses(ceilings(placement), limits(settings))
    rollouts, limits_broken = _rollouts(placement, servers, settings)
    problems = [*_network_problems(settings), *limits_broken, *placement.problems]
    for server in servers:
        problems += ready_problem(server.path, server.ready_within_seconds, server.cold_start)
    problems += problems_of(quotas)
    if problems:
        raise SettingsError(problems)
    return Plan(
        pools=placement.pools,
        servers={server.name: server for server in servers},
        rollouts={server.name: rollouts[server.name] for server in servers},
        choices={one.item.settings.name: one.choice for one in placement.placed},
        quotas=quotas,
        warnings=placement.warnings,
        zones={pool.name: _zones(pool, settings) for pool in placement.pools},
    )


def _rollouts(
    placement: Placement, servers: list[ServerPlan], settings: Settings
) -> tuple[dict[str, Rollout], list[str]]:
    """How all servers are updated, and the limits of pools that hold too little for it."""
    rollouts: dict[str, Rollout] = {}
    problems: list[str] = []
    for index, pool in enumerate(placement.pools):
        found = plan_rollouts(f"gpuPools[{index}]", pool, servers, _zones(pool, settings))
        rollouts |= found.rollouts
        problems += found.problems
    return rollouts, problems


def _zones(pool: GpuPoolSettings, settings: Settings) -> int:
    """How many zones a pool's nodes may stand in."""
    return len(pool.zones or settings.cluster.network.zones)


def _network_problems(settings: Settings) -> list[str]:
    """What is wrong with the address range, if anything."""
    network = settings.cluster.network
    try:
        plan_subnets(network.cidr, network.zones)
    except NetworkPlanError as error:
        return [f"{error}."]
    return []
