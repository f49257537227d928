"""What a scenario saw, look after look: the load, the replicas, the nodes. Times are seconds of the rehearsal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from catalog.instances import instances
from rehearsal.load.model import Moment


@dataclass(frozen=True, kw_only=True)
class PodState:
    """A pod of the server under load; `node` is empty before it has one, `zone` likewise."""

    name: str
    node: str
    ready: bool
    leaving: bool


@dataclass(frozen=True, kw_only=True)
class NodeState:
    """A node that Karpenter bought, or is about to: `name` is empty until it has joined."""

    claim: str
    name: str
    instance_type: str
    zone: str
    ready: bool
    pool: str

    @property
    def gpus(self) -> int:
        """GPUs that are paid for."""
        known = instances().get(self.instance_type)
        return known.gpus if known else 0

    @property
    def usd_per_hour(self) -> float:
        """List price on demand; 0 where there is none."""
        known = instances().get(self.instance_type)
        return (known.usd_per_hour or 0.0) if known else 0.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """The cluster at one moment. `wanted` is what the HPA has set, `asked` what the metrics in Prometheus call for."""

    at: float
    load: Moment
    wanted: int
    asked: float
    pods: tuple[PodState, ...]
    nodes: tuple[NodeState, ...]

    @property
    def ready(self) -> int:
        """Replicas that serve."""
        return sum(pod.ready and not pod.leaving for pod in self.pods)

    @property
    def gpus(self) -> int:
        """GPUs that are paid for."""
        return sum(node.gpus for node in self.nodes)

    @property
    def usd_per_hour(self) -> float:
        """What the nodes cost."""
        return sum(node.usd_per_hour for node in self.nodes)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something the scenario did, or saw, worth a mark on the chart."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All looks in order, and what happened."""

    looks: Sequence[Look]
    happenings: Sequence[Happening] = ()

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.looks[-1].at - self.looks[0].at if self.looks else 0.0

    def counted(self, pool: str, empty_seconds: float) -> "Timeline":
        """Return the timeline with the nodes of one pool that count: busy ones, and empty ones for so long.

        Karpenter looks for empty nodes every ten seconds and takes one at a time, however fast time passes: at a
        high compression that would be hours.
        """
        busy: dict[str, float] = {}
        looks: list[Look] = []
        for look in self.looks:
            places = {pod.node for pod in look.pods if pod.node}
            for node in look.nodes:
                if node.name in places or node.claim not in busy:
                    busy[node.claim] = look.at
            kept = [
                one for one in look.nodes if one.pool == pool and look.at - busy[one.claim] <= empty_seconds
            ]
            looks.append(replace(look, nodes=tuple(kept)))
        return replace(self, looks=tuple(looks))

    def each_second(self) -> list[Look]:
        """Return one look a second: the first of each."""
        found: dict[int, Look] = {}
        for look in self.looks:
            found.setdefault(int(look.at), look)
        return list(found.values())

    def integral(self, value: Callable[[Look], float]) -> float:
        """Return the value times seconds, added up; a look holds until the next."""
        pairs = zip(self.looks, self.looks[1:], strict=False)
        return sum(value(look) * (later.at - look.at) for look, later in pairs)
