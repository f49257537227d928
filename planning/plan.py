"""The plan of a stack: what its settings mean, or why they cannot work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.network import NetworkPlanError, plan_subnets
from planning.placement import Placement, ceilings, place
from planning.placement.choice import Choice
from planning.placement.quotas import QuotaUse, limits, problems_of, uses
from planning.rollout import Rollout, rollout, rollout_problems
from planning.servers import ServerPlan, plan_server
from settings.errors import SettingsError
from settings.pools import GpuPoolSettings
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything the components need beyond the settings, by the server's name. Same settings, same plan.

    `pools` are those of the settings, or the ones derived from the models. `choices` say how each server runs, and
    what else was looked at; `quotas` what the most replicas take of the account's. `warnings` are lines about what
    works, but may come out worse than asked.
    """

    pools: tuple[GpuPoolSettings, ...]
    servers: dict[str, ServerPlan]
    rollouts: dict[str, Rollout]
    choices: Mapping[str, Choice] = field(default_factory=dict[str, Choice])
    quotas: tuple[QuotaUse, ...] = ()
    warnings: tuple[str, ...] = ()


def make_plan(settings: Settings) -> Plan:
    """Plan a stack; raise `SettingsError` with one line for each thing that cannot work."""
    placement = place(settings)
    servers = [plan_server(one) for one in placement.placed]
    quotas = uses(ceilings(placement), limits(settings))
    problems = [*_network_problems(settings), *_limit_problems(placement, servers), *placement.problems]
    problems += problems_of(quotas)
    if problems:
        raise SettingsError(problems)
    pools = {pool.name: pool for pool in placement.pools}
    return Plan(
        pools=placement.pools,
        servers={server.name: server for server in servers},
        rollouts={server.name: rollout(server, pools[server.pool], servers) for server in servers},
        choices={one.item.settings.name: one.choice for one in placement.placed},
        quotas=quotas,
        warnings=placement.warnings,
    )


def _limit_problems(placement: Placement, servers: list[ServerPlan]) -> list[str]:
    """Limits of pools that hold too little; where pools are derived, the plan has seen to it."""
    problems: list[str] = []
    for index, pool in enumerate(placement.pools):
        problems += rollout_problems(f"gpuPools[{index}]", pool, servers)
    return problems


def _network_problems(settings: Settings) -> list[str]:
    """What is wrong with the address range, if anything."""
    network = settings.cluster.network
    try:
        plan_subnets(network.cidr, network.zones)
    except NetworkPlanError as error:
        return [f"{error}."]
    return []
