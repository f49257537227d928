"""Every way a server can run on one kind of node, and why the others cannot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from catalog.amis import TOO_NEW
from catalog.efa import EFA_INTERFACES
from catalog.gpus import gpu_of
from catalog.instances import PRICE_REGION, Instance, instances
from catalog.mig import profiles
from planning.nodes import Cut, Share, host_problem, share_on
from planning.placement.memory import Memory, memory_on
from planning.sizes import Thing, local_disk_gib, nodes_per_replica
from settings.fields import Engine
from settings.models import GpuSettings, ModelSettings
from settings.pools import SharingSettings
from settings.stack import Settings

# vLLM refuses bfloat16, which most models are in, on older GPUs (vllm/platforms/cuda.py).
_BFLOAT16 = 8.0
# Turns on one GPU that the plan tries of its own accord. More leave no room for CUDA contexts.
_TURNS = (2, 3, 4, 6, 8)

Judge = Callable[[Cut, int], Memory]
"""What memory says of a number of units of a cut."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A server on `count` units of a kind of node. `lost` says why that cannot work, and is empty where it can."""

    cut: Cut
    count: int
    share: Share
    memory: Memory | None
    lost: str = ""


def cuts(settings: Settings, gpu: GpuSettings) -> Iterator[Cut]:
    """Every kind of node that the settings allow for these GPUs, in the catalogue's order."""
    placement = settings.placement
    for one in instances().values():
        family = one.name.split(".", maxsplit=1)[0]
        wanted = (
            one.gpus > 0
            and gpu.type in (None, one.gpu)
            and (not placement.instance_families or family in placement.instance_families)
            and (not placement.instance_types or one.name in placement.instance_types)
        )
        if wanted:
            yield from _cut(one, gpu, settings)


def _cut(one: Instance, gpu: GpuSettings, settings: Settings) -> Iterator[Cut]:
    """The ways to cut an instance's GPUs: as asked, else whole and what the placement allows."""
    if gpu.mig is not None:
        yield Cut(instance=one, mig=gpu.mig)
        return
    if gpu.share is not None and gpu.share < 1:
        yield Cut(instance=one, sharing=SharingSettings(replicas=turns(gpu.share)))
        return
    yield Cut(instance=one)
    if gpu.share is not None or gpu.count not in (None, 1):
        return
    if settings.placement.allow_mig:
        yield from (Cut(instance=one, mig=profile) for profile in profiles(gpu_of(one).name))
    if settings.placement.allow_sharing:
        yield from (Cut(instance=one, sharing=SharingSettings(replicas=count)) for count in _TURNS)


def turns(share: float) -> int:
    """Return how many pods can each have `share` of a GPU."""
    return round(1 / share)


def judge_of(thing: Thing) -> Judge:
    """Return what memory says of a server; each kind and number of GPUs is looked at once."""
    known: dict[tuple[object, ...], Memory] = {}

    def judge(cut: Cut, count: int) -> Memory:
        key = (gpu_of(cut.instance).name, cut.mig, cut.sharing, count)
        if key not in known:
            known[key] = memory_on(thing, cut, count)
        return known[key]

    return judge


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of every kind of node: a server, GPUs a replica may have, and what memory says of them."""

    thing: Thing
    counts: Sequence[int]
    judge: Judge
    settings: Settings
    marginal: bool = False


def way_on(cut: Cut, asked: Asked) -> Way:
    """Return the fewest units of a kind of node on which the server works; where none do, why the most do not."""
    possible = [count for count in asked.counts if count <= cut.units and (cut.whole or count == 1)]
    barred = barred_from(cut.instance, asked.thing, asked.settings)
    if barred or not possible:
        lost = barred or f"has {cut.units} of the {min(asked.counts)} GPUs of a replica"
        return Way(cut=cut, count=1, share=share_on(cut, 1), memory=None, lost=lost)
    tried = [_try(cut, count, asked) for count in possible[:1]]
    while tried[-1].lost and len(tried) < len(possible):
        tried.append(_try(cut, possible[len(tried)], asked))
    return tried[-1]


def _try(cut: Cut, count: int, asked: Asked) -> Way:
    share, memory = share_on(cut, count), asked.judge(cut, count)
    lost = (
        memory.lost(marginal=asked.marginal)
        or host_problem(share, count, local_disk_gib(asked.thing))
        or _crowded(share, asked.thing)
    )
    return Way(cut=cut, count=count, share=share, memory=memory, lost=lost)


def _crowded(share: Share, thing: Thing) -> str:
    """Say when two pods of replicas that span nodes would stand on one: the first takes all its EFA interfaces."""
    if nodes_per_replica(thing) > 1 and share.replicas_per_node > 1:
        return f"{share.instance.name} has EFA for one pod, and GPUs for {share.replicas_per_node}"
    return ""


def barred_from(one: Instance, thing: Thing, settings: Settings) -> str:
    """Why an instance type cannot be had at all; empty where it can."""
    return next(_bars(one, thing, settings), "")


def _bars(one: Instance, thing: Thing, settings: Settings) -> Iterator[str]:
    if one.usd_per_hour is None:
        yield f"has no list price in {PRICE_REGION}"
    yield from unsupported(one, thing)
    if nodes_per_replica(thing) > 1 and one.name not in EFA_INTERFACES:
        yield "has no EFA, which a replica of several nodes needs"
    if not zones_of(one.name, settings):
        yield "is offered in none of the zones"


def unsupported(one: Instance, thing: Thing) -> Iterator[str]:
    """Why the pinned software does not run on an instance type."""
    family, capability = one.name.split(".", maxsplit=1)[0], gpu_of(one).capability
    if one.arch != "amd64":
        yield f"is {one.arch}, and the pinned images are amd64"
    if family in TOO_NEW:
        yield TOO_NEW[family]
    if isinstance(thing, ModelSettings) and thing.engine == Engine.VLLM and capability < _BFLOAT16:
        yield f"has compute capability {capability}, and vLLM loads models in bfloat16 from {_BFLOAT16} on"


def zones_of(instance_type: str, settings: Settings) -> tuple[str, ...]:
    """Return the zones that offer an instance type, of those that GPU nodes may stand in."""
    placement = settings.placement
    zones = placement.zones or settings.cluster.network.zones
    return tuple(zone for zone in zones if instance_type not in placement.unavailable.get(zone, ()))
