"""Why the pods of a workload do not run, in one line."""

from typing import cast

from rehearsal.providers.kubernetes.client import ApiError, Tree
from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.objects import metadata
from rehearsal.providers.kubernetes.readiness import condition

_MOST_REASONS = 3


def pod_reasons(cluster: Cluster, live: Tree) -> str:
    """Return the different reasons of the workload's pods that are not ready, with how many share one."""
    selector = (live.get("spec") or {}).get("selector") or {}
    labels = cast(dict[str, str], selector.get("matchLabels") or {})
    if not labels:
        return ""
    try:
        pods = cluster.client.get(
            f"/api/v1/namespaces/{metadata(live)['namespace']}/pods",
            labelSelector=",".join(f"{key}={value}" for key, value in labels.items()),
        )
    except ApiError as error:
        return f"Its pods cannot be listed: {error.message}"
    counts: dict[str, int] = {}
    for pod in cast(list[Tree], pods.get("items") or []):
        if reason := _reason(pod):
            counts[reason] = counts.get(reason, 0) + 1
    return "; ".join(f"{count} x {reason}" for reason, count in list(counts.items())[:_MOST_REASONS])


def _reason(pod: Tree) -> str:
    if condition(pod, "Ready").get("status") == "True":
        return ""
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return f"{scheduled.get('reason', 'Unschedulable')}: {scheduled.get('message', '')}"
    for container in cast(list[Tree], (pod.get("status") or {}).get("containerStatuses") or []):
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            return f"{waiting.get('reason', 'Waiting')}: {waiting.get('message', '')}".strip(": ")
    return f"pod {(pod.get('status') or {}).get('phase', 'Pending')}"
