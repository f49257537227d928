"""Karpenter itself, buying fake nodes from KWOK instead of EC2."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from catalog.instances import Instance
from rehearsal.control_plane.plane import ControlPlane
from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.instance_types import PRICE_RATIOS, instance_types
from rehearsal.processes import Process, clean_environment

_GROUP = "karpenter.kwok.sh"
_KIND = "KWOKNodeClass"
_VERSION = "v1alpha1"
_NODE_CLASS = "rehearsal"
_NODE_CLASS_PATH = f"/apis/{_GROUP}/{_VERSION}/kwoknodeclasses/{_NODE_CLASS}"

FEATURE_GATES: Mapping[str, bool] = {
    # The KWOK provider gives reservations no id, and Karpenter ends with a panic over them. Without
    # the gate a reservation is one more capacity type, the cheapest.
    "ReservedCapacity": False,
}
"""Karpenter's feature gates that a rehearsal sets whatever its chart's values say."""


def feature_gates(chart_values: Mapping[str, Any]) -> dict[str, bool]:
    """Return the gates that the chart would set with these values, but for those a rehearsal must set itself."""
    asked: Mapping[str, bool] = chart_values.get("settings", {}).get("featureGates", {})
    return {**{name[0].upper() + name[1:]: on for name, on in asked.items()}, **FEATURE_GATES}


def kwok_node_class_ref() -> dict[str, str]:
    """Return the ``nodeClassRef`` that a NodePool needs in a rehearsal."""
    return {"group": _GROUP, "kind": _KIND, "name": _NODE_CLASS}


def kwok_node_class() -> dict[str, Any]:
    """Return the object that ``kwok_node_class_ref`` names; ``Karpenter.start`` applies it."""
    return {
        "apiVersion": f"{_GROUP}/{_VERSION}",
        "kind": _KIND,
        "metadata": {"name": _NODE_CLASS},
        "spec": {},
    }


@dataclass(kw_only=True)
class Karpenter:
    """Karpenter against ``plane``, offering ``instances`` in ``zones``.

    ``environment`` adds to its settings. It needs its CRDs served first. ``stop`` leaves its objects alone, as
    removing the chart does: the NodeClaims of a NodePool that is removed later keep their finalizer, and the
    nodes stay.
    """

    binary: Path
    plane: ControlPlane
    instances: Sequence[Instance]
    zones: Sequence[str]
    price_ratios: Mapping[str, float] = field(default_factory=lambda: dict(PRICE_RATIOS))
    feature_gates: Mapping[str, bool] = field(default_factory=lambda: dict(FEATURE_GATES))
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    _process: Process | None = field(default=None, init=False, repr=False)

    def start(self, timeout_seconds: float = 60.0) -> Self:
        """Start Karpenter and wait until it is ready; ProcessError where it is not. Safe to call twice."""
        if self.running:
            return self
        self.plane.api.apply(_NODE_CLASS_PATH, kwok_node_class())
        types = self.plane.folder / "instance-types.json"
        types.write_text(json.dumps(instance_types(self.instances, self.zones, self.price_ratios)))
        self._process = self._prepare(types).start(timeout_seconds)
        return self

    def stop(self) -> None:
        """End Karpenter and remove the node class. Safe to call twice."""
        if self._process is None:
            return
        self._process.stop()
        self._process = None
        self.plane.api.delete(_NODE_CLASS_PATH)

    def read_chart(self, values: Mapping[str, Any]) -> None:
        """Take the feature gates from the chart's values, for the next start."""
        self.feature_gates = feature_gates(values)

    @property
    def running(self) -> bool:
        """Whether Karpenter runs."""
        return self._process is not None and self._process.pid is not None

    @property
    def pid(self) -> int | None:
        """Karpenter's pid while it runs."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self, types: Path) -> Process:
        (health,) = free_ports(1)
        gates = ",".join(f"{name}={str(on).lower()}" for name, on in self.feature_gates.items())
        settings = {
            "KUBECONFIG": str(self.plane.kubeconfig),
            "SYSTEM_NAMESPACE": "kube-system",
            "DISABLE_LEADER_ELECTION": "true",
            "INSTANCE_TYPES_FILE_PATH": str(types),
            "FEATURE_GATES": gates,
            # Port 0: no metrics server. The binary binds what it does open to loopback.
            "METRICS_PORT": "0",
            "HEALTH_PROBE_PORT": str(health),
            **self.environment,
        }
        return Process(
            name="karpenter",
            command=[self.binary.absolute()],
            folder=self.plane.folder,
            environment=clean_environment(settings),
            ready=f"http://{LOOPBACK}:{health}/readyz",
        )
