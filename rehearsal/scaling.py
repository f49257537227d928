"""What KEDA scales, whether it does, and KEDA told to hold a number of replicas."""

import time
from dataclasses import dataclass

from rehearsal.control_plane import Api
from rehearsal.control_plane.api import Json
from rehearsal.leader_worker_sets import replicas, size

_SCALED_OBJECTS = "/apis/keda.sh/v1alpha1/scaledobjects"
_POLL_SECONDS = 0.25
_PAUSED = "autoscaling.keda.sh/paused-replicas"
# KEDA's reason for a trigger parameter that its scaler does not know.
_UNMATCHED = "Unmatched input property"


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """A ScaledObject and its `target`, of a `kind`: `replicas` now, from `fewest` to `most`, of `size` pods each.

    `followed` is whether an HPA scales it, `held` whether KEDA was told to hold it. `by_its_own_time` is one that
    gets to its fewest replicas only at a time of its own: by the clock, or to zero, which takes its cooldown.
    `failing` is whether KEDA says that it is not ready, as for a moment where it saw the ScaledObject before the
    target. `wrong` is what KEDA says where it cannot scale it.
    """

    namespace: str
    name: str
    target: str
    kind: str = "Deployment"
    fewest: int
    most: int
    replicas: int
    size: int = 1
    followed: bool
    held: bool = False
    by_its_own_time: bool = False
    failing: bool = False
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def pods(self) -> int:
        """How many pods carry its name: the workers of a replica on several nodes do too."""
        return self.replicas * self.size

    @property
    def at_floor(self) -> bool:
        """Whether KEDA has brought it to its fewest replicas, or keeps it there as it was told."""
        return self.replicas == self.fewest and (self.followed or self.held) and not self.failing


def scaled(api: Api) -> list[Scaled]:
    """Return what the ScaledObjects of the cluster scale."""
    objects = api.items(_SCALED_OBJECTS)
    if not objects:
        return []
    targets = {(kind, *_key(one)): one for kind, path in _targets(objects).items() for one in api.items(path)}
    hpas = {_key(item) for item in api.items("/apis/autoscaling/v2/horizontalpodautoscalers")}
    events = api.items("/api/v1/events", fieldSelector="involvedObject.kind=ScaledObject")
    return [_scaled(item, targets, hpas, events) for item in objects]


def hold(api: Api, target: Scaled, replicas: int | None) -> None:
    """Have KEDA keep the target at `replicas`; None lets it scale again."""
    path = f"/apis/keda.sh/v1alpha1/namespaces/{target.namespace}/scaledobjects/{target.name}"
    value = None if replicas is None else str(replicas)
    api.merge(path, {"metadata": {"annotations": {_PAUSED: value}}})


def let_go(api: Api, timeout_seconds: float) -> None:
    """Have KEDA bring everything to its fewest replicas at once, and then scale by itself again.

    Without the first step the HPA's own way down would take its stabilisation window.
    """
    targets = scaled(api)
    api.each(lambda target: hold(api, target, target.fewest), targets)
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline and any(target.replicas != target.fewest for target in scaled(api)):
        time.sleep(_POLL_SECONDS)
    api.each(lambda target: hold(api, target, None), targets)


def _targets(objects: list[Json]) -> dict[str, str]:
    """Return where the targets of each kind are listed; KEDA has looked up those that are no Deployments."""
    found = {"Deployment": "/apis/apps/v1/deployments"}
    for item in objects:
        looked_up = item.get("status", {}).get("scaleTargetGVKR")
        if looked_up and looked_up["kind"] not in found:
            group, version, resource = (looked_up[key] for key in ("group", "version", "resource"))
            found[looked_up["kind"]] = f"/apis/{group}/{version}/{resource}"
    return found


def _scaled(
    item: Json, targets: dict[tuple[str, str, str], Json], hpas: set[tuple[str, str]], events: list[Json]
) -> Scaled:
    namespace, name = _key(item)
    spec, status = item["spec"], item.get("status", {})
    target, kind = spec["scaleTargetRef"]["name"], spec["scaleTargetRef"].get("kind", "Deployment")
    found = targets.get((kind, namespace, target), {"spec": {"replicas": 0}})
    fewest = spec.get("minReplicaCount", 0)
    return Scaled(
        namespace=namespace,
        name=name,
        target=target,
        kind=kind,
        fewest=fewest,
        most=spec.get("maxReplicaCount", 100),
        replicas=replicas(found),
        size=size(found),
        followed=(namespace, status.get("hpaName", "")) in hpas,
        held=_PAUSED in item["metadata"].get("annotations", {}),
        by_its_own_time=not fewest or any(trigger["type"] == "cron" for trigger in spec["triggers"]),
        failing=bool(_not_ready(status)),
        wrong=(*_not_ready(status), *_unmatched(item["metadata"]["uid"], events)),
    )


def _not_ready(status: Json) -> tuple[str, ...]:
    rows = status.get("conditions") or []
    return tuple(
        row.get("message", "") for row in rows if row["type"] == "Ready" and row["status"] == "False"
    )


def _unmatched(uid: str, events: list[Json]) -> tuple[str, ...]:
    """KEDA leaves a parameter it does not know alone, and says so in an event."""
    found = {
        event["message"]
        for event in events
        if event["involvedObject"].get("uid") == uid and event["message"].startswith(_UNMATCHED)
    }
    return tuple(sorted(found))


def _key(item: Json) -> tuple[str, str]:
    return item["metadata"]["namespace"], item["metadata"]["name"]
