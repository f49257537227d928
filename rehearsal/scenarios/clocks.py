"""Time in a scenario: every clock that is shortened, by the scenario's one factor, and listed for the report."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.gpu_pool_specs import POOL_LABEL
from components.serving.pod import DO_NOT_DISRUPT
from rehearsal.control_plane.configuration import FLAGS
from rehearsal.control_plane.stages import READY_AFTER_SECONDS

CONSOLIDATE_AFTER = "NodePool consolidateAfter"
"""The clock that says how long an empty node is kept."""

# The sizes of Kubernetes: whole seconds, and one at least.
_LEAST = 1
# Loops of the controllers, which no object of the user's names. In a cluster Prometheus reads every 15 s by the
# PodMonitor, the HPA controller looks every 15 s, and Karpenter waits for 1 s without a new pod before it buys.
SCRAPE_SECONDS = 15
HPA_SYNC_SECONDS = 15
BATCH_SECONDS = 1
# Shorter, Karpenter takes a new node away before the pod that it was bought for has found it.
_EMPTY_SECONDS = 10
# Faster, a machine of two cores would do nothing else.
_FASTEST_LOOP_SECONDS = 0.25


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

    def loop(self, name: str, seconds: float) -> float:
        """Return the period of a controller's loop: as short as the machine can do it."""
        rehearsed = min(seconds, round(max(_FASTEST_LOOP_SECONDS, seconds / self.compression), 2))
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

    def flags(self) -> dict[str, dict[str, str]]:
        """Return the control plane's flags with an HPA controller that looks more often."""
        period = self.loop("HPA controller's sync", HPA_SYNC_SECONDS)
        name = "kube-controller-manager"
        flags = {component: dict(own) for component, own in FLAGS.items()}
        flags[name]["horizontal-pod-autoscaler-sync-period"] = f"{period:g}s"
        return flags

    def karpenter(self) -> dict[str, str]:
        """Return Karpenter's settings with a shorter wait for more pods."""
        return {"BATCH_IDLE_DURATION": f"{self.loop('Karpenter waits for more pods', BATCH_SECONDS):g}s"}

    def scrape_interval(self) -> str:
        """Return how often Prometheus reads the load."""
        return f"{round(self.loop('Prometheus reads', SCRAPE_SECONDS) * 1000)}ms"


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


def node_pool(spec: dict[str, Any], clocks: Clocks, boots: Mapping[str, float]) -> dict[str, Any]:
    """Return a NodePool's spec whose nodes boot as long as EC2's and go sooner when empty.

    `boots` has the seconds from the call to EC2 to an image on the node's disk, by pool. KWOK's nodes would be Ready
    at once. A node's life is longer than any scenario.
    """
    disruption = dict(spec.get("disruption", {}))
    after = str(disruption.get("consolidateAfter", ""))
    if after.endswith("s") and after[:-1].isdigit():
        kept = max(_EMPTY_SECONDS, clocks.whole(CONSOLIDATE_AFTER, int(after[:-1])))
        clocks.note(CONSOLIDATE_AFTER, int(after[:-1]), kept)
        disruption["consolidateAfter"] = f"{kept}s"
    template = spec["template"]
    metadata = template.get("metadata", {})
    pool = metadata.get("labels", {}).get(POOL_LABEL, "")
    boot = clocks.exact(f"a node's boot and the image's pull, {pool}", boots.get(pool, 0.0))
    slow = {**metadata, "annotations": ready_after(metadata.get("annotations", {}), boot)}
    return {**spec, "disruption": disruption, "template": {**template, "metadata": slow}}


def server_annotations(
    annotations: Mapping[str, Any], server: str, loading_seconds: float, clocks: Clocks
) -> dict[str, Any]:
    """Return the annotations of a server's pod that loads its model for so long."""
    changed = dict(annotations)
    protected = str(changed.get(DO_NOT_DISRUPT, ""))
    if protected.endswith("s"):
        seconds = clocks.whole(f"pod {DO_NOT_DISRUPT}", float(protected[:-1]))
        changed[DO_NOT_DISRUPT] = f"{seconds}s"
    return ready_after(changed, clocks.exact(f"{server} loads its model", loading_seconds))


def ready_after(annotations: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Return the annotations of a pod or node that KWOK makes Ready only after so long."""
    return {**annotations, READY_AFTER_SECONDS: f"{seconds:g}"}
