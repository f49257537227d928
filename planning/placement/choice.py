"""What the plan chose for a server, and what it did not."""

from dataclasses import dataclass

from catalog.instances import Instance
from planning.fit import Fit
from settings.fields import Capacity
from settings.pools import SharingSettings


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way to run a server. `gpus_per_replica` counts GPUs, or slices where `mig` or `sharing` cuts them.

    `nodes` and `usd_per_hour` are those of its expected replicas if nothing else ran on their nodes, at the list
    price on demand; None without one. `fit` is None where nothing was computed, as nobody can have the instance.
    `why_lost` is empty for the chosen one.
    """

    instance: Instance
    gpus_per_replica: int
    tensor_parallel: int
    pipeline_parallel: int
    mig: str | None
    sharing: SharingSettings | None
    replicas_per_node: int
    nodes: int
    usd_per_hour: float | None
    capacity: tuple[Capacity, ...]
    fit: Fit | None
    why_lost: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen, the next best (two at most), and cheaper ones that cannot work (two at most)."""

    chosen: Candidate
    runners_up: tuple[Candidate, ...] = ()
    refused: tuple[Candidate, ...] = ()
