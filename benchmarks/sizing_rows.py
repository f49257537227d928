"""The published measurements, each with the request that the memory model is asked."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.gpus import GPUS
from catalog.models import MODELS
from planning.fit import FitRequest, default_utilization

_DATA = Path(__file__).parent / "data"
_GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement: GiB on each GPU as the server printed them, None where it did not.

    `refused` tells that the server did not start. `request` is None where the model's cache is not modelled,
    `judged` tells whether the row says enough to expect a verdict: the card and the length that was asked.
    `budgeted` tells whether it says enough to expect the GiB of cache: the utilisation too.
    """

    number: int
    name: str
    source: str
    comment: str
    refused: bool
    weights_gib: float | None
    kv_gib: float | None
    kv_tokens: int | None
    published_weights: bool
    judged: bool
    budgeted: bool
    request: FitRequest | None


def rows() -> list[Row]:
    """Return all measurements in the order of the file."""
    with (
        (_DATA / "sizing_measurements.csv").open(newline="", encoding="utf-8") as measured,
        (_DATA / "sizing_rows.csv").open(newline="", encoding="utf-8") as read,
    ):
        return list(_rows(list(csv.DictReader(measured)), list(csv.DictReader(read))))


def _rows(measured: list[dict[str, str]], read: list[dict[str, str]]) -> Iterator[Row]:
    for number, (row, how) in enumerate(zip(measured, read, strict=True), 1):
        named = bool(row["vram_gib"] or how["gpu"])
        yield Row(
            number=number,
            name=row["model"],
            source=row["source"],
            comment=how["comment"],
            refused=row["notes"].startswith("FAIL"),
            weights_gib=_number(row["model_load_gib"]),
            kv_gib=_number(row["kv_cache_gib"]),
            kv_tokens=int(row["kv_tokens"]) if row["kv_tokens"] else None,
            published_weights=not how["weights_gib"],
            judged=bool(how["gpu"] and row["max_model_len"]),
            budgeted=bool(named and how["gpu"] and row["gpu_mem_util"] and row["kv_cache_gib"]),
            request=_request(row, how) if how["model"] else None,
        )


def _request(row: dict[str, str], how: dict[str, str]) -> FitRequest:
    """What the server was asked; a stand-in card where the row names none."""
    model = MODELS[how["model"]]
    if how["weights_gib"]:
        model = replace(model, weight_bytes=round(float(how["weights_gib"]) * _GIB))
    gpu = GPUS[how["gpu"] or "h100"]
    if row["vram_gib"]:
        gpu = replace(gpu, visible_gib=float(row["vram_gib"]))
    version = how["vllm"]
    return FitRequest(
        model=model,
        gpu=gpu,
        tensor_parallel=int(row["tp"] or 1),
        pipeline_parallel=int(row["pp"] or 1),
        max_model_len=int(row["max_model_len"] or model.max_context),
        max_num_seqs=int(how["max_num_seqs"]) if how["max_num_seqs"] else None,
        max_num_batched_tokens=int(how["max_num_batched_tokens"]) if how["max_num_batched_tokens"] else None,
        gpu_memory_utilization=_number(row["gpu_mem_util"]) or default_utilization(version),
        kv_cache_dtype=how["kv_cache_dtype"] or "auto",
        vllm_version=version,
        enforce_eager=bool(how["eager"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
