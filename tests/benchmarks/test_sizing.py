"""The memory model keeps its promises on published logs, and the figures of the others are what they say."""

import pytest

from benchmarks import sizing
from benchmarks.sizing_errors import Errors, errors_of, median
from benchmarks.sizing_estimates import Estimate, kaito, llmd, ours
from benchmarks.sizing_rows import rows
from planning.fit import FitRequest, Verdict, fit


def test_every_promise_is_kept_on_the_published_measurements() -> None:
    errors = errors_of(ours, rows())

    assert errors.failures() == []
    # Enough is compared: leaving rows out would keep any promise.
    assert len(errors.tokens) >= 11
    assert len(errors.kv_gib) >= 17
    assert errors.refused >= 9
    assert errors.ran >= 17
    assert len(errors.weights) >= 20


def test_weights_are_those_the_server_loads() -> None:
    errors = errors_of(ours, rows())

    assert median(errors.weights.values()) < 0.01


def test_the_others_are_further_off() -> None:
    mine, theirs = errors_of(ours, rows()), [errors_of(one, rows()) for one in (llmd, kaito)]

    for other in theirs:
        assert median(mine.kv_gib.values()) < median(other.kv_gib.values())
        assert other.failures()


def test_a_promise_that_is_broken_is_named() -> None:
    def generous(request: FitRequest) -> Estimate:
        result = fit(request)
        return Estimate(
            weights_gib=result.weights_gib,
            kv_gib=result.kv_available_gib + 5,
            token_bytes=result.kv_bytes_per_token / 2,
            verdict=Verdict.FITS,
        )

    lines = errors_of(generous, rows()).failures()

    assert any("bytes of a token are" in line for line in lines)
    assert any("median error of the cache" in line for line in lines)
    assert "measurement 7: the server refused and is said to fit" in lines


def test_servers_that_ran_and_are_said_not_to_fit_are_named_beyond_a_twentieth() -> None:
    one = Errors(weights={}, tokens={}, kv_gib={1: 0.1}, refused=0, ran=10, refused_fits=(), ran_not=(4,))

    assert one.failures() == ["1 of 10 that ran are said not to fit: (4,)"]


def test_rows_say_what_was_asked() -> None:
    by_number = {row.number: row for row in rows()}
    gemma = by_number[28].request

    assert gemma is not None
    assert (gemma.gpu.visible_gib, gemma.max_model_len, gemma.gpu_memory_utilization) == (191.98, 4096, 0.9)
    assert by_number[7].refused
    assert not by_number[4].refused
    assert by_number[13].request is None
    assert all(row.comment for row in rows() if row.request is None)


def test_the_bench_prints_all_three_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert sizing.main() == 0

    printed = capsys.readouterr().out
    assert "llm-d planner" in printed
    assert "KAITO" in printed
    assert "36 left out: DeepSeek V4" in printed
