"""Every engine's objects on a real API server, and their pods on the nodes that Karpenter buys for them."""

import pytest

from rehearsal.narrator import Silent
from rehearsal.options import Options, ProviderChoice
from rehearsal.program import user_program
from rehearsal.run import run
from rehearsal.toolchain.model import silent
from tests.live.conftest import ROOT
from tests.stacks import values_of

pytestmark = pytest.mark.live

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
FILTER = "kubernetes:gateway.envoyproxy.io/v1alpha1:HTTPRouteFilter"
GROUP = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"


def test_every_engine_is_taken_by_a_real_api_server_and_finds_its_nodes() -> None:
    """The API server checks each object against the operators' own CRDs, strictly: an unknown field is an error."""
    report = run(
        Options(
            stack="engines",
            project=ROOT,
            root=ROOT,
            providers=ProviderChoice.BUILTIN,
            patience_seconds=60,
            config=values_of("engines"),
            program=user_program(ROOT),
        ),
        Silent(),
        silent,
    )

    assert report.findings == []
    assert report.kinds[DEPLOYMENT] == 7
    assert report.kinds[GROUP] == 1
    # Ollama's model was pulled by a Job, which the replicas waited for.
    assert report.kinds["kubernetes:batch/v1:Job"] == 1
    assert report.kinds[FILTER] == 5
    assert {pod.server for pod in report.floor} == {
        "chat", "streamed", "mounted", "large", "legacy", "small", "ranking", "vision",
    }  # fmt: skip
    # Both nodes of the one replica that spans nodes, in one zone.
    large = [pod for pod in report.floor if pod.server == "large"]
    assert [pod.instance_type for pod in large] == ["g6e.12xlarge"] * 2
    assert len({pod.zone for pod in large}) == 1
    # KEDA scaled the set through its scale subresource: two replicas of two nodes.
    assert len([pod for pod in report.peak if pod.server == "large"]) == 4
