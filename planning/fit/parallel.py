"""Which tensor parallel sizes a model can be served with."""

from catalog.models import Model

_MOST = 64


def valid_tensor_parallel(model: Model, count: int) -> bool:
    """Whether `count` GPUs can share the heads: evenly, each KV head on one GPU or on equally many."""
    return model.divides(count)


def tensor_parallel_sizes(model: Model) -> tuple[int, ...]:
    """Return all sizes the model can be served with, up to 64 GPUs."""
    return tuple(count for count in range(1, _MOST + 1) if model.divides(count))
