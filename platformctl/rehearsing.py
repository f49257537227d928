"""`platformctl rehearse` and `rehearse-stop`."""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from platformctl.problems import FAILED, bad_input, failed
from rehearsal.options import Options
from settings import SettingsError, stack_names
from settings.errors import one_of

if TYPE_CHECKING:
    from rehearsal.report.model import Report

_INTERRUPTED = 130
_LOG_WIDTH = 140


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where the report goes beside the terminal; `as_json` prints JSON and nothing else.

    A scenario's charts go into the folder `charts`.
    """

    as_json: bool = False
    json_file: Path | None = None
    markdown: Path | None = None
    charts: Path = Path(".tools/charts")


def rehearse(options: Options, outputs: Outputs) -> int:
    """Rehearse a stack and tell how it went; return 0 only if nothing is wrong."""
    # Pulumi and gRPC take a second to import; bad input should not wait for them.
    from rehearsal.control_plane import ControlPlaneError  # noqa: PLC0415
    from rehearsal.report.live import LiveNarrator  # noqa: PLC0415
    from rehearsal.run import read_config, run  # noqa: PLC0415
    from rehearsal.toolchain import ToolchainError  # noqa: PLC0415
    from rehearsal.toolchain.display import Display  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _leave)
    console = _console(stderr=outputs.as_json)
    try:
        read_config(options)
        with Display(console) as display:
            report = run(options, LiveNarrator(console), display.show)
    except SettingsError as error:
        return bad_input(error)
    except (ToolchainError, ControlPlaneError) as error:
        return failed(error)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; everything the rehearsal started is stopped\n")
        return _INTERRUPTED
    _tell(report, outputs, console)
    return 0 if report.passed else FAILED


def stop(root: Path, stack: str) -> int:
    """End what `--keep` left up; return 2 where no such stack exists, 0 otherwise."""
    from rehearsal.control_plane import ControlPlane  # noqa: PLC0415

    known = stack_names(root)
    if stack not in known:
        return bad_input(SettingsError([f"stack {stack!r} does not exist. {one_of(stack, known)}"]))
    plane = ControlPlane.find(root, stack)
    if plane is None:
        sys.stdout.write(f"no control plane of {stack} is up\n")
        return 0
    plane.stop()
    sys.stdout.write(f"stopped the control plane of {stack}\n")
    return 0


def _console(*, stderr: bool) -> Console:
    """A console; where there is no terminal to fit, tables may be wide."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_LOG_WIDTH)


def _leave(number: int, _: FrameType | None) -> None:
    """A polite end from outside is an interruption: everything is stopped on the way out."""
    del number
    raise KeyboardInterrupt


def _tell(report: "Report", outputs: Outputs, console: Console) -> None:
    from rehearsal.report.text import to_json, to_markdown, to_terminal  # noqa: PLC0415

    if outputs.json_file:
        outputs.json_file.write_text(to_json(report), encoding="utf-8")
    if outputs.markdown:
        outputs.markdown.write_text(to_markdown(report), encoding="utf-8")
    if outputs.as_json:
        sys.stdout.write(to_json(report) + "\n")
    else:
        to_terminal(report, console)
    if report.scenario:
        from rehearsal.report.scenario_chart import draw  # noqa: PLC0415

        drawn = ", ".join(str(path) for path in draw(report.scenario, report.stack, outputs.charts))
        console.print(f"charts: {drawn}", markup=False, highlight=False, soft_wrap=True)
