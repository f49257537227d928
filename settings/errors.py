"""What is wrong with a stack file, as one line a problem."""

import difflib
from collections.abc import Iterable

# Comparing words takes the product of their lengths; no key or name of ours is longer.
_LONGEST_WORD = 80


class SettingsError(Exception):
    """A stack file that cannot work. `problems` has one line for each: setting, value, limit, fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(_one_line(problem) for problem in problems)
        super().__init__("\n".join(self.problems))


def one_of(value: str, known: Iterable[str]) -> str:
    """Say which words are known, and which of them is nearest to `value`."""
    words = list(known)
    near = nearest(value, words)
    listed = f"Known: {', '.join(words) or 'none'}."
    return f"Did you mean {near}? {listed}" if near else listed


def nearest(value: str, known: Iterable[str], *, likeness: float = 0.5) -> str | None:
    """Return the known word most like `value`, or None where none is; capitals make no difference."""
    words = {word.lower(): word for word in known}
    near = difflib.get_close_matches(value[:_LONGEST_WORD].lower(), words, n=1, cutoff=likeness)
    return words[near[0]] if near else None


def _one_line(text: str) -> str:
    """Write line breaks, terminal codes and half characters as escapes: values come from a file."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
