"""Time in a scenario: every clock that is shortened, by the scenario's one factor, and listed for the report."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.serving_times import NODE_SECONDS, STARTUP_MARGIN
from rehearsal.control_plane.stages import READY_AFTER_SECONDS

# The sizes of Kubernetes: whole seconds, and one at least.
_LEAST = 1
SCRAPE_SECONDS = 0.25
"""How often the rehearsal's Prometheus reads the load; a cluster's reads every 15 s."""
HPA_SYNC_SECONDS = 15
"""How often EKS's HPA controller looks: the default of `--horizontal-pod-autoscaler-sync-period`."""


@dataclass(frozen=True, kw_only=True, order=True)
class Clock:
    """One clock of the stack: seconds as they are, and in the rehearsal."""

    name: str
    seconds: float
    rehearsed: float


@dataclass(kw_only=True)
class Clocks:
    """Shortens clocks by `compression` and remembers each, once."""

    compression: float
    listed: dict[str, Clock] = field(default_factory=dict[str, Clock])

    def whole(self, name: str, seconds: float) -> int:
        """Return a duration that Kubernetes counts in whole seconds: never less than one, and 0 stays 0."""
        rehearsed = max(_LEAST, math.ceil(seconds / self.compression)) if seconds else 0
        self.note(name, seconds, rehearsed)
        return rehearsed

    def exact(self, name: str, seconds: float) -> float:
        """Return a duration that may have fractions."""
        rehearsed = round(seconds / self.compression, 2)
        self.note(name, seconds, rehearsed)
        return rehearsed

    def note(self, name: str, seconds: float, rehearsed: float) -> None:
        """List a clock that something else has set."""
        self.listed[name] = Clock(name=name, seconds=seconds, rehearsed=rehearsed)

    def in_cluster(self, rehearsed: float) -> float:
        """Return how long a time of the rehearsal is in the cluster."""
        return rehearsed * self.compression


def scaled_object(spec: dict[str, Any], clocks: Clocks) -> dict[str, Any]:
    """Return a ScaledObject's spec with its own times shortened; all else stays."""
    changed = dict(spec)
    for key in ("pollingInterval", "cooldownPeriod", "initialCooldownPeriod"):
        if key in changed:
            changed[key] = clocks.whole(f"ScaledObject {key}", changed[key])
    advanced = dict(changed.get("advanced", {}))
    config = dict(advanced.get("horizontalPodAutoscalerConfig", {}))
    if "behavior" in config:
        config["behavior"] = {
            direction: _behavior(direction, rules, clocks) for direction, rules in config["behavior"].items()
        }
        changed["advanced"] = {**advanced, "horizontalPodAutoscalerConfig": config}
    return changed


def _behavior(direction: str, rules: dict[str, Any], clocks: Clocks) -> dict[str, Any]:
    changed = dict(rules)
    window = "stabilizationWindowSeconds"
    if window in changed:
        changed[window] = clocks.whole(f"{direction} {window}", changed[window])
    changed["policies"] = [
        {**policy, "periodSeconds": clocks.whole(f"{direction} periodSeconds", policy["periodSeconds"])}
        for policy in rules.get("policies", [])
    ]
    return changed


def node_pool(spec: dict[str, Any], clocks: Clocks) -> dict[str, Any]:
    """Return a NodePool's spec whose nodes boot as long as EC2's and go sooner when empty.

    KWOK's nodes would be Ready at once. A node's life is longer than any scenario.
    """
    boot = clocks.exact("a node's boot and the image's pull (assumed)", NODE_SECONDS)
    disruption = dict(spec.get("disruption", {}))
    after = str(disruption.get("consolidateAfter", ""))
    if after.endswith("s") and after[:-1].isdigit():
        disruption["consolidateAfter"] = f"{clocks.whole('NodePool consolidateAfter', int(after[:-1]))}s"
    template = spec["template"]
    metadata = template.get("metadata", {})
    slow = {**metadata, "annotations": ready_after(metadata.get("annotations", {}), boot)}
    return {**spec, "disruption": disruption, "template": {**template, "metadata": slow}}


def start_seconds(startup_budget: float, clocks: Clocks) -> float:
    """Return how long a pod runs before it is Ready: its server loads the model."""
    return clocks.exact("a server's start (its budget without the margin)", startup_budget / STARTUP_MARGIN)


def ready_after(annotations: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Return the annotations of a pod or node that KWOK makes Ready only after so long."""
    return {**annotations, READY_AFTER_SECONDS: f"{seconds:g}"}
