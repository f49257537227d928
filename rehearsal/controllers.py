"""Runs each controller exactly as long as its Helm release is installed, so that a wrong destroy order shows."""

from collections.abc import Mapping
from typing import Any, Protocol

from automation import Event, Step, StepState

_RELEASE = "kubernetes:helm.sh/v3:Release"
KARPENTER_RELEASE = "karpenter-controller"
"""Pulumi's name of the release that brings Karpenter's controller."""
KEDA_RELEASE = "keda-release"
"""Pulumi's name of the release that brings KEDA."""
GROUPS_RELEASE = "multi-node-leader-worker-set"
"""Pulumi's name of the release that brings LeaderWorkerSet's operator."""


class Controller(Protocol):
    """Something that can be started and stopped, each any number of times."""

    def start(self) -> Any:
        """Start it, and wait until it is ready."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class ControllersFollowReleases:
    """A listener that starts a controller when its release is made, and stops it when that goes."""

    def __init__(self, controllers: Mapping[str, Controller]) -> None:
        self._controllers = controllers

    def __call__(self, event: Event) -> None:
        """Follow one event."""
        if not isinstance(event, Step) or event.state != StepState.DONE or event.type != _RELEASE:
            return
        controller = self._controllers.get(event.name)
        if controller is None:
            return
        if event.operation == "create":
            controller.start()
        elif event.operation == "update" and event.name == KARPENTER_RELEASE:
            # As its pods would be: its feature gates are the chart's values.
            controller.stop()
            controller.start()
        elif event.operation == "delete":
            controller.stop()
