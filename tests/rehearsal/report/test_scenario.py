import json
from pathlib import Path
from xml.etree import ElementTree as ET

from rehearsal.report.model import Report
from rehearsal.report.scenario import Mark, ScenarioReport, Second, seconds
from rehearsal.report.scenario_chart import draw
from rehearsal.report.text import to_json, to_markdown
from rehearsal.scenarios.analysis import Budget, Outcome, Split, Usage
from rehearsal.scenarios.clocks import Clock
from tests.rehearsal.scenarios.timelines import node, series

OUTCOME = Outcome(
    splits=(
        Split(pod="qwen-b", metric=0.4, hpa=1.0, scheduling=0.6, node=12.0, start=25.0),
        Split(pod="qwen-d", metric=0.4, hpa=6.0, scheduling=0.6, node=12.0, start=25.0),
    ),
    usage=Usage(gpu_hours=1.5, usd=1.2, static_replicas=5, static_gpu_hours=3.0, static_usd=2.4),
    budget=Budget(fewest=1, allowed=2, most_lost=2),
    reversals=0,
    wanted=4,
    ready=4,
    needed=4,
    at_the_end=1,
    requests=2000,
    late=300,
    failed=0,
)
REPORT = ScenarioReport(
    name="spike",
    summary="Ten times the load.",
    server="qwen",
    compression=12.5,
    clocks=(Clock(name="ScaledObject pollingInterval", seconds=15, rehearsed=2),),
    changes=("models[0].replicas.max: 4 -> 5",),
    assumptions={"a replica": "16 requests at once"},
    outcome=OUTCOME,
    seconds=tuple(
        Second(
            minute=at * 0.2,
            arrivals_per_second=2,
            waiting=at,
            needed=1,
            wanted=1,
            ready=1,
            nodes=1,
            gpus=1,
            usd_per_hour=0.8,
        )
        for at in range(20)
    ),
    marks=(Mark(minute=1.5, text="a node goes"),),
)


def report() -> Report:
    return Report(stack="dev", kubernetes="1.36.4", providers="builtin", scenario=REPORT)


def test_markdown_states_every_clock_change_and_assumption() -> None:
    text = to_markdown(report())
    assert "| ScaledObject pollingInterval | 15 s | 2 s |" in text
    assert "one second here is 12.5 in the cluster" in text
    assert "| setting changed | models[0].replicas.max: 4 -> 5 |" in text
    assert "| assumed: a replica | 16 requests at once |" in text
    assert "PASSED: dev holds spike" in text


def test_markdown_splits_the_time_in_both_clocks() -> None:
    text = to_markdown(report())
    assert "| the first new replica | rehearsal | 0.4 | 1.0 | 0.6 | 12.0 | 25.0 | 39.0 |" in text
    assert "| the last new replica | cluster | 5 | 75 | 8 | 150 | 312 | 550 |" in text


def test_markdown_tells_what_came_of_it() -> None:
    text = to_markdown(report())
    assert "| first token later than its target | 300 (15.00%) |" in text
    assert "| GPU hours of a static 5 replicas | 3.00 (50%) |" in text
    assert "| fewest Ready against the disruption budget | 1 Ready, 2 allowed: BROKEN |" in text


def test_json_has_the_timeline() -> None:
    told = json.loads(to_json(report()))["scenario"]
    assert told["outcome"]["usage"]["gpu_hours"] == 1.5
    assert len(told["seconds"]) == 20


def test_a_timeline_is_told_second_by_second_in_the_cluster_s_time() -> None:
    timeline = series([1, 2, 2])
    told = seconds(timeline, {look.at: 2 for look in timeline.looks}, compression=120)
    assert [(one.minute, one.wanted, one.needed) for one in told] == [(0, 1, 2), (2, 2, 2), (4, 2, 2)]


def test_a_node_costs_its_list_price_and_an_unknown_one_nothing() -> None:
    assert node("a").gpus == 1
    assert node("a").usd_per_hour > 0
    assert (node("a", instance_type="x").gpus, node("a", instance_type="x").usd_per_hour) == (0, 0.0)


def test_the_chart_is_drawn_as_png_and_svg(tmp_path: Path) -> None:
    png, svg = draw(REPORT, "dev", tmp_path / "charts")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert ET.parse(svg).getroot().tag.endswith("svg")  # noqa: S314  we have just written it
    assert (png.name, svg.name) == ("dev-spike.png", "dev-spike.svg")
