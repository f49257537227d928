"""How fast an HPA changes replicas, as KEDA and the HPA itself are told."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ScalingPolicy:
    """How fast replicas change: at most `percent` in `period_seconds`, or `pods` if that is more.

    The HPA acts on the most careful advice of the last `stabilization_seconds`. Percentages are rounded up, so
    50% of one replica is one.
    """

    percent: int
    period_seconds: int
    stabilization_seconds: int
    pods: int | None = None

    def amounts(self) -> list[tuple[str, int]]:
        """Return the HPA's kinds of policy with their values."""
        kinds = (("Percent", self.percent), ("Pods", self.pods))
        return [(kind, value) for kind, value in kinds if value is not None]


SCALE_UP = ScalingPolicy(percent=50, pods=4, period_seconds=60, stabilization_seconds=0)
"""By half, or by four: why four is in ADR 0020."""
SCALE_DOWN = ScalingPolicy(percent=25, period_seconds=120, stabilization_seconds=300)
"""By a quarter in two minutes, after five minutes of calm."""


def behavior(up: ScalingPolicy, down: ScalingPolicy) -> dict[str, Any]:
    """Return the `behavior` of an HPA (`autoscaling/v2`)."""
    return {"scaleUp": _rules(up), "scaleDown": _rules(down)}


def _rules(policy: ScalingPolicy) -> dict[str, Any]:
    return {
        "stabilizationWindowSeconds": policy.stabilization_seconds,
        "selectPolicy": "Max",
        "policies": [
            {"type": kind, "value": value, "periodSeconds": policy.period_seconds}
            for kind, value in policy.amounts()
        ],
    }
