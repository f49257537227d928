"""How a server's containers are held: Pod Security level `restricted`, and a read-only root besides."""

from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    PodSecurityContextArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
)

from catalog.images import Image


def pod_security(image: Image) -> PodSecurityContextArgs:
    """Return the pod's security context: the image's own unprivileged user, who owns the volumes."""
    return PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=image.user,
        run_as_group=image.group,
        fs_group=image.user,
        fs_group_change_policy="OnRootMismatch",
        seccomp_profile=SeccompProfileArgs(type="RuntimeDefault"),
    )


def container_security() -> SecurityContextArgs:
    """Return a container's security context. It may write to its mounts: the cache, /tmp and /dev/shm."""
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
        read_only_root_filesystem=True,
    )
