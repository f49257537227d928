"""What a scenario file may say. Times are the cluster's own: the rehearsal passes them faster."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from settings.base import Section
from settings.fields import Name, PositiveInt, Word

Minute = Annotated[float, Field(ge=0, le=10_080)]
Share = Annotated[float, Field(gt=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class TriggerKind(StrEnum):
    """Triggers that a scenario can need."""

    PROMETHEUS = "prometheus"
    RABBITMQ = "rabbitmq"
    CRON = "cron"


class EventKind(StrEnum):
    """What can happen to a cluster under load."""

    NODE_RECLAIM = "nodeReclaim"
    ROLLOUT = "rollout"
    ZONE_LOSS = "zoneLoss"


class Point(Section):
    """The load at one moment."""

    minute: Minute
    """Minutes from the beginning."""

    replicas: Annotated[float, Field(ge=0, le=1000)]
    """The load, as the number of replicas that it keeps fully busy."""


class LoadSettings(Section):
    """Who sends how much, and how long a request takes. Two assumptions stand here that no plan can know."""

    server: Name | None = None
    """Name of the model under load. Empty: the stack's first."""

    points: tuple[Point, ...] = ()
    """The course of the load: straight lines through these points; two of one minute are a jump."""

    trace: Word | None = None
    """A public trace instead of points: its day becomes the course."""

    peak_replicas: Annotated[float, Field(gt=0, le=1000)] | None = None
    """What the trace's highest hour is: so many replicas kept fully busy."""

    service_seconds: Seconds = 8
    """Seconds that a request holds a slot: an answer of 240 tokens at 30 tokens a second."""

    prefill_seconds: Seconds = 0.3
    """Seconds to the first token of a request that finds a free slot."""

    kv_usage_when_full: Share = 0.6
    """Share of the KV cache that is taken when every slot is."""

    first_token_seconds: Seconds = 2
    """The target for the time to the first token; a slower request is late."""

    seed: int = 1
    """Seed of the chance by which requests arrive."""


class EventSettings(Section):
    """Something that happens at a moment."""

    minute: Minute
    """Minutes from the beginning."""

    kind: EventKind
    """`nodeReclaim` (a node goes with two minutes' notice), `rollout` (a new image) or `zoneLoss`."""


class Overrides(Section):
    """Settings of the stack that the scenario changes, in the stack file's own words."""

    model: dict[str, Any] = Field(default_factory=dict)
    """Keys of the model under load, for example replicas."""

    data: dict[str, Any] = Field(default_factory=dict)
    """Keys of the data section, for example rabbitmq."""


class Expectations(Section):
    """What must come true; a run where it does not has a finding for each."""

    reversals: Annotated[int, Field(ge=0)] | None = None
    """Most changes of direction in the wanted replicas beyond those of the load."""

    wanted_replicas: PositiveInt | None = None
    """Replicas that must be wanted, whether or not the load lasts until they are Ready."""

    most_replicas: PositiveInt | None = None
    """Ready replicas that must be reached."""

    extra_replicas: Annotated[int, Field(ge=0)] | None = None
    """Replicas wanted at most beyond those that the load needs at its highest."""

    keeps_budget: bool = False
    """Whether Ready replicas must never fall below what the PodDisruptionBudget leaves."""

    gpu_hours_share: Share | None = None
    """GPU hours at most, as a share of a static deployment's for the peak."""

    late_share: Share | None = None
    """Late requests at most, as a share of all."""

    failed: Annotated[int, Field(ge=0)] | None = None
    """Requests at most that may find no replica, or lose theirs."""

    reaches_zero: bool = False
    """Whether the last replica must have gone at the end."""


class Scenario(Section):
    """One scenario: the load, what happens, and what must come true."""

    summary: Annotated[str, Field(min_length=1, max_length=200)]
    """One sentence on what is shown."""

    minutes: Annotated[float, Field(gt=0, le=10_080)]
    """How long the load lasts, in the cluster's time. The last of `points` goes on for one start of a replica more."""

    seconds: Annotated[int, Field(ge=10, le=600)]
    """How long the rehearsal takes for it: time passes that much faster than in the cluster."""

    trigger: TriggerKind = TriggerKind.PROMETHEUS
    """The kind of trigger that the model under load must have."""

    load: LoadSettings
    """Who sends how much."""

    events: tuple[EventSettings, ...] = ()
    """What happens, by the minute."""

    settings: Overrides = Overrides()
    """What is changed in the stack's settings for the scenario."""

    expect: Expectations = Expectations()
    """What must come true."""
