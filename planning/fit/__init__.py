"""Whether a model fits a GPU: memory as vLLM accounts for it, computed before anything is created."""

from planning.fit.engine import Engine, VersionError, default_utilization, parse_version
from planning.fit.estimate import FitError, fit
from planning.fit.parallel import tensor_parallel_sizes, valid_tensor_parallel
from planning.fit.request import Fit, FitRequest, Verdict
from planning.fit.smallest import GpuSet, smallest_set

__all__ = [
    "Engine",
    "Fit",
    "FitError",
    "FitRequest",
    "GpuSet",
    "Verdict",
    "VersionError",
    "default_utilization",
    "fit",
    "parse_version",
    "smallest_set",
    "tensor_parallel_sizes",
    "valid_tensor_parallel",
]
