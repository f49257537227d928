"""How long a server takes from nothing to ready, and every time limit that follows from that one number.

A cold start is a row of phases: a node boots, the image is pulled, weights come to the node, the engine loads
and compiles them. Each has its seconds, what they rest on, and what would shorten it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalog import start_facts
from catalog.images import OLLAMA, TGI, TRITON, VLLM
from catalog.instances import Instance
from catalog.serving_times import STARTUP_MARGIN
from catalog.start_facts import Fact, ImageSize
from settings.fields import Engine
from settings.models import ModelSettings, TritonRepositorySettings

# Half of each assumed speed is still let live: one file from Hugging Face was seen at half of what we assume.
MARGIN = STARTUP_MARGIN
SHORTEST_SECONDS = 300
_IMAGES = {Engine.VLLM: VLLM, Engine.TGI: TGI, Engine.OLLAMA: OLLAMA}
_MBIT_PER_GIB = 8 * 2**30 / 10**6


class LoadPath(StrEnum):
    """How weights come to a replica."""

    HUB = "hub"
    S3 = "s3"
    STREAM = "stream"
    VOLUME = "volume"


@dataclass(frozen=True, kw_only=True)
class StartPhase:
    """One part of a start: its seconds, what they rest on, whether that was measured, and what shortens it."""

    name: str
    seconds: float
    because: str
    measured: bool
    source: str
    shorten: str


@dataclass(frozen=True, kw_only=True)
class ColdStart:
    """A replica's start on a node that does not exist yet: `before` its container runs, and `inside` of it.

    The phases are what is expected. Limits are longer by MARGIN, so that nothing slow is taken for dead.
    """

    before: tuple[StartPhase, ...]
    inside: tuple[StartPhase, ...]

    @property
    def phases(self) -> tuple[StartPhase, ...]:
        """All phases, in their order."""
        return (*self.before, *self.inside)

    @property
    def total(self) -> float:
        """Seconds expected from the decision to the first request."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def dominant(self) -> StartPhase:
        """The longest phase."""
        return max(self.phases, key=lambda phase: phase.seconds)

    @property
    def provision_limit(self) -> int:
        """Seconds that node and image may take before the start counts as failed."""
        return _limit(self.before)

    @property
    def startup_limit(self) -> int:
        """Seconds that the startup probe waits for the container."""
        return max(SHORTEST_SECONDS, _limit(self.inside))

    @property
    def first_request_limit(self) -> int:
        """Seconds a request may wait for a replica that is started for it."""
        return self.provision_limit + self.startup_limit

    @property
    def cooldown(self) -> int:
        """Seconds of calm before a replica goes: what is missed by going early is one whole start."""
        return max(SHORTEST_SECONDS, math.ceil(self.total))

    @property
    def keep_empty_node(self) -> int:
        """Seconds an empty node is kept: as long as it would take to have it back, image included."""
        return max(SHORTEST_SECONDS, math.ceil(sum(phase.seconds for phase in self.before)))


def cold_start(
    thing: ModelSettings | TritonRepositorySettings, weights_gib: float, instance: Instance
) -> ColdStart:
    """Return how long a replica takes to start on a new node of the instance type."""
    if isinstance(thing, TritonRepositorySettings):
        return triton_start(weights_gib, TRITON.repository, instance)
    return model_start(weights_gib, _IMAGES[thing.engine].repository, instance, load_path(thing))


def load_path(model: ModelSettings) -> LoadPath:
    """Return how a model's weights come to a replica: vLLM streams from a bucket, others copy."""
    if model.load_from.startswith("s3://"):
        return LoadPath.STREAM if model.engine == Engine.VLLM else LoadPath.S3
    return LoadPath.VOLUME if model.load_from.startswith("pvc://") else LoadPath.HUB


def model_start(weights_gib: float, image: str, instance: Instance, path: LoadPath) -> ColdStart:
    """Return the cold start of a model of this size on an instance type. `image` is a repository."""
    return ColdStart(
        before=(_node(), _pull(image)),
        inside=(*_weights(weights_gib, instance, path), _engine(weights_gib)),
    )


def triton_start(repository_gib: float, image: str, instance: Instance) -> ColdStart:
    """Return the cold start of a Triton server: its models come from S3 in a container of their own."""
    engine = start_facts.TRITON_SECONDS
    start = _phase("engine", engine.value, f"{engine.value:.0f} s", (engine,), "fewer models a server")
    return ColdStart(
        before=(_node(), _pull(image)),
        inside=(*_weights(repository_gib, instance, LoadPath.S3), start),
    )


