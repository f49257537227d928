"""A scenario made ready for one stack: its settings changed, its load sized, or why it cannot run."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.load_traces import LOAD_TRACES
from planning.plan import Plan, make_plan
from planning.servers import ServerPlan
from rehearsal.load.arrivals import Arrivals, course, day
from rehearsal.load.model import Service
from rehearsal.scenarios.model import LoadSettings, Scenario, TriggerKind
from settings import StackConfig, from_values
from settings.errors import SettingsError, one_of
from settings.loader import PROJECT
from settings.models import ModelSettings
from settings.scaling import RabbitmqTrigger
from settings.stack import Settings

_MODELS = f"{PROJECT}:models"
_POOLS = f"{PROJECT}:gpuPools"
_DATA = f"{PROJECT}:data"
_MINUTE = 60.0
_NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a scenario needs to run: `values` is the stack's configuration with `changes`, one line each."""

    scenario: Scenario
    values: Mapping[str, Any]
    changes: tuple[str, ...]
    config: StackConfig
    plan: Plan
    model: ModelSettings
    service: Service
    arrivals: Arrivals

    @property
    def cluster_seconds(self) -> float:
        """How long the scenario lasts in the cluster: long enough to see a replica start after the last point."""
        start = self.server.cold_start.total if self.scenario.load.points else 0.0
        return self.scenario.minutes * _MINUTE + start

    @property
    def queue(self) -> RabbitmqTrigger | None:
        """The model's queue, where the scenario is about one."""
        if self.scenario.trigger != TriggerKind.RABBITMQ:
            return None
        return next(one for one in self.model.scaling.triggers if isinstance(one, RabbitmqTrigger))

    @property
    def begin_hour(self) -> int:
        """The hour of the day at which the scenario begins: a trace's quietest, else midnight."""
        trace = self.scenario.load.trace
        return LOAD_TRACES[trace].quietest_hour if trace else 0

    @property
    def compression(self) -> float:
        """Seconds of the cluster in one of the rehearsal."""
        return round(max(1.0, self.cluster_seconds / self.scenario.seconds), 2)

    @property
    def server(self) -> ServerPlan:
        """The plan of the model under load."""
        return self.plan.servers[self.model.name]


def prepare(scenario: Scenario, values: Mapping[str, Any]) -> Prepared:
    """Change a stack's values for a scenario and check them; raise `SettingsError` where it cannot run."""
    before = from_values(values)
    index = _index(scenario.load.server, before)
    changed = copy.deepcopy(dict(values))
    changes = [
        *_merge(changed[_MODELS][index], scenario.settings.model, f"models[{index}]"),
        *_merge(changed.setdefault(_DATA, {}), scenario.settings.data, "data"),
        *_make_room(changed, index),
    ]
    config = from_values(changed)
    plan = make_plan(config.settings)
    model = config.settings.models[index]
    _require(scenario, model, f"models[{index}]")
    service = _service(scenario.load, model)
    return Prepared(
        scenario=scenario,
        values=changed,
        changes=tuple(changes),
        config=config,
        plan=plan,
        model=model,
        service=service,
        arrivals=_arrivals(scenario, service),
    )


def _index(name: str | None, config: StackConfig) -> int:
    """Where the model under load stands in the stack file."""
    names = [model.name for model in config.settings.models]
    if name is None:
        return 0
    if name not in names:
        raise SettingsError([f"load.server: {name} is not a model of the stack. {one_of(name, names)}"])
    return names.index(name)


def _merge(section: dict[str, Any], changes: Mapping[str, Any], path: str) -> list[str]:
    """Put the changes into a section, key by key, and say which values they replace."""
    said: list[str] = []
    for key, value in changes.items():
        old = section.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            said += _merge(old, value, f"{path}.{key}")
        elif old != value:
            section[key] = copy.deepcopy(value)
            said.append(f"{path}.{key}: {_shown(old)} -> {_shown(value)}")
    return said


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)


def _make_room(values: dict[str, Any], index: int) -> list[str]:
    """Raise the limit of the model's pool where it does not hold the scenario's replicas, or no rollout of them."""
    settings = from_values(values).settings
    if _fits(settings):
        return []
    pools = tuple(pool.model_copy(update={"max_gpus": _NO_LIMIT}) for pool in settings.gpu_pools)
    servers = make_plan(settings.model_copy(update={"gpu_pools": pools})).servers
    server = servers[settings.models[index].name]
    place, pool = next((at, one) for at, one in enumerate(settings.gpu_pools) if one.name == server.pool)
    need = sum(one.node_gpus for one in servers.values() if one.pool == pool.name)
    most = need + server.share.instance.gpus
    if most <= pool.max_gpus:
        return []
    values[_POOLS][place]["maxGpus"] = most
    return [f"gpuPools[{place}].maxGpus: {pool.max_gpus} -> {most}"]


def _fits(settings: Settings) -> bool:
    try:
        make_plan(settings)
    except SettingsError:
        return False
    return True


def _require(scenario: Scenario, model: ModelSettings, path: str) -> None:
    """Refuse a model without the trigger that the scenario is about."""
    kinds = {TriggerKind.PROMETHEUS.value, *(str(one.type) for one in model.scaling.triggers)}
    if scenario.trigger.value not in kinds:
        fix = f"Add one to {path}.scaling.triggers, or to settings.model of the scenario."
        raise SettingsError(
            [f"{path}: has no {scenario.trigger.value} trigger, which the scenario needs. {fix}"]
        )


def _service(load: LoadSettings, model: ModelSettings) -> Service:
    return Service(
        slots=model.concurrency,
        seconds=load.service_seconds,
        prefill_seconds=load.prefill_seconds,
        kv_usage_when_full=load.kv_usage_when_full,
        target_seconds=load.first_token_seconds,
    )


def _arrivals(scenario: Scenario, service: Service) -> Arrivals:
    """Return requests a second over the cluster's seconds: a load in replicas, times what a replica serves."""
    load = scenario.load
    if load.trace is not None:
        return day(LOAD_TRACES[load.trace]).scaled((load.peak_replicas or 0.0) * service.rate)
    points = [(point.minute * _MINUTE, point.replicas) for point in load.points]
    return course(points).scaled(service.rate)
