"""Says why a pod waits, and which setting to change."""

import re
from collections.abc import Iterable

from rehearsal.control_plane.observe import PendingPod
from settings.references import Served, pools_for, served
from settings.stack import Settings

_LIMIT = re.compile(r"exceed(s|ed)? (nodepool )?limits?|limits exceeded", re.IGNORECASE)
_INSTANCE_LABEL = "app.kubernetes.io/instance"


def explain(waiting: PendingPod, settings: Settings) -> str:
    """One line for a pod that has no node: what it wants, why not, and the setting to change."""
    pod = waiting.pod
    name = f"{pod.namespace}/{pod.name}"
    said = " ".join([*waiting.karpenter, waiting.scheduler]) or "nobody has said why yet"
    item = _server(pod.labels.get(_INSTANCE_LABEL, ""), served(settings))
    return f"{name}: {_reason(said)} {_fix(waiting, said, item, settings)}"


def _server(name: str, items: Iterable[Served]) -> Served | None:
    return next((item for item in items if item.settings.name == name), None)


def _reason(said: str) -> str:
    """The scheduler's and Karpenter's words, on one line and not too long."""
    text = " ".join(said.split())
    return (text if len(text) <= 300 else text[:297] + "...").rstrip(".") + "."  # noqa: PLR2004  three lines


def _fix(waiting: PendingPod, said: str, item: Served | None, settings: Settings) -> str:
    """The setting that would let the pod run."""
    if item is None:
        nodes = settings.cluster.system_nodes
        wanted = ", ".join(f"{value:f} {key}" for key, value in sorted(waiting.pod.requests.items()))
        fix = f"raise cluster.systemNodes.count ({nodes.count}) or .instanceType ({nodes.instance_type})"
        return f"It wants {wanted}: {fix}."
    pool = pools_for(item.settings, settings.gpu_pools)[0]
    path = f"gpuPools[{settings.gpu_pools.index(pool)}]"
    if _LIMIT.search(said):
        return f"Raise {path}.maxGpus ({pool.max_gpus}), or lower {item.path}.replicas.max."
    gpu, types = item.settings.gpu, ", ".join(pool.instance_types)
    fix = f"or add a larger instance type to {path}.instanceTypes ({types})"
    return f"Change {item.path}.gpu ({gpu.count} x {gpu.type}), {fix}."
