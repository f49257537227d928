"""Writes the golden files anew: `python -m tests.golden.update`. Review the difference before committing."""

import sys
from pathlib import Path

from tests.golden.graph import render
from tests.golden.stacks import ALL_STACKS, recorded

FOLDER = Path(__file__).parent


def golden_file(stack: str) -> Path:
    """Return where a stack's golden graph stands."""
    return FOLDER / f"{stack}.json"


def main() -> None:
    """Write every stack's graph and say which ones changed."""
    for stack in ALL_STACKS:
        path, text = golden_file(stack), render(recorded(stack))
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name}: {'changed' if changed else 'as it was'}\n")


if __name__ == "__main__":
    main()
