"""Draws a scenario: arrivals, queue, replicas, nodes and dollars over the cluster's time, as PNG and SVG."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rehearsal.report.scenario import ScenarioReport, Second

_SIZE = (10.0, 9.0)
_DPI = 110
# Past so many minutes hours are easier to read.
_LONG = 180.0
_MARK_LINES = 4
_INK, _GRID = "#1f2933", "#d9dee3"
_BLUE, _ORANGE, _GREY, _RED = "#1f6fb4", "#e07b00", "#8a949e", "#b3261e"

Value = Callable[[Second], float]


def draw(report: ScenarioReport, stack: str, folder: Path) -> tuple[Path, Path]:
    """Write `<stack>-<scenario>.png` and `.svg` into a folder, and return both paths."""
    # A second to import, and only scenarios draw. Figure by itself needs no screen and no global state.
    from matplotlib.figure import Figure  # noqa: PLC0415

    long = report.seconds[-1].minute > _LONG
    unit, factor = ("hours", 1 / 60) if long else ("minutes", 1.0)
    at = [second.minute * factor for second in report.seconds]
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes: Sequence[Any] = figure.subplots(5, 1, sharex=True, height_ratios=(3, 2, 3, 2, 2))
    _panels(axes, report.seconds, at)
    for panel in axes:
        _dress(panel, report, factor)
    _name_marks(axes[0], report, factor)
    axes[-1].set_xlabel(
        f"{unit} of the cluster's time ({report.compression:g} times faster here)", color=_INK
    )
    axes[-1].set_xlim(at[0], at[-1])
    figure.suptitle(
        f"{report.name} on {stack}, {report.server}: {report.summary}", fontsize=11, color=_INK, wrap=True
    )
    figure.align_ylabels(axes)
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / f"{stack}-{report.name}.png", folder / f"{stack}-{report.name}.svg")
    for path in paths:
        figure.savefig(path, dpi=_DPI, metadata={"Date": None} if path.suffix == ".svg" else None)
    return paths


def _panels(axes: Sequence[Any], seconds: Sequence[Second], at: Sequence[float]) -> None:
    def line(
        panel: Any, value: Value, color: str, label: str, *, steps: bool = True, style: str = "-"
    ) -> None:
        drawn = "steps-post" if steps else "default"
        panel.plot(
            at, [value(one) for one in seconds], style, color=color, label=label, drawstyle=drawn, lw=1.6
        )

    line(axes[0], lambda one: one.arrivals_per_second, _BLUE, "arrivals", steps=False)
    axes[0].set_ylabel("requests/s")
    line(axes[1], lambda one: one.waiting, _RED, "waiting", steps=False)
    axes[1].set_ylabel("queue")
    line(axes[2], lambda one: one.needed, _GREY, "kept busy by the load", style="--")
    line(axes[2], lambda one: one.wanted, _ORANGE, "wanted")
    line(axes[2], lambda one: one.ready, _BLUE, "Ready")
    axes[2].set_ylabel("replicas")
    axes[2].legend(loc="upper right", fontsize=8, ncols=3, frameon=False)
    line(axes[3], lambda one: one.nodes, _BLUE, "nodes")
    axes[3].set_ylabel("GPU nodes")
    line(axes[4], lambda one: one.usd_per_hour, _BLUE, "dollars")
    axes[4].set_ylabel("$/h")
    for panel in (axes[2], axes[3]):
        panel.yaxis.get_major_locator().set_params(integer=True)


def _dress(panel: Any, report: ScenarioReport, factor: float) -> None:
    """Grid, room above, and a line for each thing that happened."""
    panel.grid(axis="y", color=_GRID, lw=0.8)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(colors=_INK, labelsize=8)
    _, top = panel.get_ylim()
    panel.set_ylim(0, top * 1.15 if top > 0 else 1)
    for mark in report.marks:
        panel.axvline(mark.minute * factor, color=_INK, lw=0.9, ls=":")


def _name_marks(panel: Any, report: ScenarioReport, factor: float) -> None:
    _, top = panel.get_ylim()
    for index, mark in enumerate(report.marks):
        # Marks that follow closely would lie on one another.
        height = top * (1 - 0.12 * (index % _MARK_LINES))
        panel.text(mark.minute * factor, height, f" {mark.text}", fontsize=8, color=_INK, va="top")
