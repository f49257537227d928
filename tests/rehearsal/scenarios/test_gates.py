from dataclasses import replace
from typing import Any

import pytest

from rehearsal.scenarios.analysis import Budget, Outcome, Usage
from rehearsal.scenarios.gates import broken
from rehearsal.scenarios.model import Expectations

GOOD = Outcome(
    splits=(),
    usage=Usage(gpu_hours=5, usd=4, static_replicas=4, static_gpu_hours=10, static_usd=8),
    budget=Budget(fewest=2, allowed=2, most_lost=1),
    reversals=0,
    wanted=4,
    ready=4,
    needed=4,
    at_the_end=0,
    requests=1000,
    late=5,
    failed=0,
)
EXPECT = Expectations.model_validate(
    {
        "reversals": 0,
        "wantedReplicas": 4,
        "mostReplicas": 4,
        "extraReplicas": 0,
        "keepsBudget": True,
        "gpuHoursShare": 0.6,
        "lateShare": 0.01,
        "failed": 0,
        "reachesZero": True,
    }
)


def test_what_came_true_is_no_finding() -> None:
    assert list(broken(EXPECT, GOOD)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reversals": 2}, "replicas changed direction 2 times more than the load (0 allowed)"),
        ({"wanted": 3}, "3 replicas were wanted where 4 were needed"),
        ({"ready": 3}, "3 replicas became Ready where 4 were needed"),
        ({"wanted": 5}, "5 replicas were wanted where the load needs 4"),
        (
            {"budget": Budget(fewest=1, allowed=2, most_lost=2)},
            "1 replicas were Ready where the budget leaves 2",
        ),
        ({"usage": replace(GOOD.usage, gpu_hours=7)}, "70% of the static deployment's GPU hours"),
        ({"late": 20}, "2.00% of the requests waited too long"),
        ({"failed": 3}, "3 requests failed where 0 may"),
        ({"at_the_end": 1}, "1 replicas were still wanted at the end"),
    ],
)
def test_each_broken_expectation_is_one_line_with_a_fix(change: dict[str, Any], said: str) -> None:
    (line,) = broken(EXPECT, replace(GOOD, **change))
    assert line.startswith(said)
    assert line.endswith(".")


def test_nothing_is_expected_that_is_not_asked_for() -> None:
    bad = replace(GOOD, reversals=9, ready=0, wanted=99, late=999, at_the_end=7)
    assert list(broken(Expectations(), bad)) == []
