from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.bench import STACK, Sample
from benchmarks.measure import Against, middle
from benchmarks.programs import with_models
from benchmarks.tables import against_table, growth_table
from planning.plan import make_plan
from settings import from_values
from settings.loader import raw_config

ROOT = Path(__file__).parents[2]


def sample(seconds: float, resources: int = 100) -> Sample:
    return Sample(resources=resources, seconds=seconds, load=0.5)


def shown(table: object) -> list[list[str]]:
    console = Console(width=200, file=None)
    with console.capture() as captured:
        console.print(table)
    lines = [line for line in captured.get().splitlines() if "│" in line]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


@pytest.mark.parametrize("count", [1, 100])
def test_a_stack_of_many_models_can_be_planned(count: int) -> None:
    config = with_models(raw_config(ROOT, STACK), count)
    assert len(make_plan(from_values(config).settings).servers) == count


def test_the_median_is_a_sample_that_was_taken() -> None:
    assert middle([sample(3), sample(1), sample(2)]).seconds == 2
    assert middle([sample(3), sample(1)]).seconds == 3


def test_a_stack_is_told_as_a_ratio_to_its_no_ops() -> None:
    taken = Against(no_ops=[sample(2)], unawaited=[sample(3)], awaited=[sample(5)])
    assert [row[1] for row in shown(against_table(taken))] == ["1.00", "1.50", "2.50"]


def test_growth_is_told_by_the_resource_not_by_the_stack() -> None:
    rows = shown(growth_table({1: sample(1, 100), 10: sample(3, 200)}, "awaited"))
    assert [row[:4] for row in rows] == [["1", "1.00", "10", "100"], ["10", "1.50", "15", "200"]]
