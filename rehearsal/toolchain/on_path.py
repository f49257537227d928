"""The user's own Pulumi."""

import shutil
from pathlib import Path

from catalog.toolchain import PULUMI_MINIMUM
from rehearsal.toolchain.commands import version_text, version_tuple
from rehearsal.toolchain.ledger import Ledger


def usable_pulumi(ledger: Ledger) -> Path | None:
    """Return the Pulumi on PATH, or None where there is none or it is too old.

    Asking takes Pulumi longer than all the rest of a second call, so its answer is remembered.
    """
    found = shutil.which("pulumi")
    if not found:
        return None
    program = Path(found).resolve()
    version = ledger.remembered(program)
    if version is None:
        version = version_text(program, ("version",)).strip()
        ledger.record(program, version)
    return program if version_tuple(version) >= PULUMI_MINIMUM else None
