"""Cron expressions mean here what they mean to KEDA."""

from datetime import UTC, datetime

import pytest
from croniter import CroniterBadDateError, croniter
from hypothesis import given
from hypothesis import strategies as st

from settings.cron import CronError, parse

START = datetime(2026, 11, 24, tzinfo=UTC)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    # Of one value: croniter reads 0-0 as the whole week.
    span = st.sets(number, min_size=2, max_size=2).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.tuples(span | st.just("*"), st.integers(1, 12)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.lists(st.just("*") | number.map(str) | span | stepped, min_size=1, max_size=3).map(",".join)


expressions = st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map(" ".join)


@given(expressions)
def test_each_field_allows_what_croniter_says(text: str) -> None:
    try:
        ours = parse(text)
    except CronError:
        return
    fields = croniter.expand(text)[0]
    whole = (range(60), range(24), range(1, 32), range(1, 13), range(7))
    wanted = [set(span) if "*" in values else set(values) for values, span in zip(fields, whole, strict=True)]

    assert [ours.minutes, ours.hours, ours.days, ours.months, ours.weekdays] == wanted


@given(
    st.lists(st.integers(28, 31), min_size=1, max_size=2),
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
)
def test_what_never_fires_is_what_croniter_finds_no_date_for(days: list[int], months: list[int]) -> None:
    text = f"0 0 {','.join(map(str, days))} {','.join(map(str, months))} *"
    try:
        found = croniter(text, START).get_next(datetime)
    except CroniterBadDateError:
        with pytest.raises(CronError, match="never fires"):
            parse(text)
    else:
        assert found > START
        assert parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 30-31 feb *",
    ],
)
def test_days_that_no_month_has_never_fire(text: str) -> None:
    with pytest.raises(CronError, match="never fires"):
        parse(text)


@pytest.mark.parametrize("text", ["0 0 29 2 *", "0 0 30 2 1", "0 0 30 2 0-6", "0 0 30 2,3 *", "0 0 31 * ?"])
def test_leap_days_and_named_weekdays_fire(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 8 * * 1-5", "0 8 * * mon-fri"),
        ("0 8 * * 1-5", "00 08 * * 1,2,3,4,5"),
        ("0 8 * 1 *", "0  8 */1 JAN ?"),
        ("*/30 * * * *", "0/30 * * * *"),
    ],
)
def test_two_ways_to_write_a_time_are_one(one: str, other: str) -> None:
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 8 * *", "has 4 fields instead of 5"),
        ("0 0 8 * * *", "has 6 fields instead of 5"),
        ("60 8 * * *", "has minute 60, which is not from 0 to 59"),
        ("0 24 * * *", "has hour 24, which is not from 0 to 23"),
        ("0 8 0 * *", "has day 0, which is not from 1 to 31"),
        ("0 8 * 13 *", "has month 13, which is not from 1 to 12"),
        ("0 8 * * 7", "has weekday 7, which is not from 0 to 6"),
        ("0 8 * * fri-mon", "has a weekday range that ends before it begins: fri-mon"),
        ("*/0 8 * * *", "has no valid minute step: 0"),
        ("0 8/ * * *", "has no valid hour step: nothing"),
        ("0 8 L * *", "has no valid day: L"),
        ("0, 8 * * *", "has no valid minute: nothing"),
        ("0 *-5 * * *", r"has no valid hour: \*"),
    ],
)
def test_what_keda_refuses_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CronError, match=f"^{reason}$"):
        parse(text)
