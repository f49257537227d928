"""`python -m rehearsal STACK`: the rehearsal from the command line."""

import sys, faulthandler, signal
from pathlib import Path

from rich.console import Console

from rehearsal.options import Options
from rehearsal.report.live import LiveNarrator
from rehearsal.run import run
from rehearsal.toolchain.display import Display

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)
    root = Path.cwd()
    c = Console()
    with Display(c) as display:
        report = run(Options(stack=sys.argv[1], project=root, root=root), LiveNarrator(c), display.show)
    for finding in report.findings:
        print(finding.phase, finding.text)
    print(report.charts)
    for p in report.floor: print(p)
