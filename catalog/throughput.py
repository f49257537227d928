"""Measured tokens a second of a model on a GPU. Only rows that somebody published, each with its source.

Without a row there is no figure: throughput follows from the requests' shape more than from the hardware.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """Tokens a second of one replica, prompt and answer together, under the named load at saturation.

    `gpu` is Karpenter's name, `gpus` those of the replica.
    """

    model: str
    gpu: str
    gpus: int
    tokens_per_second: float
    load: str
    source: str


_TWO_L4 = (
    "nicolas-richard.github.io, How much can two Nvidia L4s serve, 2026: vLLM 0.19.1, 2 x g6.2xlarge, bf16"
)

MEASURED = (
    Throughput(
        model="Qwen/Qwen2.5-7B-Instruct",
        gpu="l4",
        gpus=1,
        # 1.96 dollars an hour for both, over 0.127 dollars a million tokens.
        tokens_per_second=1.96 / 3600 / 0.127e-6 / 2,
        load="independent prompts",
        source=_TWO_L4,
    ),
    Throughput(
        model="Qwen/Qwen2.5-7B-Instruct",
        gpu="l4",
        gpus=1,
        tokens_per_second=1.96 / 3600 / 0.069e-6 / 2,
        load="prompts that share a long prefix",
        source=_TWO_L4,
    ),
)


def measured(model: str, gpu: str, gpus: int) -> tuple[Throughput, ...]:
    """Return the rows for a model on so many GPUs, the slowest first."""
    rows = (row for row in MEASURED if (row.model, row.gpu, row.gpus) == (model, gpu, gpus))
    return tuple(sorted(rows, key=lambda row: row.tokens_per_second))
