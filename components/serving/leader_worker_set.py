"""The LeaderWorkerSet of a server whose replicas span nodes, as plain data.

Source: LeaderWorkerSet v0.9 (`leaderworkerset.x-k8s.io/v1`), the newest whose CRDs the Go module proxy serves.
"""

from typing import Any

from components.serving import pod
from components.serving.workload import Group, Workload


def spec(workload: Workload, group: Group) -> dict[str, Any]:
    """Return its spec, without `replicas`, which are KEDA's.

    A group without one of its pods computes nothing, so all of it starts anew when one does.
    """
    return {
        "leaderWorkerTemplate": {
            "size": group.size,
            "restartPolicy": "RecreateGroupOnPodRestart",
            "leaderTemplate": pod.template(workload),
            "workerTemplate": pod.template(workload, group.worker_command),
        },
        "rolloutStrategy": {
            "type": "RollingUpdate",
            "rollingUpdateConfiguration": {
                "maxSurge": workload.args.max_surge,
                "maxUnavailable": workload.args.max_unavailable,
            },
        },
        # Leader and workers load side by side: neither is ready without the other.
        "startupPolicy": "LeaderCreated",
    }
