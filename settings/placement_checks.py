"""Checks of what the plan may choose from."""

from collections import Counter
from collections.abc import Iterable, Iterator

from catalog.instances import instances
from settings.errors import one_of
from settings.fields import Capacity
from settings.stack import Settings


def placement_problems(settings: Settings) -> Iterator[str]:
    """Name what is wrong with the `placement` section."""
    placement, zones = settings.placement, settings.cluster.network.zones
    types = [name for name, instance in instances().items() if instance.gpus]
    families = list(dict.fromkeys(name.split(".", maxsplit=1)[0] for name in types))
    yield from _unknown("placement.instanceFamilies", placement.instance_families, families)
    yield from _unknown("placement.instanceTypes", placement.instance_types, types)
    for zone, names in placement.unavailable.items():
        if zone not in zones:
            fix = f"Use some of {', '.join(zones)}."
            yield f"placement.unavailable: {zone} is not a zone of the network. {fix}"
        yield from _unknown(f"placement.unavailable.{zone}", names, types)
    for zone in placement.zones:
        if zone not in zones:
            yield f"placement.zones: {zone} is not a zone of the network. Use some of {', '.join(zones)}."
    for kind, count in Counter(placement.capacity).items():
        if count > 1:
            yield f"placement.capacity: {kind} appears {count} times. Name each kind once."
    if Capacity.RESERVED in placement.capacity:
        fix = "Write the pool in gpuPools, with its capacityReservations."
        yield f"placement.capacity: a reservation is for one instance type, and the plan would choose. {fix}"


def _unknown(path: str, names: Iterable[str], known: list[str]) -> Iterator[str]:
    """Name what is not in the catalogue, with the nearest of its family."""
    for name in names:
        if name not in known:
            alike = [other for other in known if other.split(".")[0] == name.split(".", maxsplit=1)[0]]
            listed = one_of(name, alike or sorted({other.split(".")[0] for other in known}))
            yield f"{path}: {name} is not in the catalogue of GPU instances. {listed}"
