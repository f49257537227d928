import json

import psutil
import pytest

from rehearsal.report.text import to_json, to_markdown
from tests.live.conftest import Rehearse

pytestmark = pytest.mark.live


def test_dev_stands_scales_and_leaves_nothing(rehearse: Rehearse) -> None:
    report = rehearse(lambda program: program)

    assert report.findings == []
    assert [phase.name for phase in report.phases] == [
        "control plane",
        "preview",
        "up",
        "placement",
        "second up",
        "peak",
        "secrets",
        "destroy",
        "leftovers",
    ]
    assert {
        (pod.server, pod.pool, pod.instance_type, pod.capacity_type, pod.gpus) for pod in report.floor
    } == {("qwen2-5-7b", "g6-xlarge", "g6.xlarge", "spot", 1)}
    assert len(report.peak) == 4
    assert report.kinds["kubernetes:apps/v1:Deployment"] == 1
    assert {chart.release for chart in report.charts} >= {"karpenter", "keda", "nvidia-device-plugin"}
    assert sum(line.usd_per_hour for line in report.floor_cost) == pytest.approx(report.planned_usd_per_hour)

    told = json.loads(to_json(report))
    assert told["passed"] is True
    assert "PASSED" in to_markdown(report)
    assert not _left_running()


def _left_running() -> list[str]:
    """Command lines of this test's children that still run."""
    return [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
