import json

import pytest

from automation import Message, Step, StepState
from rehearsal.controllers import KARPENTER_RELEASE, KEDA_RELEASE, ControllersFollowReleases
from tests.golden.stacks import STACKS
from tests.golden.update import golden_file

RELEASE = "kubernetes:helm.sh/v3:Release"


class Noted:
    """A controller that notes what is done to it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")


def step(name: str, operation: str, *, state: StepState = StepState.DONE, kind: str = RELEASE) -> Step:
    return Step(state=state, operation=operation, type=kind, urn=f"urn:pulumi:dev::x::{kind}::{name}")


def test_each_controller_lives_as_long_as_its_own_release() -> None:
    karpenter, keda = Noted(), Noted()
    follow = ControllersFollowReleases({KARPENTER_RELEASE: karpenter, KEDA_RELEASE: keda})

    follow(step(KARPENTER_RELEASE, "create"))
    follow(step(KEDA_RELEASE, "create"))
    follow(step(KEDA_RELEASE, "delete"))

    assert karpenter.calls == ["start"]
    assert keda.calls == ["start", "stop"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_names_are_those_that_the_stacks_have(stack: str) -> None:
    names = set(json.loads(golden_file(stack).read_text(encoding="utf-8"))["resources"])
    assert {f"{RELEASE} {name}" for name in (KARPENTER_RELEASE, KEDA_RELEASE)} <= names


@pytest.mark.parametrize(
    "event",
    [
        step(KEDA_RELEASE, "create", state=StepState.STARTED),
        step(KEDA_RELEASE, "create", state=StepState.FAILED),
        step(KEDA_RELEASE, "same"),
        step(KEDA_RELEASE, "update"),
        step("other", "create"),
        step(KEDA_RELEASE, "create", kind="inference-platform:index:Keda"),
        Message(severity="info", text="hello", urn=f"urn:pulumi:dev::x::{RELEASE}::{KEDA_RELEASE}"),
    ],
)
def test_nothing_else_starts_or_ends_one(event: Step | Message) -> None:
    keda = Noted()
    ControllersFollowReleases({KEDA_RELEASE: keda})(event)
    assert keda.calls == []
