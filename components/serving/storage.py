"""A server's volumes: the model cache, scratch space and shared memory."""

from pulumi_kubernetes.core.v1 import (
    EmptyDirVolumeSourceArgs,
    EphemeralVolumeSourceArgs,
    PersistentVolumeClaimSpecArgs,
    PersistentVolumeClaimTemplateArgs,
    PersistentVolumeClaimVolumeSourceArgs,
    VolumeArgs,
    VolumeMountArgs,
    VolumeResourceRequirementsArgs,
)

from components.serving.args import Cache, NvmeCache, PvcCache
from components.serving.workload import CACHE_PATH, Claim, Engine, Workload

# Temporary files of Python, torch and the metrics of vLLM's processes.
_SCRATCH_GIB = 8
_LOGS_GIB = 1


def volumes(workload: Workload) -> list[VolumeArgs]:
    """Return the pod's volumes."""
    claim = workload.engine.claim
    shared_memory = EmptyDirVolumeSourceArgs(medium="Memory", size_limit=f"{workload.args.shm_gib}Gi")
    return [
        _cache(workload),
        VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit=f"{_SCRATCH_GIB}Gi")),
        VolumeArgs(name="shm", empty_dir=shared_memory),
        *([_models(claim)] if claim else []),
    ]


def mounts(engine: Engine) -> list[VolumeMountArgs]:
    """Return where a container sees the volumes."""
    claim = engine.claim
    models = [VolumeMountArgs(name="models", mount_path=claim.path, read_only=True)] if claim else []
    return [
        VolumeMountArgs(name="cache", mount_path=CACHE_PATH),
        VolumeMountArgs(name="tmp", mount_path="/tmp"),  # noqa: S108  a volume of the pod's own
        VolumeMountArgs(name="shm", mount_path="/dev/shm"),  # noqa: S108  the same
        *models,
    ]


def local_disk_gib(cache: Cache) -> int:
    """Return how much of the node's disk a replica may fill, in GiB, its logs included."""
    return _SCRATCH_GIB + _LOGS_GIB + (cache.size_gib if isinstance(cache, NvmeCache) else 0)


def claim_spec(cache: PvcCache) -> PersistentVolumeClaimSpecArgs:
    """Return the claim of a persistent cache, for all replicas or for one."""
    return PersistentVolumeClaimSpecArgs(
        access_modes=["ReadWriteMany" if cache.shared else "ReadWriteOnce"],
        storage_class_name=cache.storage_class,
        resources=VolumeResourceRequirementsArgs(requests={"storage": f"{cache.size_gib}Gi"}),
    )


def _models(claim: Claim) -> VolumeArgs:
    source = PersistentVolumeClaimVolumeSourceArgs(claim_name=claim.name, read_only=True)
    return VolumeArgs(name="models", persistent_volume_claim=source)


def _cache(workload: Workload) -> VolumeArgs:
    cache = workload.args.cache
    if isinstance(cache, NvmeCache):
        # Karpenter's RAID0 puts the kubelet's directory, and so this volume, on the NVMe disks.
        return VolumeArgs(name="cache", empty_dir=EmptyDirVolumeSourceArgs(size_limit=f"{cache.size_gib}Gi"))
    if cache.shared:
        claim = PersistentVolumeClaimVolumeSourceArgs(claim_name=workload.cache_claim_name)
        return VolumeArgs(name="cache", persistent_volume_claim=claim)
    template = PersistentVolumeClaimTemplateArgs(spec=claim_spec(cache))
    return VolumeArgs(name="cache", ephemeral=EphemeralVolumeSourceArgs(volume_claim_template=template))
