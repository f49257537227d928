"""What is in the control plane now, for the report. No judgement, only facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from rehearsal.control_plane.api import Api, Json

GPU = "nvidia.com/gpu"
"""The extended resource that a whole GPU is, or a MIG slice of the strategy `single`."""
SHARED_GPU = "nvidia.com/gpu.shared"
"""One pod's share of a GPU that several use."""
_MIG = "nvidia.com/mig-"


def _gpu_parts(amounts: Mapping[str, Any]) -> dict[str, int]:
    """Return GPUs, slices and shares among resources, by name, without those there are none of."""
    named = {name for name in amounts if name in (GPU, SHARED_GPU) or name.startswith(_MIG)}
    return {name: int(amounts[name]) for name in sorted(named) if int(amounts[name])}


@dataclass(frozen=True)
class Pod:
    """One pod. ``requests`` are summed over its containers: cores, bytes, whole GPUs.

    ``node`` is empty before the pod is placed. ``owner`` is its controller as ``Kind/name``, or empty.
    """

    namespace: str
    name: str
    labels: Mapping[str, str]
    phase: str
    ready: bool
    node: str
    requests: Mapping[str, Decimal]
    owner: str

    @property
    def gpu_parts(self) -> Mapping[str, int]:
        """GPUs, MIG slices and shares the pod asks for, by resource."""
        return _gpu_parts(self.requests)

    @property
    def gpus(self) -> int:
        """How many GPUs, slices or shares the pod asks for."""
        return sum(self.gpu_parts.values())


@dataclass(frozen=True)
class Node:
    """One node. ``capacity_type``, ``nodepool`` and ``group`` are empty where Karpenter did not set them.

    ``group`` is the managed node group. ``gpu_parts`` is what pods can use of its GPUs, by resource.
    """

    name: str
    ready: bool
    instance_type: str
    capacity_type: str
    zone: str
    nodepool: str
    group: str
    gpu_parts: Mapping[str, int]
    labels: Mapping[str, str]

    @property
    def gpus(self) -> int:
        """How many GPUs, slices or shares pods can use."""
        return sum(self.gpu_parts.values())


@dataclass(frozen=True)
class PendingPod:
    """A pod without a node. ``scheduler`` is the scheduler's reason; ``karpenter`` its events' messages."""

    pod: Pod
    scheduler: str
    karpenter: tuple[str, ...]


@dataclass(frozen=True)
class ServiceRef:
    """A Service and the labels it selects."""

    namespace: str
    name: str
    selector: Mapping[str, str]


def pods(api: Api) -> tuple[Pod, ...]:
    """Return every pod."""
    return tuple(_pod(item) for item in api.items("/api/v1/pods"))


def nodes(api: Api) -> tuple[Node, ...]:
    """Return every node."""
    return tuple(_node(item) for item in api.items("/api/v1/nodes"))


def namespaces(api: Api) -> tuple[str, ...]:
    """Return the names of all namespaces."""
    return tuple(item["metadata"]["name"] for item in api.items("/api/v1/namespaces"))


def pending_pods(api: Api) -> tuple[PendingPod, ...]:
    """Return the pods that have no node, with what the scheduler and Karpenter say about each."""
    waiting = api.items("/api/v1/pods", fieldSelector="spec.nodeName=,status.phase=Pending")
    said = _karpenter_messages(api) if waiting else {}
    return tuple(
        PendingPod(_pod(item), _scheduler_message(item), said.get(item["metadata"]["uid"], ()))
        for item in waiting
    )


def services(api: Api) -> frozenset[tuple[str, str]]:
    """Return namespace and name of every Service."""
    items = (item["metadata"] for item in api.items("/api/v1/services"))
    return frozenset((metadata["namespace"], metadata["name"]) for metadata in items)


def services_without_pods(api: Api) -> tuple[ServiceRef, ...]:
    """Return the Services that select pods by label where no pod has these labels, nor would have.

    The pods of a Deployment at zero replicas are counted as if they were there.
    """
    labels = [(pod.namespace, pod.labels) for pod in pods(api)]
    labels += [
        (item["metadata"]["namespace"], item["spec"]["template"]["metadata"].get("labels", {}))
        for item in api.items("/apis/apps/v1/deployments")
        if item["spec"].get("replicas") == 0
    ]
    selecting = [_service(item) for item in api.items("/api/v1/services") if item["spec"].get("selector")]
    return tuple(
        service
        for service in selecting
        if not any(
            space == service.namespace and service.selector.items() <= has.items() for space, has in labels
        )
    )


def _pod(item: Json) -> Pod:
    metadata, spec, status = item["metadata"], item["spec"], item["status"]
    owners = [f"{owner['kind']}/{owner['name']}" for owner in metadata.get("ownerReferences", [])]
    return Pod(
        namespace=metadata["namespace"],
        name=metadata["name"],
        labels=metadata.get("labels", {}),
        phase=status.get("phase", ""),
        ready=_condition(item, "Ready").get("status") == "True",
        node=spec.get("nodeName", ""),
        requests=_requests(spec),
        owner=next(iter(owners), ""),
    )


def _node(item: Json) -> Node:
    labels: dict[str, str] = item["metadata"].get("labels", {})
    return Node(
        name=item["metadata"]["name"],
        ready=_condition(item, "Ready").get("status") == "True",
        instance_type=labels.get("node.kubernetes.io/instance-type", ""),
        capacity_type=labels.get("karpenter.sh/capacity-type", ""),
        zone=labels.get("topology.kubernetes.io/zone", ""),
        nodepool=labels.get("karpenter.sh/nodepool", ""),
        group=labels.get("eks.amazonaws.com/nodegroup", ""),
        gpu_parts=_gpu_parts(item["status"].get("allocatable", {})),
        labels=labels,
    )


def _service(item: Json) -> ServiceRef:
    metadata = item["metadata"]
    return ServiceRef(metadata["namespace"], metadata["name"], item["spec"]["selector"])


def _requests(spec: Json) -> dict[str, Decimal]:
    """Return what the scheduler reserves: containers and sidecars together, or one init container if more."""
    init = spec.get("initContainers", [])
    sidecars = [container for container in init if container.get("restartPolicy") == "Always"]
    total: dict[str, Decimal] = {}
    for container in [*spec["containers"], *sidecars]:
        for resource, amount in _container_requests(container).items():
            total[resource] = total.get(resource, Decimal(0)) + amount
    for container in init:
        for resource, amount in _container_requests(container).items():
            total[resource] = max(total.get(resource, Decimal(0)), amount)
    return total


def _container_requests(container: Json) -> dict[str, Decimal]:
    requests = container.get("resources", {}).get("requests", {})
    return {resource: parse_quantity(quantity) for resource, quantity in requests.items()}


def _condition(item: Json, kind: str) -> Json:
    conditions = item["status"].get("conditions") or []
    return next((condition for condition in conditions if condition["type"] == kind), {})


def _scheduler_message(item: Json) -> str:
    scheduled = _condition(item, "PodScheduled")
    return str(scheduled.get("message", "")) if scheduled.get("status") == "False" else ""


def _karpenter_messages(api: Api) -> dict[str, tuple[str, ...]]:
    """Return what Karpenter's events say about each pod, by the pod's uid, oldest first."""
    messages: dict[str, tuple[str, ...]] = {}
    for event in api.items("/api/v1/events", fieldSelector="involvedObject.kind=Pod,source=karpenter"):
        uid = event["involvedObject"]["uid"]
        messages[uid] = (*messages.get(uid, ()), event["message"])
    return messages
