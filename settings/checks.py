"""Checks across sections: names, references, and what the catalogue knows. One line for each problem."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from itertools import chain

from catalog.databases import AMAZON_MQ_RABBITMQ
from catalog.eks import SUPPORTED_MINORS
from catalog.instances import instances
from settings.engine_checks import engine_problems, ensemble_problems
from settings.errors import one_of
from settings.fields import Capacity, DataMode
from settings.placement_checks import placement_problems
from settings.pools import GpuPoolSettings
from settings.references import served
from settings.scaling_checks import scaling_problems
from settings.served_checks import model_problems, served_problems
from settings.services import RabbitmqSettings
from settings.slice_checks import pool_slice_problems, served_slice_problems
from settings.stack import Settings

_ARN = re.compile(r"arn:aws[\w-]*:(iam|sts)::\d{12}:[\w+=,.@/-]+", re.ASCII)
# AWS: keys to 128 and values to 256 of these characters, 50 tags; ours and Karpenter's own take some.
_TAG = re.compile(r"[\w\s.:/=+@-]*")
_LONGEST_TAG_KEY = 128
_LONGEST_TAG_VALUE = 256
_MOST_TAGS = 40
_AMAZON_MQ_SIZES = (1, 3)


def check(settings: Settings, *, region: str | None, secrets: frozenset[str]) -> list[str]:
    """Return every problem of settings whose fields are each valid by themselves.

    Zones are checked against `region` where that is known; `secrets` are the names of those that are set.
    """
    pools = chain.from_iterable(
        (*_pool(path, pool, settings), *pool_slice_problems(path, pool))
        for index, pool in enumerate(settings.gpu_pools)
        for path in [f"gpuPools[{index}]"]
    )
    things = chain.from_iterable(
        (*served_problems(item, settings), *served_slice_problems(item, settings))
        for item in served(settings)
    )
    engines = _engines(settings)
    models = chain.from_iterable(
        model_problems(f"models[{index}]", model, secrets) for index, model in enumerate(settings.models)
    )
    scaling = chain.from_iterable(scaling_problems(item, settings) for item in served(settings))
    cluster = [*_cluster(settings), *_zones(settings, region), *_endpoint(settings), *_admins(settings)]
    chosen = placement_problems(settings)
    mine = [*pools, *chosen, *things, *models, *engines, *scaling]
    return [*cluster, *_unique(settings), *mine, *_data(settings), *_tags(settings)]


def _engines(settings: Settings) -> Iterator[str]:
    for index, model in enumerate(settings.models):
        yield from engine_problems(f"models[{index}]", model, settings)
    for index, repository in enumerate(settings.triton_repositories):
        yield from ensemble_problems(f"tritonRepositories[{index}]", repository)


def _cluster(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    if cluster.kubernetes_version not in SUPPORTED_MINORS:
        known = ", ".join(SUPPORTED_MINORS)
        yield f'cluster.kubernetesVersion: "{cluster.kubernetes_version}" is not supported. Use one of {known}.'
    system = cluster.system_nodes.instance_type
    known_types = [name for name, instance in instances().items() if not instance.gpu]
    if system not in known_types:
        path = "cluster.systemNodes.instanceType"
        yield f"{path}: {system} is not in the catalogue of CPU instances. {one_of(system, known_types)}"


def _data(settings: Settings) -> Iterator[str]:
    redis = settings.data.redis
    if redis and redis.replicas and redis.mode == DataMode.IN_CLUSTER:
        fix = "The chart's replicas do not take over; set mode: managed, or replicas: 0."
        yield f"data.redis.replicas: {redis.replicas} needs the managed service. {fix}"
    if settings.data.rabbitmq:
        yield from _rabbitmq(settings.data.rabbitmq)


def _rabbitmq(rabbitmq: RabbitmqSettings) -> Iterator[str]:
    path, replicas = "data.rabbitmq", rabbitmq.replicas
    if replicas % 2 == 0:
        fix = f"Set it to {replicas - 1} or {replicas + 1}."
        yield f"{path}.replicas: {replicas} servers survive no more losses than {replicas - 1} do. {fix}"
    if rabbitmq.mode != DataMode.MANAGED:
        return
    if replicas % 2 and replicas not in _AMAZON_MQ_SIZES:
        yield f"{path}.replicas: {replicas} is no size of Amazon MQ. Set it to 1 or 3, or use mode: inCluster."
    family = AMAZON_MQ_RABBITMQ.family
    if not rabbitmq.instance_type.startswith(f"{family}."):
        fix = f"Use one like {family}.large."
        version = AMAZON_MQ_RABBITMQ.version
        yield f"{path}.instanceType: {rabbitmq.instance_type} does not run RabbitMQ {version}; {family} does. {fix}"


def _zones(settings: Settings, region: str | None) -> Iterator[str]:
    for index, zone in enumerate(settings.cluster.network.zones):
        # A zone's name is its region's and one letter.
        if region is not None and zone[:-1] != region:
            fix = f"Use zones like {region}a, or change aws:region."
            yield f"cluster.network.zones[{index}]: {zone} is not in {region}, which aws:region names. {fix}"


def _endpoint(settings: Settings) -> Iterator[str]:
    for index, cidr in enumerate(settings.cluster.endpoint.public_access_cidrs):
        path = f"cluster.endpoint.publicAccessCidrs[{index}]"
        try:
            wide_open = IPv4Network(cidr, strict=False).prefixlen == 0
        except (AddressValueError, NetmaskValueError):
            yield f"{path}: {cidr} is not an IPv4 range. Write it like 198.51.100.0/24."
            continue
        if wide_open:
            fix = "List the ranges that need it, for example your office's."
            yield f"{path}: {cidr} lets the whole internet in. {fix}"


def _admins(settings: Settings) -> Iterator[str]:
    for index, arn in enumerate(settings.cluster.admins):
        if not _ARN.fullmatch(arn):
            fix = "Write one like arn:aws:iam::123456789012:role/name."
            yield f'cluster.admins[{index}]: "{arn}" is no ARN of a principal. {fix}'


def _unique(settings: Settings) -> Iterator[str]:
    pools = [(f"gpuPools[{index}]", pool.name) for index, pool in enumerate(settings.gpu_pools)]
    yield from _twice("name", pools)
    items = served(settings)
    yield from _twice("name", [(item.path, item.settings.name) for item in items])
    # Things without routes go by their names: two of one name have been reported just now.
    first = {item.settings.name: item.path for item in reversed(items)}
    routed = [item for item in items if item.settings.route or first[item.settings.name] == item.path]
    yield from _twice("route", [(item.path, item.route) for item in routed])


def _twice(key: str, entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Name entries whose value an earlier one has."""
    first: dict[str, str] = {}
    for path, value in entries:
        if value in first:
            yield f"{path}.{key}: {value} is the {key} of {first[value]} already. Give each its own."
        first.setdefault(value, path)


