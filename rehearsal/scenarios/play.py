"""A rehearsal that plays a scenario: up, load and what happens under it, destroy."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Self

from automation import StackError
from rehearsal.control_plane.leftovers import ObjectRef
from rehearsal.load.exporter import Exporter, vllm
from rehearsal.load.model import LoadModel
from rehearsal.narrator import Narrator
from rehearsal.options import Options
from rehearsal.rehearse import Rehearsal
from rehearsal.report.model import Report
from rehearsal.scaling import Scaled, scaled
from rehearsal.scenarios import actions
from rehearsal.scenarios.clocks import Clocks
from rehearsal.scenarios.director import Director
from rehearsal.scenarios.gates import broken
from rehearsal.scenarios.metrics import Metrics
from rehearsal.scenarios.observer import Observer
from rehearsal.scenarios.player import Player
from rehearsal.scenarios.prepare import Prepared
from rehearsal.scenarios.telling import tell
from rehearsal.scenarios.transform import compressed
from rehearsal.stage import Stage
from rehearsal.timeline import Timeline

_HURRY_EVERY_SECONDS = 0.3
_LOOK_EVERY_SECONDS = 0.5
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
    image: Image = field(default_factory=Image)

    @classmethod
    def of(cls, prepared: Prepared, options: Options, report: Report, narrator: Narrator) -> Self:
        """Return the rehearsal of a scenario that was made ready."""
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
        )

    def program(self, program: Callable[[], None]) -> Callable[[], None]:
        """Return the user's program with the scenario's clocks."""
        return compressed(program, self.clocks, self.plan.servers, lambda: self.image.suffix)

    def play(self, stage: Stage, baseline: frozenset[ObjectRef]) -> None:
        """Up, load, destroy, and look for what is left."""
        try:
            with _hurried(stage):
                self._up(stage)
                target = self._settle(stage)
            if target is not None:
                self._under_load(stage, target)
            if not self.options.keep:
                self._destroy(stage)
                self._search(stage, baseline)
        except StackError as error:
            self._failed(stage, str(error))

    def _settle(self, stage: Stage) -> Scaled | None:
        """Wait until KEDA has set the fewest replicas and they serve; None where they do not."""
        target = next(one for one in scaled(stage.plane.api) if one.name == self.prepared.model.name)
        observer = _observer(stage, target)
        deadline = time.monotonic() + self.options.patience_seconds
        with self.phase("first replicas") as said:
            while True:
                ready = sum(pod.ready for pod in observer.pods())
                if ready == observer.wanted() == target.fewest:
                    said.append(f"{ready} Ready")
                    return target
                if time.monotonic() > deadline:
                    why = "Look at KEDA's log."
                    self.report.wrong("first replicas", f"{ready} of {target.fewest} are Ready. {why}")
                    return None
                time.sleep(_LOOK_EVERY_SECONDS)

    def _under_load(self, stage: Stage, target: Scaled) -> None:
        scenario = self.prepared.scenario
        with self.phase(self.name) as said:
            timeline, event_at = self._run(stage, target)
            self.report.memory_mib = stage.plane.memory_mib()
            self.report.scenario = tell(
                self.name, self.prepared, self.clocks, timeline, event_at, _max_unavailable(stage, target)
            )
            outcome = self.report.scenario.outcome
            for line in broken(scenario.expect, outcome):
                self.report.wrong(self.name, line)
            said.append(f"{outcome.requests} requests, up to {outcome.ready} replicas")

    def _run(self, stage: Stage, target: Scaled) -> tuple[Timeline, float | None]:
        """Play the load to its end; return what was seen, and when something first happened to the cluster."""
        prepared, scenario = self.prepared, self.prepared.scenario
        load = LoadModel(prepared.service, prepared.arrivals, scenario.load.seed)
        observer = _observer(stage, target)
        with (
            Exporter(vllm, prepared.service, target.namespace, target.name) as exporter,
            Metrics.watch(stage, exporter.address, observer.triggers()) as metrics,
        ):
            player = Player(
                load=load,
                observer=observer,
                show=exporter.show,
                asked=metrics.asked,
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
            player.start()
            try:
                director.direct(scenario.events)
                timeline = player.finish()
            finally:
                player.halt()
        happened = timeline.happenings if scenario.events else ()
        return timeline, happened[0].at if happened else None

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


def _observer(stage: Stage, target: Scaled) -> Observer:
    return Observer(api=stage.plane.api, namespace=target.namespace, server=target.name)


def _max_unavailable(stage: Stage, target: Scaled) -> int:
    """What the server's PodDisruptionBudget lets go at once."""
    path = f"/apis/policy/v1/namespaces/{target.namespace}/poddisruptionbudgets/{target.name}"
    return int(stage.plane.api.get(path)["spec"]["maxUnavailable"])
