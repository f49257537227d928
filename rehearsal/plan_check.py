"""Holds the plan to what the real scheduler and Karpenter did: the same instance types, counts and dollars."""

from collections import Counter
from collections.abc import Callable, Sequence

from components.gpu_pool_specs import POOL_LABEL
from planning.cost import CostLine, stack_lines, total
from planning.fleet import NodeCount, fleet
from planning.plan import Plan
from planning.servers import ServerPlan
from rehearsal.placement import Placement
from settings.stack import Settings

_CENT = 0.01


def differences(
    when: str,
    placement: Placement,
    cost: Sequence[CostLine],
    plan: Plan,
    settings: Settings,
    replicas: Callable[[ServerPlan], int],
) -> list[str]:
    """Return one line for each thing that the plan had otherwise, with so many replicas of each server."""
    counts = fleet(plan.servers.values(), replicas, plan.zones)
    lines = [*_nodes(when, placement, counts)]
    exact = all(one.fewest == one.most for one in counts)
    said, done = total(stack_lines(settings, plan, replicas)), total(cost)
    if exact and not lines and abs(said - done) > _CENT:
        lines.append(f"{when}: the plan says ${said:.2f} an hour, and what runs costs ${done:.2f}.")
    return lines


def _nodes(when: str, placement: Placement, counts: Sequence[NodeCount]) -> list[str]:
    """What Karpenter bought and the plan did not say, and the reverse."""
    mine = [node for node in placement.busy_nodes if POOL_LABEL in node.labels]
    bought = Counter((node.labels[POOL_LABEL], node.instance_type) for node in mine)
    planned = {(one.pool, one.instance.name): one for one in counts}
    lines: list[str] = []
    for pool, instance in sorted({*bought, *planned}):
        one, count = planned.get((pool, instance)), bought[pool, instance]
        low, high = (one.fewest, one.most) if one else (0, 0)
        if not low <= count <= high:
            said = str(low) if low == high else f"{low} to {high}"
            lines.append(
                f"{when}: the plan says {said} x {instance} in pool {pool}, and Karpenter bought {count}."
            )
    return lines
