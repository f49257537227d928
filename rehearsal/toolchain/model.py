"""What the toolchain hands out: the paths of its programs, its events and its errors."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ToolchainError(Exception):
    """A program could not be had. The text names the program, the command and the log."""


class UnknownKubernetesError(ToolchainError):
    """No control plane is known for this Kubernetes minor version. The text names the known ones."""


class State(StrEnum):
    """What just happened to a program or a set of CRDs."""

    READY = "ready"
    WAITING = "waiting"
    FETCHING = "fetching"
    BUILDING = "building"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Event:
    """One step of progress. `seconds` is how long the step took, 0 where it only begins."""

    name: str
    state: State
    detail: str = ""
    seconds: float = 0.0


Progress = Callable[[Event], None]


def silent(_: Event) -> None:
    """Show no progress."""


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """The programs of a rehearsal, each verified to be of its pinned version.

    `kubernetes` is the control plane's full version, as in "1.36.4". `crds` are YAML files of
    CustomResourceDefinitions, to be applied with server-side apply. `rabbitmq` is the folder that stands for
    the system's root in its packages; None where it was not asked for.
    """

    kubernetes: str
    pulumi: Path
    kubectl: Path
    kwokctl: Path
    kwok: Path
    etcd: Path
    kube_apiserver: Path
    kube_controller_manager: Path
    kube_scheduler: Path
    karpenter: Path
    keda_operator: Path
    keda_adapter: Path
    prometheus: Path
    crds: tuple[Path, ...]
    rabbitmq: Path | None = None
