"""The findings of a rehearsal, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.cost import CostLine
from rehearsal.placement import PlacedPod
from rehearsal.report.scenario import ScenarioReport


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One part of a rehearsal: its name, how long it took, and what it did in a few words."""

    name: str
    seconds: float
    summary: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong: in which phase it showed, and one line that says what to change."""

    phase: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Helm chart: rendered, or represented by placeholder pods, with the reason."""

    release: str
    chart: str
    version: str
    rendered: bool
    reason: str


@dataclass(kw_only=True)
class Report:
    """All that a rehearsal found, filled phase by phase. `findings` empty means it passed.

    `floor` are the pods on GPUs with the fewest replicas, `peak` with the most; costs are dollars an hour at
    on-demand list prices. `kinds` counts resources by type, `planned_usd_per_hour` is the plan's own floor.
    `scenario` is what was played, where one was asked for.
    """

    stack: str
    kubernetes: str
    providers: str
    phases: list[Phase] = field(default_factory=list[Phase])
    findings: list[Finding] = field(default_factory=list[Finding])
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    floor: tuple[PlacedPod, ...] = ()
    peak: tuple[PlacedPod, ...] = ()
    floor_cost: list[CostLine] = field(default_factory=list[CostLine])
    peak_cost: list[CostLine] = field(default_factory=list[CostLine])
    planned_usd_per_hour: float = 0.0
    charts: list[Chart] = field(default_factory=list[Chart])
    memory_mib: float = 0.0
    scenario: ScenarioReport | None = None
    interrupted: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong and every phase ran."""
        return not self.findings and not self.interrupted

    @property
    def seconds(self) -> float:
        """How long all phases took together."""
        return sum(phase.seconds for phase in self.phases)

    def wrong(self, phase: str, text: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(phase=phase, text=text))
