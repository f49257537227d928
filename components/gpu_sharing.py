"""How the GPUs of a pool are cut, and what each part of the cluster must be told of it. Pure functions.

The device plugin reads its configuration by the node's label; Karpenter learns from a NodeOverlay what a node
will have once the plugin runs. Sources: NVIDIA k8s-device-plugin 0.20 (README.md, its chart's values.yaml);
Karpenter v1.14 `NodeOverlay` (karpenter.sh/v1alpha1) and pkg/controllers/provisioning/scheduling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

GPU_RESOURCE = "nvidia.com/gpu"
SHARED_RESOURCE = "nvidia.com/gpu.shared"
CONFIG_LABEL = "nvidia.com/device-plugin.config"
WHOLE_GPUS = "whole"
"""The device plugin's configuration on nodes without the label."""
# GPU Feature Discovery would set it, which is not installed; the chart's MPS daemon goes where it is.
_MPS_LABEL = "nvidia.com/mps.capable"
_INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_NODE_POOL = "karpenter.sh/nodepool"
# MPS serves 48 clients a GPU from Volta on (NVIDIA's MPS guide, "Volta MPS execution").
_MOST_SHARES = 48
_FEWEST_SHARES = 2


class MigStrategy(StrEnum):
    """How the device plugin names slices: `mixed` by their profile, `single` as if each were a GPU."""

    MIXED = "mixed"
    SINGLE = "single"


class Sharing(StrEnum):
    """How pods share a GPU: they take turns, or run side by side under NVIDIA's MPS."""

    TIME_SLICING = "time-slicing"
    MPS = "mps"


@dataclass(frozen=True, kw_only=True)
class MigCut:
    """Every GPU of the pool in `per_gpu` slices of one MIG `profile` ("3g.40gb")."""

    profile: str
    per_gpu: int
    strategy: MigStrategy = MigStrategy.MIXED

    def __post_init__(self) -> None:
        """Raise ValueError for a profile that leaves a GPU without slices."""
        if self.per_gpu < 1:
            raise ValueError(
                f"per_gpu: {self.per_gpu} slices of {self.profile} are none; choose another profile"
            )

    @property
    def resource(self) -> str:
        """What a slice is called."""
        return GPU_RESOURCE if self.strategy == MigStrategy.SINGLE else f"nvidia.com/mig-{self.profile}"

    @property
    def config_name(self) -> str:
        """The name of the device plugin's configuration."""
        return f"mig-{self.strategy}"

    def labels(self) -> dict[str, str]:
        """Return the labels that make the device plugin see slices."""
        return {CONFIG_LABEL: self.config_name}

    def config(self) -> dict[str, Any]:
        """Return the device plugin's configuration."""
        return {"version": "v1", "flags": {"migStrategy": str(self.strategy)}}


@dataclass(frozen=True, kw_only=True)
class SharedCut:
    """Every GPU of the pool for `per_gpu` pods at once."""

    strategy: Sharing
    per_gpu: int

    def __post_init__(self) -> None:
        """Raise ValueError for a number of pods that NVIDIA's tools would not take."""
        if not _FEWEST_SHARES <= self.per_gpu <= _MOST_SHARES:
            raise ValueError(
                f"per_gpu: {self.per_gpu} pods cannot share a GPU; use {_FEWEST_SHARES} to {_MOST_SHARES}"
            )

    @property
    def resource(self) -> str:
        """What a share is called; its own name, so that Karpenter and people tell it from a GPU."""
        return SHARED_RESOURCE

    @property
    def config_name(self) -> str:
        """The name of the device plugin's configuration."""
        return f"{self.strategy}-{self.per_gpu}"

    def labels(self) -> dict[str, str]:
        """Return the labels that make the device plugin share, and MPS run."""
        mps = {_MPS_LABEL: "true"} if self.strategy == Sharing.MPS else {}
        return {CONFIG_LABEL: self.config_name, **mps}

    def config(self) -> dict[str, Any]:
        """Return the device plugin's configuration. Two shares are no more than one, so two are refused."""
        resources = [{"name": GPU_RESOURCE, "replicas": self.per_gpu}]
        if self.strategy == Sharing.MPS:
            sharing = {"mps": {"renameByDefault": True, "resources": resources}}
        else:
            slicing = {"renameByDefault": True, "failRequestsGreaterThanOne": True, "resources": resources}
            sharing = {"timeSlicing": slicing}
        return {"version": "v1", "flags": {"migStrategy": "none"}, "sharing": sharing}


Cut = MigCut | SharedCut


def plugin_configs(cuts: Sequence[Cut]) -> dict[str, str]:
    """Return the device plugin's configurations by name, as YAML; nothing where no GPU is cut."""
    if not cuts:
        return {}
    whole = {WHOLE_GPUS: {"version": "v1", "flags": {"migStrategy": "none"}}}
    every = whole | {cut.config_name: cut.config() for cut in cuts}
    return {name: yaml.safe_dump(config, sort_keys=False) for name, config in every.items()}


def limits(cut: Cut | None, *, max_gpus: int, fewest_on_a_node: int) -> dict[str, str]:
    """Return a NodePool's limits for at most `max_gpus` real GPUs; a node has at least `fewest_on_a_node`.

    Karpenter counts what its instance types offer, overlays applied: on a pool of slices it sees no GPU, or
    slices called GPUs. So slices are limited; and nodes, which count while no device plugin answers.
    """
    if cut is None:
        return {GPU_RESOURCE: str(max_gpus)}
    return {cut.resource: str(max_gpus * cut.per_gpu), "nodes": str(max_gpus // fewest_on_a_node)}


def overlay_specs(
    cut: Cut, node_pools: Sequence[str], gpus_by_type: Mapping[str, int]
) -> dict[int, dict[str, Any]]:
    """Return the NodeOverlays of a pool by the GPUs of a node: what nodes of these types will advertise.

    The device plugin advertises no whole GPU of a node that is cut, so the overlay takes them away.
    """
    sizes = sorted(set(gpus_by_type.values()))
    return {
        gpus: {
            "requirements": [
                {"key": _NODE_POOL, "operator": "In", "values": list(node_pools)},
                {
                    "key": _INSTANCE_TYPE,
                    "operator": "In",
                    "values": [name for name, count in gpus_by_type.items() if count == gpus],
                },
            ],
            "capacity": {GPU_RESOURCE: "0", cut.resource: str(gpus * cut.per_gpu)},
        }
        for gpus in sizes
    }
