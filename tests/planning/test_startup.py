"""The startup budget: never shorter than what must be loaded takes, and never shrinking with size."""

from hypothesis import given
from hypothesis import strategies as st

from planning.startup import startup_seconds

sizes = st.floats(min_value=0.01, max_value=30_000)


def test_budgets_at_known_sizes() -> None:
    # 1.5 x (size / 0.125 + size / 1 + 180), never under 300 s.
    assert startup_seconds(1) == 300
    assert startup_seconds(16) == 486
    assert startup_seconds(136) == 2106


@given(sizes)
def test_the_budget_covers_the_download_at_one_gigabit_and_then_half(size: float) -> None:
    assert startup_seconds(size) >= 1.5 * size / 0.125


@given(sizes, sizes)
def test_larger_weights_never_get_less_time(one: float, other: float) -> None:
    small, large = sorted((one, other))

    assert startup_seconds(small) <= startup_seconds(large)
