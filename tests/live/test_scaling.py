import pytest

from rehearsal.narrator import Silent
from rehearsal.options import Options, ProviderChoice
from rehearsal.program import user_program
from rehearsal.run import run
from rehearsal.toolchain.model import silent
from tests.live.conftest import ROOT
from tests.stacks import values_of

pytestmark = pytest.mark.live


def test_every_trigger_is_taken_by_a_real_api_server_and_leaves_nothing() -> None:
    """The API server checks each object against KEDA's own CRDs, strictly: an unknown field is an error."""
    report = run(
        Options(
            stack="scaling",
            project=ROOT,
            root=ROOT,
            providers=ProviderChoice.BUILTIN,
            patience_seconds=45,
            config=values_of("scaling"),
            program=user_program(ROOT),
        ),
        Silent(),
        silent,
    )

    assert report.findings == []
    assert report.kinds["kubernetes:keda.sh/v1alpha1:ScaledObject"] == 3
    assert report.kinds["kubernetes:keda.sh/v1alpha1:TriggerAuthentication"] == 2
    assert report.kinds["kubernetes:apps/v1:StatefulSet"] == 1
    # A server whose floor is zero has no pod at the floor, and all its pods at the peak.
    assert {pod.server for pod in report.floor} == {"chat", "vision"}
    assert {pod.server for pod in report.peak} == {"chat", "batch", "vision"}
    assert len(report.peak) == 10
