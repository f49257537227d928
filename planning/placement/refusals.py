"""Why a server cannot run, and what would let it: one line each."""

from collections.abc import Iterator, Sequence

from catalog.gpus import gpu_of
from catalog.instances import instances
from planning.fit import Verdict
from planning.nodes import Cut, cheapest_first
from planning.placement.candidates import Asked, Way, judge_of, way_on
from planning.placement.memory import counts_of, known_to_fit, memory_on
from planning.placement.options import Options
from planning.sizes import Thing, weights_gib
from settings.models import GpuSettings, ModelSettings
from settings.references import Served
from settings.stack import Settings


def nowhere(options: Options, settings: Settings) -> str:
    """Say why no kind of node that the settings allow will do."""
    item, lost = options.item, options.lost
    judged = [way for way in lost if way.memory]
    if not lost:
        fix = "Allow more in placement, or change gpu."
        return f"{item.path}.gpu: no instance type that placement allows has {_wanted(item.settings)}. {fix}"
    if not judged:
        reasons = "; ".join(f"{way.cut.instance.name} {way.lost}" for way in lost[:3])
        return f"{item.path}: no instance type that placement allows can be had: {reasons}. Allow others."
    host = [way for way in judged if way.memory and not way.memory.lost()]
    if host:
        return f"{item.path}: {host[-1].lost}. Allow larger instance types in placement."
    return _memory(item, judged, settings)


def _memory(item: Served, judged: Sequence[Way], settings: Settings) -> str:
    """Say how far memory goes on the best of all allowed GPUs."""
    best = max(judged, key=_reach)
    assert best.memory is not None  # noqa: S101  these were judged
    found, set_ = best.memory, gpus_text(best.cut, best.count)
    larger = f"allow {_cheapest(item.settings, settings)}"
    if found.fit.verdict == Verdict.FITS:
        return (
            f"{item.path}.concurrency: {found.asked} requests of {found.average_tokens} tokens are more than any "
            f"allowed GPUs hold; the most is {int(found.held)}, on {set_}. Set concurrency <= {int(found.held)}, "
            f"lower averageTokens, or {larger}."
        )
    longest = found.fit.max_model_len_that_fits
    if longest and isinstance(item.settings, ModelSettings):
        return (
            f"{item.path}.maxModelLen: {item.settings.max_model_len} needs more KV cache than any allowed GPUs "
            f"surely leave; the most is on {set_}. Set maxModelLen <= {longest}, or {larger}."
        )
    if found.fit.verdict == Verdict.MARGINAL:
        fix = f"Set placement.acceptMarginal: true, or {larger}."
        return f"{item.path}.gpu: the best allowed GPUs, {set_}, may not do: {found.fit.reason} {fix}"
    size = weights_gib(item.settings)
    return (
        f"{item.path}.gpu: {size:.1f} GiB do not fit any allowed GPUs, at best {set_}. To serve it, {larger}."
    )


def _reach(way: Way) -> tuple[float, ...]:
    """How near memory comes to what is asked."""
    assert way.memory is not None  # noqa: S101  only judged ways are compared
    fit = way.memory.fit
    order = (Verdict.DOES_NOT_FIT, Verdict.MARGINAL, Verdict.FITS)
    return (
        order.index(fit.verdict),
        way.memory.held,
        fit.max_model_len_that_fits,
        fit.kv_available_gib,
        -way.count,
    )


def unfit(item: Served, way: Way, settings: Settings) -> str:
    """Say why a server does not fit the GPUs that the settings give it, with what would."""
    thing = item.settings
    assert way.memory is not None  # noqa: S101  it was judged
    fit, set_ = way.memory.fit, gpus_text(way.cut, way.count)
    if not known_to_fit(thing):
        return f"{item.path}.gpu: {fit.reason} Raise gpu.count, or choose a larger GPU."
    whole = gpu_of(way.cut.instance).visible_gib
    if fit.weights_gib >= whole or fit.max_concurrency <= 0:
        size, fix = weights_gib(thing), _more(thing, way) or _cheapest(thing, settings)
        return (
            f"{item.path}.gpu: {size:.1f} GiB of weights do not fit {set_} ({whole:.1f} GiB each). Use {fix}."
        )
    assert isinstance(thing, ModelSettings)  # noqa: S101  only models have a context
    shorter = f"Set maxModelLen <= {fit.max_model_len_that_fits}" if fit.max_model_len_that_fits else ""
    more = _more(thing, way) or _cheapest(thing, settings)
    fixes = ", or ".join(part for part in (shorter, f"{'' if shorter else 'Use '}{more}") if part)
    return (
        f"{item.path}.maxModelLen: {thing.max_model_len} needs {fit.kv_available_gib / fit.max_concurrency:.1f} GiB "
        f"of KV cache for one request; {set_} leaves {fit.kv_available_gib:.1f}. {fixes}."
    )


def doubts(item: Served, way: Way) -> Iterator[str]:
    """Say what may come out worse than asked."""
    memory = way.memory
    if memory is None:
        return
    set_ = gpus_text(way.cut, way.count)
    if memory.fit.verdict == Verdict.MARGINAL:
        yield f"{item.path}: may not start, within the error of the estimate: {memory.fit.reason}"
    if not memory.enough:
        yield (
            f"{item.path}.concurrency: {set_} holds {int(memory.held)} of {memory.asked} requests of "
            f"{memory.average_tokens} tokens; the others wait. "
            f"Set concurrency <= {int(memory.held)}, or averageTokens lower."
        )


def gpus_text(cut: Cut, count: int) -> str:
    """Name GPUs as people do: `2 x l4`, `1 x h100 3g.40gb`, `1/4 x l4`."""
    if cut.sharing is not None:
        return f"1/{cut.sharing.replicas} x {cut.instance.gpu}"
    return f"{count} x {cut.instance.gpu}" + (f" {cut.mig}" if cut.mig else "")


def _more(thing: Thing, way: Way) -> str:
    """More GPUs of the same kind that would do; empty where eight do not."""
    whole = Cut(instance=way.cut.instance)
    for count in counts_of(thing.model_copy(update={"gpu": GpuSettings()})):
        if (count > way.count or not way.cut.whole) and memory_on(
            thing, whole, count
        ).fit.verdict == Verdict.FITS:
            return f"gpu: {{count: {count}}}"
    return ""


def _cheapest(thing: Thing, settings: Settings) -> str:
    """The GPUs of the cheapest node that would do, whatever the settings allow."""
    free = thing.model_copy(update={"gpu": GpuSettings()})
    asked = Asked(thing=free, counts=counts_of(free), judge=judge_of(free), settings=settings)
    kinds = cheapest_first(Cut(instance=one) for one in instances().values() if one.gpus)
    found = next((way for way in (way_on(cut, asked) for cut in kinds) if not way.lost), None)
    if found is None:
        return "more than one node has: serve it quantised, or with a shorter context"
    return f"{gpus_text(found.cut, found.count)} ({found.cut.instance.name})"


def _wanted(thing: Thing) -> str:
    gpu = thing.gpu
    slice_ = f" {gpu.mig}" if gpu.mig else ""
    return f"{gpu.count or 1} x {gpu.type or 'any GPU'}{slice_}"
