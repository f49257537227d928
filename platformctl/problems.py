"""How the commands tell that something is wrong."""

import sys

from settings import SettingsError

BAD_INPUT = 2
"""Exit code for input that cannot work; nothing was started."""
FAILED = 1
"""Exit code for something that was tried and went wrong."""


def bad_input(error: SettingsError, prefix: str = "") -> int:
    """Print one line a problem to standard error, and return the exit code."""
    for problem in error.problems:
        sys.stderr.write(f"{prefix}{problem}\n")
    return BAD_INPUT


def failed(error: Exception) -> int:
    """Print an error in its own words to standard error, and return the exit code."""
    sys.stderr.write(f"{error}\n")
    return FAILED
