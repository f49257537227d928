"""Stands in for KEDA: sets each scaled Deployment to the fewest or the most replicas its ScaledObject allows."""

from dataclasses import dataclass

from rehearsal.control_plane import Api

_SCALED_OBJECTS = "/apis/keda.sh/v1alpha1/scaledobjects"


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """A Deployment that KEDA would scale, from `fewest` to `most` replicas."""

    namespace: str
    name: str
    fewest: int
    most: int


def scaled(api: Api) -> list[Scaled]:
    """Return what the ScaledObjects of the cluster scale."""
    return [
        Scaled(
            namespace=item["metadata"]["namespace"],
            name=item["spec"]["scaleTargetRef"]["name"],
            fewest=item["spec"].get("minReplicaCount", 0),
            most=item["spec"].get("maxReplicaCount", 100),
        )
        for item in api.items(_SCALED_OBJECTS)
    ]


def scale(api: Api, target: Scaled, replicas: int) -> None:
    """Set the replicas of a Deployment through its scale subresource, as an HPA does."""
    path = f"/apis/apps/v1/namespaces/{target.namespace}/deployments/{target.name}/scale"
    api.merge(path, {"spec": {"replicas": replicas}})
