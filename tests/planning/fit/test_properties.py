"""More memory is never worse and longer texts are never better, whatever the model."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.gpus import GPUS
from catalog.models import MODELS
from planning.fit import Fit, FitRequest, Verdict, fit

WORSE = [Verdict.FITS, Verdict.MARGINAL, Verdict.DOES_NOT_FIT]
VERSIONS = ("0.10.0", "0.13.0", "0.19.0", "0.28.0", "0.33.0")


@st.composite
def requests(draw: st.DrawFn) -> FitRequest:
    """Requests whose batch is given: the server's own defaults grow with the card."""
    model = draw(st.sampled_from(sorted(MODELS.values(), key=lambda one: one.name)))
    count = draw(st.sampled_from([1, 2, 4, 8]))
    assume(model.divides(count))
    return FitRequest(
        model=model,
        gpu=draw(st.sampled_from(sorted(GPUS.values(), key=lambda one: one.name))),
        tensor_parallel=count,
        max_model_len=draw(st.integers(1, model.max_context)),
        max_num_seqs=draw(st.sampled_from([1, 8, 64, 256, 1024])),
        max_num_batched_tokens=draw(st.sampled_from([512, 2048, 8192])),
        gpu_memory_utilization=draw(st.floats(0.5, 0.98)),
        kv_cache_dtype=draw(st.sampled_from(["auto", "fp8"])),
        vllm_version=draw(st.sampled_from(VERSIONS)),
        enforce_eager=draw(st.booleans()),
    )


def badness(result: Fit) -> int:
    return WORSE.index(result.verdict)


@given(requests(), st.floats(1, 100))
def test_more_memory_is_never_worse(asked: FitRequest, more: float) -> None:
    larger = replace(asked.gpu, visible_gib=asked.gpu.visible_gib + more)
    small, large = fit(asked), fit(replace(asked, gpu=larger))

    assert badness(large) <= badness(small)
    assert large.kv_tokens >= small.kv_tokens
    assert large.max_model_len_that_fits >= small.max_model_len_that_fits


@given(requests(), st.data())
def test_longer_texts_are_never_better(asked: FitRequest, data: st.DataObject) -> None:
    longer = data.draw(st.integers(asked.max_model_len, asked.model.max_context))
    short, long = fit(asked), fit(replace(asked, max_model_len=longer))

    assert badness(long) >= badness(short)
    assert long.max_concurrency <= short.max_concurrency


@given(requests(), st.floats(0.05, 1))
def test_a_share_is_never_better_than_the_whole(asked: FitRequest, share: float) -> None:
    assert badness(fit(replace(asked, share=share))) >= badness(fit(asked))


@given(requests())
def test_a_cache_in_8_bit_is_never_worse(asked: FitRequest) -> None:
    wide, narrow = (fit(replace(asked, kv_cache_dtype=dtype)) for dtype in ("bfloat16", "fp8"))

    assert narrow.kv_tokens >= wide.kv_tokens * 0.99


@given(requests())
def test_more_sequences_at_once_are_never_better(asked: FitRequest) -> None:
    more = replace(asked, max_num_seqs=2 * (asked.max_num_seqs or 1))

    assert badness(fit(more)) >= badness(fit(asked))


@given(requests())
def test_a_length_that_fits_has_that_verdict(asked: FitRequest) -> None:
    longest = fit(asked).max_model_len_that_fits

    if longest:
        assert fit(replace(asked, max_model_len=longest)).verdict is Verdict.FITS
    assert (fit(asked).verdict is Verdict.FITS) == (asked.max_model_len <= longest)


@given(requests())
def test_the_answer_is_the_same_each_time_and_one_line(asked: FitRequest) -> None:
    assert fit(asked) == fit(asked)
    assert "\n" not in fit(asked).reason
