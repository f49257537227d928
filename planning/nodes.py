"""How replicas fill nodes: how a node is cut, and how much of it each replica may ask for."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.gpus import gpu_of
from catalog.instances import Instance, instances
from catalog.mig import profiles
from planning.need import GpuNeed
from settings.pools import GpuPoolSettings, SharingSettings

# What DaemonSets take of every GPU node: VPC CNI, kube-proxy, Pod Identity agent, EBS CSI, device plugin, DCGM
# exporter, node exporter. Sum of their charts' and add-ons' requests, with room for one more.
DAEMONSET_CPU_MILLI = 600
DAEMONSET_MEMORY_MIB = 1536
DAEMONSET_PODS = 10

# The kubelet keeps a tenth of the disk free and a GiB for itself (its defaults, and nodeadm's); images of the
# server, its fetcher and the DaemonSets unpack to about 30 GiB on the same disk.
_DISK_KEPT = 0.1
_DISK_RESERVED_GIB = 31
ROOT_DISK_GIB = 200
"""The root volume of a GPU node, which counts where an instance has no disks of its own."""

# Our assumption of what a server cannot do without: its API and engine processes, torch and pinned buffers;
# then one process a further GPU.
_LEAST_CPU_MILLI = 1500
_MORE_CPU_MILLI = 500
_LEAST_MEMORY_GIB = 6
_MORE_MEMORY_GIB = 2

_MIB_PER_GIB = 1024
_CPU_STEP_MILLI = 100


@dataclass(frozen=True, kw_only=True)
class Cut:
    """An instance type and how its GPUs are cut: whole, into MIG slices, or into turns of `sharing`.

    `units` is what a node has of what pods ask for: GPUs, slices or turns.
    """

    instance: Instance
    mig: str | None = None
    sharing: SharingSettings | None = None

    @property
    def per_gpu(self) -> int:
        """Units of one GPU; 0 for a MIG profile that the GPU lacks."""
        if self.mig is not None:
            known = profiles(gpu_of(self.instance).name).get(self.mig)
            return known.max_instances if known else 0
        return 1 if self.sharing is None else self.sharing.replicas

    @property
    def units(self) -> int:
        """Units of one node."""
        return self.instance.gpus * self.per_gpu

    @property
    def whole(self) -> bool:
        """Whether its GPUs are not cut at all."""
        return self.mig is None and self.sharing is None

    @property
    def share(self) -> float:
        """The part of a GPU's time and memory that one turn has; 1 for GPUs and for slices."""
        return 1.0 if self.sharing is None else 1 / self.sharing.replicas

    @property
    def name(self) -> str:
        """A name that instance and cut alone decide: `g6-xlarge`, `p5-4xlarge-mig-1g-10gb`, `g6-xlarge-shared-4`."""
        parts = [self.instance.name]
        parts += [f"mig-{self.mig}"] if self.mig else []
        parts += [f"shared-{self.sharing.replicas}"] if self.sharing else []
        return "-".join(parts).replace(".", "-")


@dataclass(frozen=True, kw_only=True)
class Share:
    """One replica's share of a node: CPU in thousandths, memory and disk in GiB, and replicas a node holds."""

    instance: Instance
    cpu_milli: int
    memory_gib: int
    disk_gib: int
    replicas_per_node: int


def share_of(pool: GpuPoolSettings, need: GpuNeed) -> Share:
    """Size a replica by the cheapest instance type of the pool that holds its GPUs; see `share_on`."""
    return share_on(cheapest(pool, need), need.count)


def share_on(cut: Cut, count: int) -> Share:
    """Share out a node by units: a replica of `count` gets that part of CPU, memory and disk.

    So units alone decide how many replicas a node holds, whichever they are.
    """
    instance = cut.instance
    cpu = (instance.alloc_cpu_milli - DAEMONSET_CPU_MILLI) * count // cut.units
    memory_mib = (instance.alloc_memory_mib - DAEMONSET_MEMORY_MIB) * count // cut.units
    return Share(
        instance=instance,
        cpu_milli=cpu // _CPU_STEP_MILLI * _CPU_STEP_MILLI,
        memory_gib=memory_mib // _MIB_PER_GIB,
        disk_gib=disk_gib(instance) * count // cut.units,
        replicas_per_node=cut.units // count,
    )


def disk_gib(instance: Instance) -> int:
    """Return what a node's disk leaves to pods, in GiB: of its NVMe disks, else of the root volume."""
    disk = instance.nvme_gb * 10**9 / 2**30 if instance.nvme_gb else ROOT_DISK_GIB
    return max(0, int(disk * (1 - _DISK_KEPT)) - _DISK_RESERVED_GIB)


def host_problem(share: Share, gpus: int, needed_disk_gib: int) -> str | None:
    """Say what of the node, beside its GPUs, does not do for a replica with `gpus`; None where all does."""
    cpu = _LEAST_CPU_MILLI + _MORE_CPU_MILLI * (gpus - 1)
    memory = _LEAST_MEMORY_GIB + _MORE_MEMORY_GIB * (gpus - 1)
    name = share.instance.name
    if share.cpu_milli < cpu:
        return f"{name} leaves a replica {share.cpu_milli / 1000:.1f} CPUs of the {cpu / 1000:.1f} it needs"
    if share.memory_gib < memory:
        return f"{name} leaves a replica {share.memory_gib} GiB of memory of the {memory} it needs"
    if share.disk_gib < needed_disk_gib:
        return f"{name} leaves a replica {share.disk_gib} GiB of disk of the {needed_disk_gib} it needs"
    if share.replicas_per_node > share.instance.pods - DAEMONSET_PODS:
        return f"{name} holds {share.instance.pods} pods, {share.replicas_per_node} replicas are too many"
    return None


def cuts_of(pool: GpuPoolSettings) -> list[Cut]:
    """Return the pool's instance types, cut as the pool says."""
    return [
        Cut(instance=instances()[name], mig=pool.mig, sharing=pool.sharing) for name in pool.instance_types
    ]


def cheapest(pool: GpuPoolSettings, need: GpuNeed) -> Cut:
    """Return the cheapest instance type with enough GPUs; one without a list price comes last."""
    fitting = [cut for cut in cuts_of(pool) if cut.instance.gpu == need.type and cut.units >= need.count]
    return cheapest_first(fitting)[0]


def cheapest_first(kinds: Iterable[Cut]) -> list[Cut]:
    """Sort kinds of node by price; those without a list price come last."""
    return sorted(kinds, key=lambda cut: _price_order(cut.instance))


def nodes_for(replicas: int, share: Share) -> int:
    """Return how many nodes hold `replicas`."""
    return math.ceil(replicas / share.replicas_per_node)


def _price_order(one: Instance) -> tuple[float, int, str]:
    return (one.usd_per_hour or math.inf, one.gpus, one.name)
