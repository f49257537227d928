"""Runs Karpenter exactly as long as its Helm release is installed, so that a wrong destroy order shows."""

from automation import Event, Step, StepState
from rehearsal.karpenter import Karpenter

_RELEASE = "kubernetes:helm.sh/v3:Release"
_CONTROLLER = "karpenter-controller"


class KarpenterFollowsItsRelease:
    """A listener that starts Karpenter when the release of its controller is made, and stops it when it goes."""

    def __init__(self, karpenter: Karpenter) -> None:
        self._karpenter = karpenter

    def __call__(self, event: Event) -> None:
        """Follow one event."""
        if not isinstance(event, Step) or event.state != StepState.DONE:
            return
        if event.type != _RELEASE or event.name != _CONTROLLER:
            return
        if event.operation == "create":
            self._karpenter.start()
        elif event.operation == "delete":
            self._karpenter.stop()
