"""A rehearsal that plays a scenario: up, load and what happens under it, destroy."""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from automation import StackError
from rehearsal.control_plane.leftovers import ObjectRef
from rehearsal.narrator import Narrator
from rehearsal.options import Options
from rehearsal.rehearse import Rehearsal
from rehearsal.report.model import Report
from rehearsal.scaling import Scaled, hold, scaled
from rehearsal.scenarios import actions, cron
from rehearsal.scenarios.clocks import Clocks
from rehearsal.scenarios.director import Director
from rehearsal.scenarios.gates import broken
from rehearsal.scenarios.observer import Observer
from rehearsal.scenarios.player import Player
from rehearsal.scenarios.prepare import Prepared
from rehearsal.scenarios.source import Source, source
from rehearsal.scenarios.telling import tell
from rehearsal.scenarios.transform import compressed
from rehearsal.stage import Stage
from rehearsal.timeline import Timeline

_HURRY_EVERY_SECONDS = 0.3
_LOOK_EVERY_SECONDS = 0.5
_PARKED_SECONDS = 3600.0
# A rollout's new image: nothing pulls it, so any other name will do.
_NEW_IMAGE = "-next"


@dataclass(kw_only=True)
class Image:
    """The suffix of the servers' images: another one is a new image."""

    suffix: str = ""