def _pool(path: str, pool: GpuPoolSettings, settings: Settings) -> Iterator[str]:
    known = [name for name, instance in instances().items() if instance.gpus]
    unknown = [name for name in pool.instance_types if name not in known]
    for name in unknown:
        yield f"{path}.instanceTypes: {name} is not in the catalogue of GPU instances. {_near(name, known)}"
    types = [instances()[name] for name in pool.instance_types if name not in unknown]
    kinds = {f"{one.gpu} with {one.vram_mib / 1024:.1f} GiB" for one in types}
    if len(kinds) > 1:
        fix = "Karpenter packs before it compares prices: make one pool for each GPU."
        yield f"{path}.instanceTypes: mixes GPUs ({', '.join(sorted(kinds))}). {fix}"
    zones = settings.cluster.network.zones
    for zone in pool.zones:
        if zone not in zones:
            yield f"{path}.zones: {zone} is not a zone of the network. Use some of {', '.join(zones)}."
    for kind, count in Counter(pool.capacity).items():
        if count > 1:
            yield f"{path}.capacity: {kind} appears {count} times. Name each kind once."
    reservations = bool(pool.capacity_reservations or pool.capacity_reservation_tags)
    if (Capacity.RESERVED in pool.capacity) != reservations:
        fix = "list ids in capacityReservations or set capacityReservationTags, and `reserved` in capacity, or neither"
        yield f"{path}.capacity: reserved capacity and reservations belong together: {fix}."
    if pool.reserved_gpus is not None and Capacity.RESERVED not in pool.capacity:
        given = f"{pool.reserved_gpus} GPUs are reserved, and capacity does not list `reserved`"
        yield f"{path}.reservedGpus: {given}. List it, or leave this out."


def _near(name: str, known: list[str]) -> str:
    """Instance types of the same family, or the families: the whole catalogue is no help in one line."""
    family = [other for other in known if other.split(".")[0] == name.split(".", maxsplit=1)[0]]
    return one_of(name, family or sorted({other.split(".")[0] for other in known}))


def _tags(settings: Settings) -> Iterator[str]:
    if len(settings.tags) > _MOST_TAGS:
        yield f"tags: {len(settings.tags)} tags are more than {_MOST_TAGS}. Remove some."
    for key, value in settings.tags.items():
        if (
            not key
            or len(key) > _LONGEST_TAG_KEY
            or not _TAG.fullmatch(key)
            or key.lower().startswith("aws:")
        ):
            fix = f"Use 1 to {_LONGEST_TAG_KEY} letters, digits, spaces and _.:/=+-@, without aws: in front."
            yield f'tags: "{key}" is no key that AWS accepts. {fix}'
        if len(value) > _LONGEST_TAG_VALUE or not _TAG.fullmatch(value):
            fix = f"Use up to {_LONGEST_TAG_VALUE} letters, digits, spaces and _.:/=+-@."
            yield f'tags.{key}: "{value}" is no value that AWS accepts. {fix}'
