import json
from pathlib import Path

import pytest

from rehearsal.narrator import Silent
from rehearsal.options import Options, ProviderChoice
from rehearsal.report.text import to_json
from rehearsal.run import run
from rehearsal.toolchain.model import silent

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
SHORT_SPIKE = """
summary: Seven times the load.
minutes: 6
seconds: 60
load:
  points:
    - { minute: 0, replicas: 0.36 }
    - { minute: 1, replicas: 0.36 }
    - { minute: 1, replicas: 2.6 }
    - { minute: 6, replicas: 2.6 }
settings:
  model:
    replicas: { min: 1, max: 3 }
expect:
  reversals: 0
  wantedReplicas: 3
  failed: 0
"""


def test_a_spike_makes_the_real_keda_hpa_scheduler_and_karpenter_add_replicas(tmp_path: Path) -> None:
    path = tmp_path / "short-spike.yaml"
    path.write_text(SHORT_SPIKE, encoding="utf-8")
    options = Options(
        stack="dev", project=ROOT, root=ROOT, providers=ProviderChoice.BUILTIN, scenario=str(path)
    )
    report = run(options, Silent(), silent)

    assert report.findings == []
    assert report.scenario is not None
    outcome = report.scenario.outcome
    assert (outcome.wanted, outcome.needed) == (3, 3)
    # A fake node may boot long after its time, so the last replica may come after the end.
    assert outcome.ready >= 2
    first = outcome.splits[0]
    # Every part of the way was seen: the metric, a node that boots, a server that starts.
    assert min(first.node, first.start) > 1
    assert json.loads(to_json(report))["scenario"]["name"] == "short-spike"
