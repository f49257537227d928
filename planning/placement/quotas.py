"""vCPUs that the plan's largest takes of each EC2 quota, and whether the account has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.instances import Instance
from catalog.quotas import QUOTAS, Quota, quota_of
from planning.nodes import Cut
from planning.placement.packing import nodes
from planning.sizes import most_pods
from settings.fields import Capacity
from settings.references import Served
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A server in a pool, and the units each of its pods takes there."""

    item: Served
    units: int

    @property
    def most(self) -> int:
        """Its pods at the most replicas, with one replica more while it is rolled out."""
        return most_pods(self.item.settings)


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """What the nodes of one pool come to at the most: vCPUs, for which servers, bought in which ways."""

    instance: Instance
    capacity: tuple[Capacity, ...]
    vcpus: int
    servers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class QuotaUse:
    """vCPUs needed of one quota, by which servers; `limit` is what the settings say the account has."""

    quota: Quota
    vcpus: int
    servers: tuple[str, ...]
    limit: int | None


def ceiling(
    cut: Cut, capacity: tuple[Capacity, ...], tenants: Sequence[Tenant], max_gpus: int | None = None
) -> Ceiling:
    """Return what a pool's nodes come to with every replica and one more of each server, within its limit of GPUs."""
    most = nodes(((tenant.units, tenant.most) for tenant in tenants), cut.units)
    if max_gpus is not None:
        most = min(most, max_gpus // cut.instance.gpus)
    return Ceiling(
        instance=cut.instance,
        capacity=capacity,
        vcpus=most * cut.instance.vcpu,
        servers=tuple(sorted(tenant.item.settings.name for tenant in tenants)),
    )


def keys_of(instance: Instance, capacity: Iterable[Capacity]) -> tuple[str, ...]:
    """Return the keys of the quotas that an instance may count against, bought in any of these ways."""
    found = (quota_of(instance.name, spot=kind == Capacity.SPOT) for kind in capacity)
    return tuple(sorted({quota.key for quota in found if quota}))


def limits(settings: Settings) -> dict[str, int]:
    """Return the quotas that the settings name, by their keys, in vCPUs."""
    written = {
        field.alias: getattr(settings.quotas, name)
        for name, field in type(settings.quotas).model_fields.items()
    }
    return {quota.key: written[quota.key] for quota in QUOTAS if written[quota.key] is not None}


def uses(ceilings: Sequence[Ceiling], known: Mapping[str, int]) -> tuple[QuotaUse, ...]:
    """Return what the pools need of each quota: all their nodes, in whichever way each may be bought."""
    found: list[QuotaUse] = []
    for quota in QUOTAS:
        mine = [one for one in ceilings if quota.key in keys_of(one.instance, one.capacity)]
        if mine:
            use = QuotaUse(
                quota=quota,
                vcpus=sum(one.vcpus for one in mine),
                servers=tuple(sorted({name for one in mine for name in one.servers})),
                limit=known.get(quota.key),
            )
            found.append(use)
    return tuple(found)


def problems_of(needed: Iterable[QuotaUse]) -> list[str]:
    """Name every quota that the account has too little of."""
    return [
        f"quotas.{use.quota.key}: {use.limit} vCPUs of {use.quota.name} do not hold {', '.join(use.servers)} at the "
        f"most replicas and one more of each during a rollout, which need {use.vcpus}. Ask AWS for {use.vcpus} "
        f"({use.quota.code}), or lower replicas.max."
        for use in needed
        if use.limit is not None and use.vcpus > use.limit
    ]
