"""How a new version of a server replaces the old one, and how soon it must serve."""

import re
from typing import Annotated

from pydantic import Field

from settings.base import Section
from settings.fields import NonNegativeInt
from settings.patterns import DURATION

Duration = Annotated[str, Field(pattern=DURATION, min_length=2, max_length=12)]

_SECONDS = {"h": 3600, "m": 60, "s": 1}


class RolloutSettings(Section):
    """A rolling update by hand. The plan proves that it can finish, or refuses it."""

    max_surge: NonNegativeInt
    """Replicas that may run beside the wanted ones during an update. They need GPUs."""

    max_unavailable: NonNegativeInt
    """Replicas that may be missing during an update. They free their GPUs first."""


def seconds(duration: str) -> int:
    """Return the seconds of a duration like 8m or 1h30m."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))
