"""Made-up timelines: what a player would have seen."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from rehearsal.load.model import TTFT_BUCKETS, Moment
from rehearsal.timeline import Look, NodeState, PodState, Timeline

NOWHERE = Moment(
    at=0,
    rate=0,
    replicas=(),
    running=0,
    waiting=0,
    arrived=0,
    late=0,
    failed=0,
    first_tokens=(0,) * len(TTFT_BUCKETS),
    first_token_sum=0,
)


def moment(rate: float = 1.0, arrived: int = 0, late: int = 0) -> Moment:
    return replace(NOWHERE, rate=rate, arrived=arrived, late=late)


def pod(name: str, node: str = "node-1", *, ready: bool = True, leaving: bool = False) -> PodState:
    return PodState(name=name, node=node, ready=ready, leaving=leaving)


def node(
    name: str, *, ready: bool = True, instance_type: str = "g6.xlarge", pool: str = "g6-xlarge"
) -> NodeState:
    return NodeState(
        claim=f"claim-{name}",
        name=name,
        instance_type=instance_type,
        zone="us-east-1a",
        ready=ready,
        pool=pool,
    )


def look(
    at: float,
    *,
    wanted: int = 1,
    asked: float = 1.0,
    pods: Iterable[PodState] = (),
    nodes: Iterable[NodeState] = (),
    load: Moment | None = None,
) -> Look:
    return Look(
        at=at, load=load or moment(), wanted=wanted, asked=asked, pods=tuple(pods), nodes=tuple(nodes)
    )


def series(wanted: Iterable[int], ready: Callable[[int, int], int] | None = None) -> Timeline:
    """One look a second: so many wanted; as many Ready, unless `ready` of second and wanted says otherwise."""
    looks: list[Look] = []
    for at, count in enumerate(wanted):
        there = ready(at, count) if ready else count
        looks.append(look(float(at), wanted=count, pods=[pod(f"qwen-{index}") for index in range(there)]))
    return Timeline(looks=looks)
