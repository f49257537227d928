"""What the catalogue knows of a Helm chart.

Versions: read from each chart's repository or registry, 2026-08 to 2026-11 (see `source`).
`workloads` is what a chart runs with its default values, and where its values set replicas, requests and
placement. The rehearsal fills nodes from it when a chart's repository cannot be reached.
"""

from dataclasses import dataclass
from enum import StrEnum


class WorkloadKind(StrEnum):
    """Kubernetes workload kinds a chart may bring."""

    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One workload of a chart and the dotted value paths that shape its pods.

    `cpu` and `memory` are Kubernetes quantities that hold when `resources_path` is not set in the values.
    An empty path means the chart has no such value. `enabled_path` names a boolean value that turns the
    workload on; `enabled` is its default.
    """

    name: str
    kind: WorkloadKind
    replicas: int = 1
    replicas_path: str = ""
    cpu: str = "0"
    memory: str = "0"
    resources_path: str = ""
    tolerations_path: str = ""
    node_selector_path: str = ""
    affinity_path: str = ""
    enabled_path: str = ""
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Helm chart at a pinned version. `repository` is empty for an OCI chart, whose `name` is its URL."""

    name: str
    repository: str
    version: str
    namespace: str
    source: str
    workloads: tuple[Workload, ...] = ()
