"""Checks of triggers: what each field allows by itself, and no controller would act on."""

from collections.abc import Iterator
from zoneinfo import available_timezones

from catalog.metrics import GAUGES
from settings import cron
from settings.errors import nearest, one_of
from settings.models import ModelSettings
from settings.references import Served
from settings.scaling import WAKERS, CronTrigger, PrometheusTrigger, RabbitmqTrigger
from settings.stack import Settings


def scaling_problems(item: Served, settings: Settings) -> Iterator[str]:
    """Name what is wrong with a server's triggers, and a floor of zero that nothing would lift."""
    thing = item.settings
    for index, trigger in enumerate(thing.scaling.triggers):
        path = f"{item.path}.scaling.triggers[{index}]"
        if isinstance(trigger, PrometheusTrigger):
            yield from _prometheus(path, trigger, item)
        elif isinstance(trigger, RabbitmqTrigger):
            yield from _rabbitmq(path, settings)
        else:
            yield from _cron(path, trigger, item)
    if thing.replicas.min == 0 and not any(isinstance(one, WAKERS) for one in thing.scaling.triggers):
        why = "its own metrics are gone with its last replica, so nothing would start one for a request"
        fix = f"Set it to 1, or add a trigger of type rabbitmq or cron to {item.path}.scaling.triggers."
        yield f"{item.path}.replicas.min: 0 leaves nothing to wake the server: {why}. {fix}"


def engine_of(item: Served) -> str:
    """Return the engine's name in the catalogue."""
    return item.settings.engine.value if isinstance(item.settings, ModelSettings) else "triton"


def _prometheus(path: str, trigger: PrometheusTrigger, item: Served) -> Iterator[str]:
    if (trigger.metric is None) == (trigger.query is None):
        given = "neither metric nor query" if trigger.metric is None else "both metric and query"
        yield f"{path}: has {given}. Set one of them."
        return
    known = GAUGES.get(engine_of(item), ())
    if trigger.metric is not None and trigger.metric not in known:
        yield (
            f"{path}.metric: {trigger.metric} is no gauge of {engine_of(item)}. {one_of(trigger.metric, known)} "
            "For anything else set query."
        )


def _rabbitmq(path: str, settings: Settings) -> Iterator[str]:
    if settings.data.rabbitmq is None:
        fix = "Set data.rabbitmq, or remove the trigger."
        yield f"{path}: asks a queue server, and the stack has none. {fix}"


def _cron(path: str, trigger: CronTrigger, item: Served) -> Iterator[str]:
    replicas = item.settings.replicas
    zones = available_timezones()
    # A machine without a time zone database knows none; KEDA has its own.
    if zones and trigger.timezone not in zones:
        near = nearest(trigger.timezone, zones)
        fix = f"Did you mean {near}?" if near else "Use a name like Asia/Shanghai."
        yield f"{path}.timezone: {trigger.timezone} is not a time zone. {fix}"
    yield from _times(path, trigger)
    wanted = trigger.desired_replicas
    if wanted > replicas.max:
        fix = f"Lower it, or raise {item.path}.replicas.max to {wanted}."
        yield f"{path}.desiredReplicas: {wanted} is above replicas.max ({replicas.max}). {fix}"
    if wanted <= replicas.min:
        fix = "Raise it, or remove the trigger."
        yield f"{path}.desiredReplicas: {wanted} changes nothing: replicas.min ({replicas.min}) run anyway. {fix}"


def _times(path: str, trigger: CronTrigger) -> Iterator[str]:
    parsed: list[cron.Cron] = []
    for key, text in (("start", trigger.start), ("end", trigger.end)):
        try:
            parsed.append(cron.parse(text))
        except cron.CronError as error:
            fix = "Write minute, hour, day, month and weekday (0-6, Sunday is 0), like 0 8 * * 1-5."
            yield f'{path}.{key}: "{text}" {error}. {fix}'
    if len(parsed) == 2 and parsed[0] == parsed[1]:  # noqa: PLR2004  start and end
        yield f'{path}.end: "{trigger.end}" is the same time as start, so it never lasts. Set a later time.'
