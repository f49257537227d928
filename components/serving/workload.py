"""What one engine tells the parts that all engines share, and the workload made of both."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from catalog.images import Image
from components.serving.args import ModelServerArgs

CACHE_PATH = "/cache"
LEADER_WORKER_SET = ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet")
# LeaderWorkerSet's own label on its pods; 0 is the leader.
WORKER_INDEX = "leaderworkerset.sigs.k8s.io/worker-index"


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of the server. `public` ports are open to the gateway, the metrics port to monitoring."""

    name: str
    number: int
    public: bool = True
    app_protocol: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A gauge to scale on: `threshold` is how much of it, summed over replicas, each replica should carry.

    `selector` is PromQL's, for a gauge that others report of the server; None: the server's own.
    """

    name: str
    metric: str
    threshold: float
    selector: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """A container that fills the model cache before the server starts."""

    image: Image
    command: tuple[pulumi.Input[str], ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Egress:
    """An address block and TCP port that the server may open connections to."""

    cidr: str
    port: int
    except_cidrs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A PersistentVolumeClaim of the server's namespace that is there already, seen read-only at `path`."""

    name: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pods that form one replica: a leader, which answers, and workers that run `worker_command`.

    `size` is all of them, each on a node of its own. Each asks for `efa` network interfaces.
    """

    size: int
    worker_command: tuple[str, ...]
    efa: int = 0


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An inference engine as a container: what to run, where it answers, what it measures.

    `environment` is public and lives in a ConfigMap; `secrets` lives in a Secret. `ready_path` answers 200
    once models are loaded, `live_path` as long as the process is well; both on the port named `http`.
    `load` is a command that returns when the model is in memory, for an engine whose paths do not tell.
    An engine without metrics of its own has no `metrics_port`; one that does not `drain` ends requests in flight
    as soon as it is told to stop.
    """

    kind: str
    image: Image
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ports: tuple[Port, ...]
    ready_path: str
    live_path: str
    metrics_port: str | None
    triggers: tuple[Trigger, ...]
    egress: tuple[Egress, ...]
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]], repr=False)
    fetch: Fetch | None = None
    load: tuple[str, ...] = ()
    drains: bool = True
    claim: Claim | None = None
    group: Group | None = None


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A named server: its engine, its needs, and the names and labels of its objects."""

    name: str
    args: ModelServerArgs
    engine: Engine

    @property
    def selector(self) -> dict[str, str]:
        """Return the labels that choose the server's pods and no others. They can never change."""
        return {"app.kubernetes.io/name": self.engine.kind, "app.kubernetes.io/instance": self.name}

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of every object of the server."""
        return {
            **self.args.labels,
            **self.selector,
            "app.kubernetes.io/component": "model-server",
            "app.kubernetes.io/part-of": "inference-platform",
        }

    @property
    def leaders(self) -> dict[str, str]:
        """Return the labels that choose the pods that answer requests: one of a group, else all."""
        rank = {WORKER_INDEX: "0"} if self.engine.group else {}
        return {**self.selector, **rank}

    @property
    def scale_target(self) -> tuple[str, str]:
        """Return apiVersion and kind of what has replicas."""
        return LEADER_WORKER_SET if self.engine.group else ("apps/v1", "Deployment")

    @property
    def scale_target_name(self) -> str:
        """Return its name. LeaderWorkerSet makes a headless Service of its own name, so it needs another one."""
        return f"{self.name}-group" if self.engine.group else self.name

    @property
    def config_name(self) -> str:
        """Return the ConfigMap's name, which changes with its content: so pods roll when it changes."""
        content = json.dumps(dict(self.engine.environment), sort_keys=True)
        return f"{self.name}-config-{hashlib.sha256(content.encode()).hexdigest()[:10]}"

    @property
    def secret_name(self) -> str:
        """Return the name of the Secret, which exists only if the engine has secrets."""
        return f"{self.name}-secrets"

    @property
    def cache_claim_name(self) -> str:
        """Return the name of the shared cache's claim, which exists only if the cache is shared."""
        return f"{self.name}-cache"

    def port(self, name: str) -> Port:
        """Return the port of that name. Raises StopIteration if the engine has none."""
        return next(port for port in self.engine.ports if port.name == name)
