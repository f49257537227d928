"""The smallest set of GPUs that would do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.gpus import GPUS, Gpu
from planning.fit.estimate import fit
from planning.fit.parallel import valid_tensor_parallel
from planning.fit.request import FitRequest, Verdict

_COUNTS = (1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class GpuSet:
    """So many GPUs of one kind, with tensor parallel over all of them."""

    gpu: Gpu
    count: int

    def __str__(self) -> str:
        return f"{self.count} x {self.gpu.name}"


def smallest_set(request: FitRequest, gpus: Iterable[Gpu] = ()) -> GpuSet | None:
    """Return the set with the least memory in all that fits the request, fewest GPUs first among equals.

    `gpus` are the kinds to choose from, all of the same vendor by default; None where not even eight of the
    largest do.
    """
    kinds = tuple(gpus) or tuple(gpu for gpu in GPUS.values() if gpu.vendor == request.gpu.vendor)
    sets = [GpuSet(gpu=gpu, count=count) for gpu in kinds for count in _COUNTS]
    sets.sort(key=lambda one: (one.gpu.visible_gib * one.count, one.count, one.gpu.name))
    whole = replace(request, mig=None, share=1.0, pipeline_parallel=1)
    for one in sets:
        if valid_tensor_parallel(request.model, one.count):
            asked = replace(whole, gpu=one.gpu, tensor_parallel=one.count)
            if fit(asked).verdict is Verdict.FITS:
                return one
    return None
