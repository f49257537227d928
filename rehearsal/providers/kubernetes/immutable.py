"""Which fields of which kinds cannot change in place.

From the API server's own validation (a change is answered with "field is immutable") and, for
ConfigMaps, Secrets and Jobs, from pulumi-kubernetes 4, which replaces them on purpose.
"""

from dataclasses import dataclass

Path = tuple[str | int, ...]

_IDENTITY = ("kind", "metadata.name", "metadata.namespace")
_ROLE_REF = ("roleRef",)

# (group, kind): dotted paths; a path covers all that lies below it.
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "ConfigMap"): ("data", "binaryData", "immutable"),
    ("", "PersistentVolume"): ("spec.csi", "spec.hostPath", "spec.local", "spec.nfs", "spec.nodeAffinity"),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "Pod"): ("spec",),
    ("", "ResourceQuota"): ("spec.scopes", "spec.scopeSelector"),
    ("", "Secret"): ("type", "data", "stringData", "immutable"),
    ("", "Service"): ("spec.clusterIP", "spec.clusterIPs"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec.group", "spec.scope", "spec.names.plural"),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): (
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): (
        "spec.completionMode",
        "spec.completions",
        "spec.parallelism",
        "spec.selector",
        "spec.template",
    ),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("node.k8s.io", "RuntimeClass"): ("handler",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _ROLE_REF,
    ("rbac.authorization.k8s.io", "RoleBinding"): _ROLE_REF,
    ("scheduling.k8s.io", "PriorityClass"): ("value", "preemptionPolicy"),
    ("storage.k8s.io", "StorageClass"): (
        "parameters",
        "provisioner",
        "reclaimPolicy",
        "volumeBindingMode",
    ),
}

# Below an immutable path, these may change after all.
_EXCEPT: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolumeClaim"): ("spec.resources", "spec.volumeAttributesClassName"),
    ("", "Pod"): ("spec.activeDeadlineSeconds", "spec.tolerations"),
}

# What `enableConfigMapMutable` and `enableSecretMutable` of the provider's configuration free.
_DATA = ("data", "binaryData", "stringData")


@dataclass(frozen=True, slots=True)
class Mutability:
    """The provider's switches that let data change in place."""

    config_maps: bool = False
    secrets: bool = False

    def frees(self, kind: str, path: str) -> bool:
        """Tell whether ``path`` of a ConfigMap or Secret may change in place."""
        freed = (kind == "ConfigMap" and self.config_maps) or (kind == "Secret" and self.secrets)
        return freed and covers(_DATA, path)


def dotted(path: Path) -> str:
    """Return a path as Pulumi prints it: ``spec.ports[0].port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def covers(prefixes: tuple[str, ...], path: str) -> bool:
    """Tell whether ``path`` is one of ``prefixes``, lies below one, or holds one."""
    return any(
        path == prefix or path.startswith((f"{prefix}.", f"{prefix}[")) or prefix.startswith(f"{path}.")
        for prefix in prefixes
    )


def demands_replacement(group: str, kind: str, path: str, mutability: Mutability) -> bool:
    """Tell whether a change at ``path`` needs the object replaced."""
    if covers(_IDENTITY, path):
        return path != "metadata"
    below = (group, kind)
    if not covers(_FIELDS.get(below, ()), path) or mutability.frees(kind, path):
        return False
    return not any(
        path == free or path.startswith((f"{free}.", f"{free}[")) for free in _EXCEPT.get(below, ())
    )
