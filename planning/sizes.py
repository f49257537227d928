"""How much a server loads, and how much of a node's disk it fills. GiB."""

import math

from settings.models import ModelSettings, TritonRepositorySettings

_GIB = 2**30
# Compiled kernels and temporary files beside the weights.
_CACHE_EXTRA_GIB = 20
# Scratch space and logs of a pod: components/serving/storage.py asks for as much.
_SCRATCH_GIB = 9

Thing = ModelSettings | TritonRepositorySettings


def weights_gib(thing: Thing) -> float:
    """Return the size of what must be loaded: as set, else as catalogued."""
    if isinstance(thing, TritonRepositorySettings):
        return thing.repository_gib
    if thing.weights_gib is not None or thing.card is None:
        return thing.weights_gib or 0.0
    return thing.card.weight_bytes / _GIB


def cache_gib(thing: Thing) -> int:
    """Return the size of its cache on the node's disk."""
    return math.ceil(weights_gib(thing)) + _CACHE_EXTRA_GIB


def local_disk_gib(thing: Thing) -> int:
    """Return all it may fill of the node's disk."""
    return cache_gib(thing) + _SCRATCH_GIB


def expected_replicas(thing: Thing) -> int:
    """Return the replicas of an ordinary hour: as set, else the fewest, and at least one."""
    return thing.replicas.expected or max(thing.replicas.min, 1)


def nodes_per_replica(thing: Thing) -> int:
    """Return the nodes, and so the pods, of one replica."""
    return thing.nodes if isinstance(thing, ModelSettings) else 1


def expected_pods(thing: Thing) -> int:
    """Return its pods in an ordinary hour, with those that keep room for more."""
    return (expected_replicas(thing) + thing.replicas.buffer) * nodes_per_replica(thing)


def most_pods(thing: Thing) -> int:
    """Return its pods at the most replicas, with those more that a rollout adds (one if not set), and room for more."""
    surge = thing.rollout.max_surge if thing.rollout else 1
    return (thing.replicas.max + surge + thing.replicas.buffer) * nodes_per_replica(thing)
