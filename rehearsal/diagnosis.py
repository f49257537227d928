"""Says why a pod waits, and which setting to change."""

import re
from collections.abc import Container, Iterable

from planning.plan import make_plan
from rehearsal.control_plane.observe import PendingPod
from rehearsal.scaling import Scaled
from settings.references import Served, served
from settings.stack import Settings

_LIMIT = re.compile(r"exceed(s|ed)? (nodepool )?limits?|limits exceeded", re.IGNORECASE)
# What the scheduler adds to every message: nothing here can be preempted or deallocated.
_SCHEDULER_ASIDE = re.compile(r"\s*(no new claims to deallocate|preemption:).*$", re.DOTALL)
_INSTANCE_LABEL = "app.kubernetes.io/instance"
# Placeholders are named after the server whose room they keep.
_HEADROOM = "-headroom"


def explain(pending: Iterable[PendingPod], settings: Settings) -> list[str]:
    """One line for pods that have no node: how many of what, why not, and the setting to change."""
    pods: dict[tuple[str, str], int] = {}
    for waiting in pending:
        line = _line(waiting, settings)
        pods[line] = pods.get(line, 0) + 1
    return [f"{count} x {owner}: {why}" for (owner, why), count in sorted(pods.items())]


def unscaled(targets: Iterable[Scaled], unknown: Iterable[str], settings: Settings) -> list[str]:
    """One line for each reason that KEDA does not scale what it should, and the setting to change.

    `unknown` are the places, as "service.namespace.svc:port", that it asked for and that are nowhere.
    """
    lines: list[str] = []
    for target in targets:
        item = _server(target.name, served(settings))
        fix = f"Check {item.path}.scaling." if item else "Check its triggers."
        said = [_reason(text) for text in target.wrong]
        if not said and not target.at_floor:
            said = [f"KEDA keeps {target.replicas} replicas instead of {target.fewest}."]
        lines += [f"ScaledObject {target}: {text} {fix}" for text in said]
    nobody = "which is no Service of this cluster. Check the address in the trigger."
    return lines + [f"KEDA asks {place} for a metric, {nobody}" for place in unknown]


def nowhere(places: Iterable[str], services: Container[tuple[str, str]], hidden: Container[str]) -> list[str]:
    """Return the places, as "service.namespace.svc:port", that are no Service of the cluster.

    `services` are namespace and name. In a `hidden` namespace a chart could not be rendered, so that nobody
    knows its Services. What is outside of the cluster cannot be known either.
    """
    found: list[str] = []
    for place in places:
        host, inside, _ = place.partition(".svc:")
        name, _, namespace = host.partition(".")
        if inside and namespace not in hidden and (namespace, name) not in services:
            found.append(place)
    return found


def _line(waiting: PendingPod, settings: Settings) -> tuple[str, str]:
    """What the pod belongs to, and why it waits: alike for pods that wait for the same reason."""
    pod = waiting.pod
    # Karpenter knows why no node comes; the scheduler only that none is there.
    said = (
        " ".join(waiting.karpenter)
        or _SCHEDULER_ASIDE.sub("", waiting.scheduler)
        or "nobody has said why yet"
    )
    item = _server(pod.labels.get(_INSTANCE_LABEL, "").removesuffix(_HEADROOM), served(settings))
    name = pod.labels[_INSTANCE_LABEL] if item else pod.owner or pod.name
    return f"{pod.namespace}/{name}", f"{_reason(said)} {_fix(waiting, said, item, settings)}"


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
    plan = make_plan(settings)
    server = plan.servers[item.settings.name]
    pool = next(one for one in plan.pools if one.name == server.pool)
    types = ", ".join(pool.instance_types)
    if pool not in settings.gpu_pools:
        if _LIMIT.search(said):
            return f"Pool {pool.name} has {pool.max_gpus} GPUs for it: lower {item.path}.replicas.max."
        return f"The plan chose {types} for it: change {item.path}.gpu, or placement."
    path = f"gpuPools[{settings.gpu_pools.index(pool)}]"
    if _LIMIT.search(said):
        return f"Raise {path}.maxGpus ({pool.max_gpus}), or lower {item.path}.replicas.max (or .buffer)."
    fix = f"or add a larger instance type to {path}.instanceTypes ({types})"
    return f"Change {item.path}.gpu ({server.gpus} x {server.need.type}), {fix}."
