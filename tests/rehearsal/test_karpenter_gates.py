"""The rehearsed Karpenter has the feature gates of its chart, which the program's own values set."""

from typing import Any, Self, cast

from automation import Step, StepState
from components.karpenter import KarpenterArgs
from components.karpenter.karpenter import controller_values
from rehearsal.controllers import KARPENTER_RELEASE, ControllersFollowReleases
from rehearsal.karpenter import Karpenter, feature_gates


class FakeKarpenter(Karpenter):
    """Notes when it is started and stopped, and with which gates."""

    def __init__(self) -> None:
        self.feature_gates = {}
        self.done: list[str] = []

    def start(self, timeout_seconds: float = 0) -> Self:  # noqa: ARG002  it is Karpenter's
        self.done.append(f"start {'with' if self.feature_gates.get('NodeOverlay') else 'without'} overlays")
        return self

    def stop(self) -> None:
        self.done.append("stop")


def values(*, node_overlay: bool) -> dict[str, Any]:
    args = KarpenterArgs(
        cluster_name="dev",
        cluster_endpoint="https://dev.example.com",
        node_role_arn="arn:aws:iam::123456789012:role/nodes",
        region="us-east-1",
        account_id="123456789012",
        provider=cast("Any", None),
        node_overlay=node_overlay,
    )
    return controller_values(args, "queue")


def release(operation: str) -> Step:
    urn = "urn:pulumi:dev::inference-platform::kubernetes:helm.sh/v3:Release::karpenter-controller"
    return Step(state=StepState.DONE, operation=operation, type="kubernetes:helm.sh/v3:Release", urn=urn)


def test_the_gates_are_the_charts_but_for_reservations() -> None:
    asked = values(node_overlay=True)["settings"]["featureGates"]

    assert asked["reservedCapacity"]
    # KWOK's reservations have no id, over which Karpenter panics.
    assert feature_gates(values(node_overlay=True)) == {"NodeOverlay": True, "ReservedCapacity": False}
    assert not feature_gates(values(node_overlay=False))["NodeOverlay"]
    assert feature_gates({}) == {"ReservedCapacity": False}


def test_an_update_of_the_release_starts_karpenter_anew_with_its_new_gates() -> None:
    karpenter = FakeKarpenter()
    follow = ControllersFollowReleases({KARPENTER_RELEASE: karpenter})
    karpenter.read_chart(values(node_overlay=False))
    follow(release("create"))
    karpenter.read_chart(values(node_overlay=True))
    follow(release("same"))
    follow(release("update"))
    follow(release("delete"))

    assert karpenter.done == ["start without overlays", "stop", "start with overlays", "stop"]
