"""How replicas fill nodes: which instance type a pool will use for them, and how much of it each may ask for."""

import math
from dataclasses import dataclass

from catalog.instances import Instance, instances
from planning.need import GpuNeed
from settings.pools import GpuPoolSettings

# What DaemonSets take of every GPU node: VPC CNI, kube-proxy, Pod Identity agent, EBS CSI, device plugin, DCGM
# exporter, node exporter. Sum of their charts' and add-ons' requests, with room for one more.
DAEMONSET_CPU_MILLI = 600
DAEMONSET_MEMORY_MIB = 1536

_MIB_PER_GIB = 1024
_CPU_STEP_MILLI = 100


@dataclass(frozen=True, kw_only=True)
class Share:
    """One replica's share of a node: CPU in thousandths, memory in GiB, and replicas a node holds."""

    instance: Instance
    cpu_milli: int
    memory_gib: int
    replicas_per_node: int


def share_of(pool: GpuPoolSettings, need: GpuNeed) -> Share:
    """Size a replica by the cheapest instance type of the pool that holds its GPUs.

    CPU and memory are shared out by GPUs, so that as many replicas fit a node as its GPUs allow.
    """
    instance = cheapest(pool, need)
    per_node = instance.gpus // need.count
    cpu = (instance.alloc_cpu_milli - DAEMONSET_CPU_MILLI) // per_node
    memory_mib = (instance.alloc_memory_mib - DAEMONSET_MEMORY_MIB) // per_node
    return Share(
        instance=instance,
        cpu_milli=cpu // _CPU_STEP_MILLI * _CPU_STEP_MILLI,
        memory_gib=memory_mib // _MIB_PER_GIB,
        replicas_per_node=per_node,
    )


def cheapest(pool: GpuPoolSettings, need: GpuNeed) -> Instance:
    """Return the cheapest instance type with enough GPUs; one without a list price comes last."""
    types = (instances()[name] for name in pool.instance_types)
    fitting = [one for one in types if one.gpu == need.type and one.gpus >= need.count]
    return min(fitting, key=lambda one: (one.usd_per_hour or math.inf, one.gpus, one.name))


def nodes_for(replicas: int, share: Share) -> int:
    """Return how many nodes hold `replicas`."""
    return math.ceil(replicas / share.replicas_per_node)
