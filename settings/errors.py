"""What is wrong with a stack file, as one line a problem."""

import difflib
from collections.abc import Iterable


class SettingsError(Exception):
    """A stack file that cannot work. `problems` has one line for each: setting, value, limit, fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def one_of(value: str, known: Iterable[str]) -> str:
    """Say which words are known, and which of them is nearest to `value`."""
    words = list(known)
    near = difflib.get_close_matches(value, words, n=1, cutoff=0.5)
    listed = ", ".join(words)
    return f"Did you mean {near[0]}? Known: {listed}." if near else f"Known: {listed}."
