"""What the plan chose for a server, and what it did not."""

from dataclasses import dataclass
from typing import Protocol

from catalog.instances import Instance
from settings.fields import Capacity
from settings.pools import SharingSettings


class MemoryFit(Protocol):
    """What a fit of GPU memory says; `planning.fit.Fit` is one. GiB are those of one GPU."""

    @property
    def verdict(self) -> str:
        """`fits`, `marginal` or `does_not_fit`."""
        ...

    @property
    def weights_gib(self) -> float:
        """Weights on each GPU, in GiB."""
        ...

    @property
    def kv_available_gib(self) -> float:
        """What is left for the KV cache on each GPU, in GiB."""
        ...

    @property
    def max_concurrency(self) -> float:
        """Requests of the longest context that the KV cache holds at once."""
        ...

    @property
    def max_model_len_that_fits(self) -> int:
        """The longest context of one request that the KV cache holds, in tokens."""
        ...

    @property
    def reason(self) -> str:
        """Why, in words."""
        ...


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way to run a server. `gpus_per_replica` counts GPUs, or slices where `mig` or `sharing` cuts them.

    `nodes` and `usd_per_hour` are those of its expected replicas if nothing else ran on their nodes, at the list
    price on demand; None without one. `why_lost` is empty for the chosen one.
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
    fit: MemoryFit
    why_lost: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen, the next best (two at most), and cheaper ones that cannot work (two at most)."""

    chosen: Candidate
    runners_up: tuple[Candidate, ...] = ()
    refused: tuple[Candidate, ...] = ()
