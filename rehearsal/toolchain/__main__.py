"""`python -m rehearsal.toolchain --kubernetes 1.36`: bring the programs of a rehearsal in place."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from catalog.crds import CRD_SOURCES
from catalog.toolchain import KUBERNETES_PATCHES, KUBERNETES_TOOLS, PULUMI, TOOLS
from rehearsal.toolchain.display import Display
from rehearsal.toolchain.ensure import ensure
from rehearsal.toolchain.model import Toolchain, ToolchainError, UnknownKubernetesError


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when everything is in place, 2 for an unknown version, 1 for a failed build."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.toolchain", description=__doc__)
    newest = max(KUBERNETES_PATCHES, key=lambda minor: int(minor.split(".")[1]))
    parser.add_argument("--kubernetes", default=newest, metavar="MINOR", help=f"as in {newest}, the default")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the folder that gets .tools")
    parser.add_argument("--scenarios", action="store_true", help="with what only scenarios need")
    chosen = parser.parse_args(arguments)
    # Ended from outside, it still takes its compilers along.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup the terminal's end is to be ignored.
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, _leave)
    console = Console()
    try:
        with Display(console) as display:
            toolchain = ensure(
                chosen.kubernetes, root=chosen.root, progress=display.show, scenarios=chosen.scenarios
            )
    except UnknownKubernetesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except ToolchainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    console.print(_table(chosen.kubernetes, chosen.root.resolve(), toolchain))
    return 0


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _table(minor: str, root: Path, toolchain: Toolchain) -> Table:
    table = Table("program", "version", "folder", title=f"Toolchain of Kubernetes {toolchain.kubernetes}")
    for tool in (PULUMI, *KUBERNETES_TOOLS[minor], *TOOLS):
        program: Path = getattr(toolchain, tool.name.replace("-", "_"))
        built = program.is_relative_to(root)
        folder = program.parent.relative_to(root) if built else program.parent
        table.add_row(tool.name, tool.version if built else "from PATH", str(folder))
    for source in CRD_SOURCES:
        name = f"{source.name}-{source.version.removeprefix('v')}"
        count = sum(file.parent.name == name for file in toolchain.crds)
        table.add_row(f"{source.name} CRDs", source.version, f"{count} files")
    return table


if __name__ == "__main__":
    sys.exit(main())
