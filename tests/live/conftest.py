import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.control_plane import run_folder
from rehearsal.narrator import Silent
from rehearsal.options import Options, ProviderChoice
from rehearsal.program import user_program
from rehearsal.report import Report
from rehearsal.run import run
from rehearsal.toolchain.model import silent
from tests.live.faults import Program

# Its pytest plugin would import it at the end, while threads of Pulumi still parse: Python 3.11 cannot do both.
importlib.import_module("hypothesis")

ROOT = Path(__file__).parents[2]

Rehearse = Callable[[Callable[[Program], Program]], Report]


def kubeconfig_of(stack: str) -> str:
    return (run_folder(ROOT, stack) / "kubeconfig").read_text(encoding="utf-8")


@pytest.fixture
def rehearse() -> Rehearse:
    """Rehearse dev with a fault planted by wrapping its program."""

    def play(plant: Callable[[Program], Program]) -> Report:
        options = Options(
            stack="dev",
            project=ROOT,
            root=ROOT,
            providers=ProviderChoice.BUILTIN,
            # Long enough for a busy machine, where a wait of seconds may take many.
            patience_seconds=45,
            program=plant(user_program(ROOT)),
        )
        return run(options, Silent(), silent)

    return play