def ready_problem(path: str, within: int | None, start: ColdStart) -> list[str]:
    """What is wrong with a time to be ready that the start takes longer than: the longest phase, and its cure."""
    if within is None or start.total <= within:
        return []
    longest = start.dominant
    line = (
        f"{path}.readyWithin: {duration(within)} is less than the {duration(start.total)} that a start on a new node "
        f"takes; most of it is {longest.name} ({duration(longest.seconds)}: {longest.because}). "
        f"Shorten it ({longest.shorten}), or set readyWithin: {math.ceil(start.total / 60)}m."
    )
    return [line]


def duration(seconds: float) -> str:
    """Write seconds as a reader would: `45 s`, `3 min`, `12 min 30 s`, `1 h 5 min`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def _limit(phases: Sequence[StartPhase]) -> int:
    return math.ceil(MARGIN * sum(phase.seconds for phase in phases))


def _node() -> StartPhase:
    fact = start_facts.NODE_SECONDS
    return _phase("node", fact.value, "boot, join, GPU there", (fact,), "keep a spare node (replicas.min)")


def _pull(image: str) -> StartPhase:
    size = start_facts.IMAGE_SIZES.get(image, start_facts.UNKNOWN_IMAGE)
    rate = start_facts.IMAGE_GIB_PER_SECOND
    shorten = "mirror the image in ECR and pull it in parallel (SOCI): about a third of the time"
    return _phase("image", size.gib / rate.value, _over(size.gib, rate.value), (size, rate), shorten)


def _weights(gib: float, instance: Instance, path: LoadPath) -> tuple[StartPhase, ...]:
    """How weights get to the node, and from its disk into the GPU; a stream does both at once."""
    rate, fact = _path_rate(instance, path)
    if path == LoadPath.STREAM:
        more = "an instance type with more network"
        return (_phase("weights", gib / rate, f"streamed from S3, {_over(gib, rate)}", (fact,), more),)
    words, shorten = {
        LoadPath.HUB: ("from Hugging Face", "keep the weights in S3, or in fewer bits (fp8, AWQ)"),
        LoadPath.S3: ("from S3", "smaller models a server, or an instance type with more network"),
        LoadPath.VOLUME: ("from the volume", "a volume with more throughput"),
    }[path]
    fetch = _phase("weights", gib / rate, f"{words}, {_over(gib, rate)}", (fact,), shorten)
    load = start_facts.LOAD_GIB_PER_SECOND
    into = _over(gib, load.value)
    return (
        fetch,
        _phase("load", gib / load.value, into, (load,), "stream the weights (Run:ai): a third of the time"),
    )


def _path_rate(instance: Instance, path: LoadPath) -> tuple[float, Fact]:
    """GiB a second on the way to the node; S3 is bounded by half of the instance's network."""
    if path == LoadPath.HUB:
        fact = start_facts.HUB_GIB_PER_SECOND
    elif path == LoadPath.VOLUME:
        fact = start_facts.VOLUME_GIB_PER_SECOND
    else:
        fact = start_facts.S3_GIB_PER_SECOND
    network = instance.network_mbps / _MBIT_PER_GIB / 2 if instance.network_mbps else fact.value
    return min(fact.value, network), fact


def _engine(gib: float) -> StartPhase:
    fixed, more = start_facts.ENGINE_SECONDS, start_facts.ENGINE_SECONDS_PER_GIB
    seconds = fixed.value + gib * more.value
    shorten = "keep the compile cache on a volume, or start with --enforce-eager (slower answers)"
    return _phase("engine", seconds, "compile, CUDA graphs, warm-up", (fixed, more), shorten)


def _phase(
    name: str, seconds: float, because: str, facts: Sequence[Fact | ImageSize], shorten: str
) -> StartPhase:
    """One phase; it counts as measured where everything it rests on is."""
    sources = dict.fromkeys(fact.source for fact in facts)
    return StartPhase(
        name=name,
        seconds=seconds,
        because=because,
        measured=all(fact.measured for fact in facts),
        source="; ".join(sources),
        shorten=shorten,
    )


def _over(gib: float, rate: float) -> str:
    return f"{gib:.1f} GiB at {rate * 1024:.0f} MiB/s"
