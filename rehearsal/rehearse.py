"""A rehearsal from its first phase to its last."""

import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from automation import Event, Outcome, StackError, Step, StepState
from planning import fleet
from planning.cost import CostLine, fixed_lines, floor_lines, node_lines, total
from planning.plan import Plan
from planning.servers import ServerPlan
from rehearsal.control_plane import ControlPlane, observe
from rehearsal.control_plane.configuration import FLAGS
from rehearsal.control_plane.leftovers import ObjectRef, leftovers, snapshot_objects
from rehearsal.diagnosis import explain, nowhere, unscaled
from rehearsal.leaks import leaks, materials
from rehearsal.narrator import Narrator
from rehearsal.options import Options
from rehearsal.placement import Placement, settle
from rehearsal.plan_check import differences
from rehearsal.report.model import Chart, Phase, Report
from rehearsal.scaling import Scaled, hold, let_go, scaled
from rehearsal.stage import Stage
from settings import StackConfig

_LEFTOVER_SECONDS = 10.0


@dataclass(kw_only=True)
class Rehearsal:
    """Plays one stack through on a set stage, and writes down what it finds."""

    options: Options
    config: StackConfig
    plan: Plan
    report: Report
    narrator: Narrator

    @property
    def flags(self) -> Mapping[str, Mapping[str, str]]:
        """The flags that the control plane runs with."""
        return FLAGS

    def play(self, stage: Stage, baseline: frozenset[ObjectRef]) -> None:
        """Preview, up, look, up again, scale out and back, destroy, and look for what is left."""
        try:
            self._preview(stage)
            self._up(stage)
            self._look(stage)
            self._again(stage)
            self._peak(stage)
            self._scan_state(stage)
            if not self.options.keep:
                self._destroy(stage)
                self._search(stage, baseline)
        except StackError as error:
            self._failed(stage, str(error))

    @contextmanager
    def phase(self, name: str) -> Generator[list[str]]:
        """Time a phase; what is put into the list it yields becomes its summary."""
        self.narrator.begin(name)
        started = time.monotonic()
        said: list[str] = []
        self._current = name
        try:
            yield said
        finally:
            seconds = time.monotonic() - started
            summary = ", ".join(said)
            self.report.phases.append(Phase(name=name, seconds=seconds, summary=summary))
            self.narrator.end(name, seconds, summary)

    def _preview(self, stage: Stage) -> None:
        with self.phase("preview") as said:
            said.append(_changes(stage.stack.preview(self.narrator.event)))

    def _up(self, stage: Stage) -> None:
        kinds: Counter[str] = Counter()

        def listen(event: Event) -> None:
            if isinstance(event, Step) and event.state == StepState.DONE and event.operation == "create":
                kinds[event.type] += 1
            stage.follow(event)
            self.narrator.event(event)

        with self.phase("up") as said:
            try:
                said.append(_changes(stage.stack.up(listen)))
            finally:
                self.report.kinds = dict(kinds)
                self.report.charts = _charts(stage)

    def _look(self, stage: Stage) -> None:
        """Wait for KEDA to bring every server to its fewest replicas, and see that everything is placed."""
        api = stage.plane.api
        with self.phase("placement") as said:
            # A rehearsal waits for no hour of the day, and for no cooldown.
            late = [target for target in scaled(api) if target.by_its_own_time]
            api.each(lambda target: hold(api, target, target.fewest), late)
            placement = self._settle(stage, lambda target: target.at_floor)
            self.report.floor = placement.placed
            self.report.floor_cost = self._cost(placement)
            self.report.planned_usd_per_hour = total(floor_lines(self.config.settings, self.plan))
            self._hold_to_plan("at rest", placement, self.report.floor_cost, fleet.fewest)
            for line in unscaled(scaled(api), _unknown(stage), self.config.settings):
                self.report.wrong("placement", line)
            for service in observe.services_without_pods(api):
                labels = ", ".join(f"{key}={value}" for key, value in service.selector.items())
                name = f"Service {service.namespace}/{service.name}"
                self.report.wrong("placement", f"{name} selects no pod ({labels}). Fix its selector.")
            said.append(_placed(placement))

    def _again(self, stage: Stage) -> None:
        changed: list[str] = []

        def listen(event: Event) -> None:
            if isinstance(event, Step) and event.state == StepState.DONE and event.operation != "same":
                changed.append(f"{event.operation} {event.type.rpartition(':')[2]} {event.name}")
            self.narrator.event(event)

        with self.phase("second up") as said:
            outcome = stage.stack.up(listen)
            said.append(_changes(outcome))
            if outcome.changed:
                what = ", ".join(changed) or f"{outcome.changed} resources"
                self.report.wrong(
                    "second up",
                    f"a second up without a change in settings changed {what}. Its inputs must be stable.",
                )

    def _peak(self, stage: Stage) -> None:
        """Have KEDA bring every server to its most replicas at once, see that all are placed, and go back."""
        api = stage.plane.api
        with self.phase("peak") as said:
            api.each(lambda target: hold(api, target, target.most), scaled(api))
            placement = self._settle(stage, lambda target: target.replicas == target.most)
            self.report.peak = placement.placed
            self.report.peak_cost = self._cost(placement)
            self._hold_to_plan("at peak", placement, self.report.peak_cost, fleet.most)
            self.report.memory_mib = stage.plane.memory_mib()
            let_go(api, self.options.patience_seconds)
            said.append(_placed(placement))

    def _destroy(self, stage: Stage) -> None:
        if stage.work.lift_protection():
            with self.phase("lift protection") as said:
                said.append(_changes(stage.stack.up(self.narrator.event)))
        self._tear_down(stage)

    def _tear_down(self, stage: Stage) -> None:
        def listen(event: Event) -> None:
            stage.follow(event)
            self.narrator.event(event)

        with self.phase("destroy") as said:
            said.append(_changes(stage.stack.destroy(listen)))

    def _search(self, stage: Stage, baseline: frozenset[ObjectRef]) -> None:
        with self.phase("leftovers") as said:
            objects = leftovers(stage.plane.api, baseline, settle_seconds=_LEFTOVER_SECONDS)
            resources = stage.cloud.leftovers()
            for ref in objects:
                self.report.wrong(
                    "leftovers", f"{ref} is left in the cluster after destroy. Check its destroy order."
                )
            for record in resources:
                text = f"{record.token} {record.id} is left in the cloud and may be billed. Check its destroy order."
                self.report.wrong("leftovers", text)
            said.append(f"{len(objects)} objects, {len(resources)} cloud resources")

    def _scan_state(self, stage: Stage) -> None:
        with self.phase("secrets") as said:
            secrets = materials(stage.stack.deployment(), stage.work.stand_ins)
            found = leaks(stage.work.state_file.read_text(encoding="utf-8"), secrets)
            found += leaks(str(self.report), secrets)
            for source in found:
                self.report.wrong(
                    "secrets", f"the secret of {source} stands in plain text. Mark it with Output.secret."
                )
            said.append(f"{len(secrets)} looked for")

    def _failed(self, stage: Stage, text: str) -> None:
        """Write an operation's errors down, with why pods wait, and clean up as far as it goes."""
        for line in text.splitlines():
            self.report.wrong(self._current, line)
        self._unplaced(observe.pending_pods(stage.plane.api))

    def _settle(self, stage: Stage, there: Callable[[Scaled], bool]) -> Placement:
        """Wait for every server to be `there` with all its pods, and write down those that found no place."""
        api = stage.plane.api

        def arrived() -> bool:
            targets = scaled(api)
            if not all(there(target) for target in targets):
                return False
            counts = Counter(pod.labels.get("app.kubernetes.io/instance") for pod in observe.pods(api))
            return all(counts[target.name] >= target.pods for target in targets)

        placement = settle(api, arrived, self.options.patience_seconds)
        self._unplaced(placement.pending)
        for pod in placement.unready:
            self.report.wrong(self._current, f"{pod} has a node and does not become ready.")
        return placement

    def _unplaced(self, pending: tuple[observe.PendingPod, ...]) -> None:
        for line in explain(pending, self.config.settings):
            self.report.wrong(self._current, line)

    def _hold_to_plan(
        self, when: str, placement: Placement, cost: list[CostLine], replicas: Callable[[ServerPlan], int]
    ) -> None:
        """Write down where Karpenter did otherwise than the plan says. What is not settled says nothing yet."""
        if placement.settled:
            for line in differences(when, placement, cost, self.plan, self.config.settings, replicas):
                self.report.wrong(self._current, line)

    def _cost(self, placement: Placement) -> list[CostLine]:
        types = [node.instance_type for node in placement.busy_nodes]
        return node_lines(types) + fixed_lines(self.config.settings)


def baseline_of(plane: ControlPlane) -> frozenset[ObjectRef]:
    """What the API server holds before a run."""
    return snapshot_objects(plane.api, custom=False)


def _unknown(stage: Stage) -> list[str]:
    """The places that KEDA asked for in vain and that the program has not made."""
    hidden = {one.namespace for one in stage.releases.rendered.values() if not one.rendered}
    return nowhere(stage.proxy.refused, observe.services(stage.plane.api), hidden)


def _changes(outcome: Outcome) -> str:
    counts = sorted(outcome.changes.items())
    return ", ".join(f"{count} {operation}" for operation, count in counts) or "nothing to do"


def _placed(placement: Placement) -> str:
    empty = len(placement.nodes) - len(placement.busy_nodes)
    nodes = f"{len(placement.nodes)} nodes" + (f" ({empty} empty, about to go)" if empty else "")
    return f"{len(placement.placed)} pods on GPUs, {nodes}, {len(placement.pending)} waiting"


def _charts(stage: Stage) -> list[Chart]:
    return [
        Chart(release=name, chart=one.chart, version=one.version, rendered=one.rendered, reason=one.reason)
        for name, one in sorted(stage.releases.rendered.items())
    ]
