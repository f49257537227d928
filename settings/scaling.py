"""The `scaling` section of what is served: what adds and takes away replicas, and how fast."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Section
from settings.fields import PositiveInt
from settings.patterns import CRON, QUEUE, TIME_ZONE, VHOST

Threshold = Annotated[float, Field(gt=0, le=1_000_000_000)]
Activation = Annotated[float, Field(ge=0, le=1_000_000_000)]
# The HPA refuses longer ones: periods to half an hour, windows to an hour.
Period = Annotated[int, Field(ge=1, le=1800)]
Window = Annotated[int, Field(ge=0, le=3600)]
Percent = Annotated[int, Field(ge=1, le=1000)]
Cron = Annotated[str, Field(pattern=CRON, max_length=100)]


class ScaleUpSettings(Section):
    """How fast replicas are added: by `percent` or by `pods`, whichever is more."""

    percent: Percent = 50
    """Most replicas added in a period, as a percentage of those there."""

    pods: PositiveInt = 4
    """Replicas that may be added in a period however few there are: 50% of one replica is one."""

    period_seconds: Period = 60
    """The period, in seconds."""

    stabilization_seconds: Window = 0
    """Seconds that more load must last before replicas are added."""


class ScaleDownSettings(Section):
    """How fast replicas are taken away."""

    percent: Percent = 25
    """Most replicas taken away in a period, as a percentage of those there."""

    period_seconds: Period = 120
    """The period, in seconds."""

    stabilization_seconds: Window = 300
    """Seconds that less load must last before replicas are taken away."""


class PrometheusTrigger(Section):
    """Replicas for what Prometheus measures. It cannot wake a server from zero replicas: none measures anything."""

    type: Literal["prometheus"]
    """`prometheus`."""

    metric: Annotated[str, Field(max_length=80)] | None = None
    """A gauge of the engine, summed over its replicas, for example vllm:num_requests_running."""

    query: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    """PromQL instead of a metric. Its values are summed, and no value is 0."""

    threshold: Threshold
    """What each replica should carry; a larger total calls for more replicas."""

    activation_threshold: Activation = 0
    """Total at or below which the trigger would let replicas go to zero."""


class RabbitmqTrigger(Section):
    """Replicas for the messages of a queue in `data.rabbitmq`, those being worked on included."""

    type: Literal["rabbitmq"]
    """`rabbitmq`."""

    queue: Annotated[str, Field(pattern=QUEUE, max_length=200)]
    """Name of the queue."""

    messages: PositiveInt = 20
    """Messages that each replica should have in the queue."""

    vhost: Annotated[str, Field(pattern=VHOST, max_length=100)] = "/"
    """Virtual host of the queue."""


class CronTrigger(Section):
    """Replicas by the clock: at least so many from one time to another."""

    type: Literal["cron"]
    """`cron`."""

    timezone: Annotated[str, Field(pattern=TIME_ZONE, max_length=60)]
    """Time zone of both times, for example Asia/Shanghai."""

    start: Cron
    """When it begins, as minute, hour, day, month and weekday, for example 0 8 * * 1-5."""

    end: Cron
    """When it ends, for example 0 20 * * 1-5."""

    desired_replicas: PositiveInt = 10
    """Fewest replicas in between."""


Trigger = Annotated[PrometheusTrigger | RabbitmqTrigger | CronTrigger, Field(discriminator="type")]

WAKERS = (RabbitmqTrigger, CronTrigger)
"""Triggers that see work while no replica runs."""


class ReplicaScaling(Section):
    """What every server's scaling has, whatever its engine."""

    triggers: tuple[Trigger, ...] = Field(default=(), max_length=20)
    """More reasons to add replicas, beside the engine's own. Of all triggers, the one that asks for most wins."""

    polling_seconds: Annotated[int, Field(ge=1, le=3600)] = 15
    """Seconds between two looks at the metrics."""

    cooldown_seconds: PositiveInt | None = None
    """Seconds without any work before the last replica goes, where `replicas.min` is 0. Empty: as long as a start."""

    scale_up: ScaleUpSettings = ScaleUpSettings()
    """How fast replicas are added."""

    scale_down: ScaleDownSettings = ScaleDownSettings()
    """How fast replicas are taken away."""


class ScalingSettings(ReplicaScaling):
    """When replicas are added. Values are averages over the running replicas."""

    busy_slots: Annotated[float, Field(gt=0, le=1)] = 0.75
    """Fraction of a replica's `concurrency` at work that calls for another one, before any request waits, 0 to 1."""

    waiting_requests: PositiveInt = 5
    """Requests waiting for a replica that call for another one."""

    kv_cache_usage: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Fraction of the KV cache in use that calls for another replica, 0 to 1."""


class TritonScalingSettings(ReplicaScaling):
    """When Triton replicas are added."""

    pending_requests: PositiveInt = 20
    """Pending requests a replica that call for another one."""