@dataclass(kw_only=True)
class ScenarioRehearsal(Rehearsal):
    """Plays one scenario instead of the usual phases."""

    name: str
    prepared: Prepared
    clocks: Clocks
    rabbitmq: Path | None
    image: Image = field(default_factory=Image)
    triggers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @classmethod
    def of(
        cls, prepared: Prepared, options: Options, report: Report, narrator: Narrator, rabbitmq: Path | None
    ) -> Self:
        """Return the rehearsal of a scenario that was made ready; `rabbitmq` is where RabbitMQ was unpacked."""
        name = (options.scenario or "").removesuffix(".yaml").rpartition("/")[2]
        return cls(
            options=replace(options, config=prepared.values),
            config=prepared.config,
            plan=prepared.plan,
            report=report,
            narrator=narrator,
            name=name,
            prepared=prepared,
            clocks=Clocks(compression=prepared.compression),
            rabbitmq=rabbitmq,
        )

    def program(self, program: Callable[[], None]) -> Callable[[], None]:
        """Return the user's program with the scenario's clocks."""
        return compressed(program, self.clocks, self.plan.servers, lambda: self.image.suffix)

    @property
    def flags(self) -> Mapping[str, Mapping[str, str]]:
        """The flags that the control plane runs with."""
        return self.clocks.flags()

    def play(self, stage: Stage, baseline: frozenset[ObjectRef]) -> None:
        """Up, load, destroy, and look for what is left."""
        stage.karpenter.environment = self.clocks.karpenter()
        try:
            with _hurried(stage):
                self._up(stage)
            target = self._target(stage)
            with source(stage, self.prepared, target, self.clocks, self.rabbitmq) as came:
                if self._first_replicas(stage):
                    self._under_load(stage, target, came)
            if not self.options.keep:
                self._destroy(stage)
                self._search(stage, baseline)
        except StackError as error:
            self._failed(stage, str(error))

    def _target(self, stage: Stage) -> Scaled:
        return next(one for one in scaled(stage.plane.api) if one.name == self.prepared.model.name)

    def _first_replicas(self, stage: Stage) -> bool:
        """Wait until KEDA has set the fewest replicas and they serve; False where they do not."""
        api = stage.plane.api
        deadline = time.monotonic() + self.options.patience_seconds
        with self.phase("first replicas") as said, _hurried(stage):
            self.triggers = self._parked(stage)
            while True:
                target = self._target(stage)
                if target.fewest == 0 and target.replicas:
                    # KEDA itself waits for a cooldown before it takes the first replica of a new server away.
                    hold(api, target, 0)
                ready = sum(pod.ready for pod in _observer(stage, target).pods())
                settled = target.followed or target.fewest == 0
                if settled and target.replicas == ready == target.fewest:
                    hold(api, target, None)
                    said.append(f"{ready} Ready")
                    return True
                if time.monotonic() > deadline:
                    why = " ".join(target.wrong) or "KEDA does not say why."
                    self.report.wrong("first replicas", f"{ready} of {target.fewest} are Ready. {why}")
                    return False
                time.sleep(_LOOK_EVERY_SECONDS)

    def _under_load(self, stage: Stage, target: Scaled, came: Source) -> None:
        scenario = self.prepared.scenario
        with self.phase(self.name) as said:
            timeline, event_at = self._run(stage, target, came)
            self.report.memory_mib = stage.plane.memory_mib()
            self.report.scenario = tell(
                self.name, self.prepared, self.clocks, timeline, event_at, _max_unavailable(stage, target)
            )
            outcome = self.report.scenario.outcome
            for line in broken(scenario.expect, outcome):
                self.report.wrong(self.name, line)
            said.append(f"{outcome.requests} requests, up to {outcome.ready} replicas")

    def _run(self, stage: Stage, target: Scaled, came: Source) -> tuple[Timeline, float | None]:
        """Play the load to its end; return what was seen, and when something first happened to the cluster."""
        prepared, scenario = self.prepared, self.prepared.scenario
        observer = _observer(stage, target)
        player = Player(
            load=came.load,
            observer=observer,
            show=came.show,
            asked=came.asked,
            note=self.narrator.note,
            seconds=scenario.seconds,
            compression=prepared.compression,
        )
        director = Director(
            api=stage.plane.api,
            observer=observer,
            player=player,
            compression=prepared.compression,
            roll_out=lambda: self._roll_out(stage),
        )
        self._wait_for_the_minute(stage, target)
        player.start()
        try:
            director.direct(scenario.events)
            timeline = player.finish()
        finally:
            player.halt()
        happened = timeline.happenings if scenario.events else ()
        return timeline, happened[0].at if happened else None

    def _parked(self, stage: Stage) -> list[dict[str, Any]]:
        """Return the server's triggers, and move its cron windows out of the way until the scenario begins."""
        api, path = stage.plane.api, _scaled_object(self._target(stage))
        triggers: list[dict[str, Any]] = api.get(path)["spec"]["triggers"]
        if any(one["type"] == "cron" for one in triggers):
            later = cron.moved(triggers, self.prepared.begin_hour, cron.now() + _PARKED_SECONDS, self.clocks)
            api.merge(path, {"spec": {"triggers": later}})
        return triggers

    def _wait_for_the_minute(self, stage: Stage, target: Scaled) -> None:
        """Move cron triggers to minutes of today, and wait until the scenario may begin for them."""
        hour = self.prepared.begin_hour
        windows = [cron.window(one["metadata"], hour) for one in self.triggers if one["type"] == "cron"]
        if windows:
            begins_at = cron.now() + cron.delay(windows[0], self.clocks.compression, cron.now())
            moved = cron.moved(self.triggers, hour, begins_at, self.clocks)
            stage.plane.api.merge(_scaled_object(target), {"spec": {"triggers": moved}})
            time.sleep(max(0.0, begins_at - cron.now()))

    def _roll_out(self, stage: Stage) -> None:
        """Bring the stack up with a new image, as a user would."""
        self.image.suffix = _NEW_IMAGE
        stage.stack.up(self.narrator.event)


@contextmanager
def _hurried(stage: Stage) -> Generator[None]:
    """Let nothing wait for nodes to boot and models to load meanwhile: a scenario begins with all of it there."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(_HURRY_EVERY_SECONDS):
            actions.hurry(stage.plane.api)

    thread = threading.Thread(target=work, name="hurry", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _scaled_object(target: Scaled) -> str:
    return f"/apis/keda.sh/v1alpha1/namespaces/{target.namespace}/scaledobjects/{target.name}"


def _observer(stage: Stage, target: Scaled) -> Observer:
    return Observer(api=stage.plane.api, namespace=target.namespace, server=target.name)


def _max_unavailable(stage: Stage, target: Scaled) -> int:
    """What the server's PodDisruptionBudget lets go at once."""
    path = f"/apis/policy/v1/namespaces/{target.namespace}/poddisruptionbudgets/{target.name}"
    return int(stage.plane.api.get(path)["spec"]["maxUnavailable"])
