"""Cron expressions as KEDA reads them: five fields, and days that the calendar has.

Source: robfig/cron v3's standard parser, which KEDA 2.21's cron scaler uses. So weekdays go from 0 to 6, a
range never wraps round, and where both days are limited, either will do.
"""

from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class CronError(ValueError):
    """An expression that KEDA would refuse, or that never fires. The message follows the expression."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day", low=1, high=31),
    _Field(name="month", low=1, high=12, words=_MONTHS),
    _Field(name="weekday", low=0, high=6, words=_WEEKDAYS),
)


@dataclass(frozen=True, kw_only=True)
class Cron:
    """The values each field allows. Two expressions that mean the same are equal."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]


_ANY_DAY = frozenset({"*", "?", "*/1", "?/1"})


def parse(text: str) -> Cron:
    """Read an expression; raise CronError for one that is wrong or whose days are in no month."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise CronError(f"has {len(parts)} fields instead of {len(_FIELDS)}")
    minutes, hours, days, months, weekdays = (
        _values(part, field) for part, field in zip(parts, _FIELDS, strict=True)
    )
    # Where weekdays are named as well, one of them will come.
    unnamed = bool(_ANY_DAY & set(parts[4].split(",")))
    if unnamed and not any(min(days) <= _LONGEST.get(month, 31) for month in months):
        raise CronError("never fires: no month that it names has the day")
    return Cron(minutes=minutes, hours=hours, days=days, months=months, weekdays=weekdays)


def _values(part: str, field: _Field) -> frozenset[int]:
    values: set[int] = set()
    for piece in part.split(","):
        values |= _span(piece, field)
    return frozenset(values)


def _span(piece: str, field: _Field) -> set[int]:
    """The values of `*`, `5`, `1-5`, `*/10` or `5/10`."""
    span, slash, step_text = piece.partition("/")
    first, dash, last = span.partition("-")
    if first in ("*", "?") and not dash:
        low, high = field.low, field.high
    else:
        low = _number(first, field)
        high = _number(last, field) if dash else low
        if slash and not dash:
            high = field.high
    step = _step(step_text, field) if slash else 1
    if low > high:
        raise CronError(f"has a {field.name} range that ends before it begins: {span}")
    return set(range(low, high + 1, step))


def _step(text: str, field: _Field) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 4 and int(text) > 0):  # noqa: PLR2004
        raise CronError(f"has no valid {field.name} step: {text or 'nothing'}")
    return int(text)


def _number(text: str, field: _Field) -> int:
    if text.lower() in field.words:
        return field.low + field.words.index(text.lower())
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004
        raise CronError(f"has no valid {field.name}: {text or 'nothing'}")
    if not field.low <= int(text) <= field.high:
        raise CronError(f"has {field.name} {text}, which is not from {field.low} to {field.high}")
    return int(text)
