"""Turns what a scenario saw into its part of the report."""

from catalog.load_traces import LOAD_TRACES
from rehearsal.report.scenario import ScenarioReport, marks, seconds
from rehearsal.scenarios import analysis
from rehearsal.scenarios.clocks import CONSOLIDATE_AFTER, Clocks
from rehearsal.scenarios.prepare import Prepared
from rehearsal.timeline import Timeline

# It looks every 10 s and then waits 15 s whether the node stays empty, v1.14; neither can be set.
_KARPENTER_LOOKS_SECONDS = 25


def tell(
    name: str,
    prepared: Prepared,
    clocks: Clocks,
    timeline: Timeline,
    event_at: float | None,
    max_unavailable: int,
) -> ScenarioReport:
    """Return the report of a run that saw `timeline`; `event_at` is when something first happened, if it did."""
    scenario = prepared.scenario
    counted = timeline.counted(prepared.server.pool, _empty_seconds(clocks) / prepared.compression)
    outcome = analysis.outcome(
        counted,
        plan=prepared.server,
        service=prepared.service,
        peak_rate=prepared.arrivals.peak,
        compression=prepared.compression,
        max_unavailable=max_unavailable,
        event_at=event_at,
    )
    needs = {look.at: analysis.needed(look.load.rate, prepared.service) for look in timeline.looks}
    return ScenarioReport(
        name=name,
        summary=scenario.summary,
        server=prepared.model.name,
        compression=prepared.compression,
        clocks=tuple(clocks.listed.values()),
        changes=prepared.changes,
        assumptions=assumptions(prepared, clocks),
        outcome=outcome,
        seconds=seconds(counted, needs, prepared.compression),
        marks=marks(timeline, prepared.compression),
    )


def _empty_seconds(clocks: Clocks) -> float:
    """How long an empty node stands in a cluster: until it is consolidated, and until Karpenter looks."""
    return clocks.listed[CONSOLIDATE_AFTER].seconds + _KARPENTER_LOOKS_SECONDS


def assumptions(prepared: Prepared, clocks: Clocks) -> dict[str, str]:
    """What the load takes for granted, in words."""
    service, load = prepared.service, prepared.scenario.load
    words = {
        "a replica": f"{service.slots} requests at once, {service.seconds:g} s each: {service.rate:g} a second",
        "first token": f"{service.prefill_seconds:g} s with a free slot; late after {service.target_seconds:g} s",
        "KV cache": f"{service.kv_usage_when_full:.0%} in use with every slot busy",
        "the static deployment": f"slots {analysis.STATIC_BUSY:.0%} busy at the peak",
        "an empty node counts for": f"{_empty_seconds(clocks):g} s, as in the cluster; Karpenter takes it later here",
        "highest load": f"{prepared.arrivals.peak:.2f} requests a second",
    }
    if load.trace:
        trace = LOAD_TRACES[load.trace]
        words["shape of the load"] = f"{trace.source}; it begins at {trace.quietest_hour}:00"
    return words
