"""Checks across sections: names, references, and what the catalogue knows. One line for each problem."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from catalog.eks import SUPPORTED_MINORS
from catalog.instances import gpu_names, instances
from catalog.models import MODELS
from settings.errors import one_of
from settings.fields import Capacity
from settings.models import ModelSettings, TritonRepositorySettings
from settings.pools import GpuPoolSettings
from settings.references import Served, pool_has_gpu, pools_for, served
from settings.stack import Settings

_ARN = re.compile(r"^arn:aws[\w-]*:(iam|sts)::\d{12}:[\w+=,.@/-]+$")


def check(settings: Settings, *, region: str, secrets: frozenset[str]) -> list[str]:
    """Return every problem of settings whose fields are each valid by themselves."""
    return list(
        chain(
            _cluster(settings, region),
            _unique(settings),
            chain.from_iterable(
                _pool(f"gpuPools[{i}]", p, settings) for i, p in enumerate(settings.gpu_pools)
            ),
            chain.from_iterable(_served(item, settings) for item in served(settings)),
            chain.from_iterable(_model(f"models[{i}]", m, secrets) for i, m in enumerate(settings.models)),
        )
    )


def _cluster(settings: Settings, region: str) -> Iterator[str]:
    cluster = settings.cluster
    if cluster.kubernetes_version not in SUPPORTED_MINORS:
        known = ", ".join(SUPPORTED_MINORS)
        yield f'cluster.kubernetesVersion: "{cluster.kubernetes_version}" is not supported. Use one of {known}.'
    for index, zone in enumerate(cluster.network.zones):
        if not zone.startswith(region):
            yield f"cluster.network.zones[{index}]: {zone} is not in {region}, which aws:region names."
    for index, cidr in enumerate(cluster.endpoint.public_access_cidrs):
        if cidr.endswith("/0"):
            fix = "List the ranges that need it, for example your office's."
            yield f"cluster.endpoint.publicAccessCidrs[{index}]: {cidr} lets the whole internet in. {fix}"
    for index, arn in enumerate(cluster.admins):
        if not _ARN.match(arn):
            yield f'cluster.admins[{index}]: "{arn}" is no ARN of a principal, like arn:aws:iam::123456789012:role/x.'
    system = cluster.system_nodes.instance_type
    known_types = [name for name, instance in instances().items() if not instance.gpus]
    if system not in known_types:
        path = "cluster.systemNodes.instanceType"
        yield f"{path}: {system} is not in the catalogue of CPU instances. {one_of(system, known_types)}"


def _unique(settings: Settings) -> Iterator[str]:
    yield from _twice("gpuPools", "name", [pool.name for pool in settings.gpu_pools])
    items = served(settings)
    yield from _twice("models and tritonRepositories", "name", [item.settings.name for item in items])
    yield from _twice("models and tritonRepositories", "route", [item.route for item in items])


def _twice(section: str, key: str, values: Iterable[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{section}: {count} entries have the {key} {value}. Give each its own."


def _pool(path: str, pool: GpuPoolSettings, settings: Settings) -> Iterator[str]:
    known = [name for name, instance in instances().items() if instance.gpus]
    unknown = [name for name in pool.instance_types if name not in known]
    for name in unknown:
        yield f"{path}.instanceTypes: {name} is not in the catalogue of GPU instances. {_near(name, known)}"
    kinds = {instances()[name].gpu for name in pool.instance_types if name not in unknown}
    if len(kinds) > 1:
        fix = "Karpenter packs before it compares prices: make one pool for each GPU."
        yield f"{path}.instanceTypes: mixes GPUs ({', '.join(sorted(kinds))}). {fix}"
    for zone in pool.zones:
        if zone not in settings.cluster.network.zones:
            zones = ", ".join(settings.cluster.network.zones)
            yield f"{path}.zones: {zone} is not a zone of the network. Use some of {zones}."
    if (Capacity.RESERVED in pool.capacity) != bool(pool.capacity_reservations):
        fix = "list ids in capacityReservations, and `reserved` in capacity, or neither"
        yield f"{path}.capacity: reserved capacity and reservations belong together: {fix}."


def _near(name: str, known: list[str]) -> str:
    family = [other for other in known if other.split(".")[0] == name.split(".", maxsplit=1)[0]]
    return one_of(name, family or sorted({other.split(".")[0] for other in known}))


def _served(item: Served, settings: Settings) -> Iterator[str]:
    thing, path = item.settings, item.path
    if thing.replicas.min > thing.replicas.max:
        yield f"{path}.replicas.min: {thing.replicas.min} is above replicas.max ({thing.replicas.max}). Swap them."
    if thing.gpu.type not in gpu_names():
        yield f"{path}.gpu.type: {thing.gpu.type} is not in the catalogue. {one_of(thing.gpu.type, gpu_names())}"
    else:
        yield from _reference(path, thing, settings)


def _reference(
    path: str, thing: ModelSettings | TritonRepositorySettings, settings: Settings
) -> Iterator[str]:
    names = [pool.name for pool in settings.gpu_pools]
    wanted = f"{thing.gpu.count} x {thing.gpu.type}"
    if thing.pool is not None and thing.pool not in names:
        yield f"{path}.pool: {thing.pool} is not a pool. {one_of(thing.pool, names)}"
        return
    candidates = pools_for(thing, settings.gpu_pools)
    if not candidates:
        where = f"pool {thing.pool}" if thing.pool else "no pool"
        fix = f"Add an instance type with {wanted} to a pool, or change gpu."
        yield f"{path}.gpu: {wanted} on one node: {where} has {'no ' if thing.pool else 'an '}instance for it. {fix}"
    elif len(candidates) > 1:
        fits = ", ".join(pool.name for pool in settings.gpu_pools if pool_has_gpu(pool, thing.gpu))
        yield f"{path}.pool: is missing, and {len(candidates)} pools have {wanted}. Name one of {fits}."


def _model(path: str, model: ModelSettings, secrets: frozenset[str]) -> Iterator[str]:
    card = MODELS.get(model.source)
    if card is None:
        if model.weights_gib is None:
            fix = "Set weightsGib to the size of its safetensors files, or add it to catalog/models.py."
            yield f"{path}.source: {model.source} is not in the catalogue. {fix}"
        return
    if model.max_model_len > card.max_context:
        yield f"{path}.maxModelLen: {model.max_model_len} is beyond the model's {card.max_context}. Lower it."
    if card.gated and "hfToken" not in secrets:
        fix = "Run `pulumi config set --secret hfToken`."
        yield f"{path}.source: {model.source} is gated and hfToken is missing. {fix}"
    count = model.gpu.count
    if card.heads % count or (card.kv_heads % count and count % card.kv_heads):
        valid = [
            n for n in (1, 2, 4, 8) if card.heads % n == 0 and not (card.kv_heads % n and n % card.kv_heads)
        ]
        heads = f"{card.heads} attention and {card.kv_heads} KV heads"
        yield f"{path}.gpu.count: {count} does not divide the model's {heads}. Use one of {_listed(valid)}."


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
