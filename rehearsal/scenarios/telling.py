"""Turns what a scenario saw into its part of the report."""

from catalog.load_traces import LOAD_TRACES
from rehearsal.report.scenario import ScenarioReport, marks, seconds
from rehearsal.scenarios import analysis
from rehearsal.scenarios.clocks import Clocks
from rehearsal.scenarios.prepare import Prepared
from rehearsal.timeline import Timeline


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
    outcome = analysis.outcome(
        timeline,
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
        assumptions=assumptions(prepared),
        outcome=outcome,
        seconds=seconds(timeline, needs, prepared.compression),
        marks=marks(timeline, prepared.compression),
    )


def assumptions(prepared: Prepared) -> dict[str, str]:
    """What the load takes for granted, in words."""
    service, load = prepared.service, prepared.scenario.load
    words = {
        "a replica": f"{service.slots} requests at once, {service.seconds:g} s each: {service.rate:g} a second",
        "first token": f"{service.prefill_seconds:g} s with a free slot; late after {service.target_seconds:g} s",
        "KV cache": f"{service.kv_usage_when_full:.0%} in use with every slot busy",
        "the static deployment": f"slots {analysis.STATIC_BUSY:.0%} busy at the peak",
        "highest load": f"{prepared.arrivals.peak:.2f} requests a second",
    }
    if load.trace:
        trace = LOAD_TRACES[load.trace]
        words["shape of the load"] = f"{trace.source}; it begins at {trace.quietest_hour}:00"
    return words
