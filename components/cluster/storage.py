"""The storage classes of the cluster, both encrypted gp3."""

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.storage.v1 import StorageClass

DEFAULT = "gp3"
"""The default class: a volume goes with its claim."""
RETAIN = "gp3-retain"
"""A volume stays when its claim is deleted: for data that must outlive a mistake."""

_DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class"


def storage_classes(name: str, opts: pulumi.ResourceOptions) -> tuple[StorageClass, StorageClass]:
    """Make both classes. EKS has had no default class of its own since 1.30."""
    return (
        _storage_class(f"{name}-{DEFAULT}", DEFAULT, "Delete", opts),
        _storage_class(f"{name}-{RETAIN}", RETAIN, "Retain", opts),
    )


def _storage_class(
    resource: str, name: str, reclaim_policy: str, opts: pulumi.ResourceOptions
) -> StorageClass:
    is_default = "true" if name == DEFAULT else "false"
    return StorageClass(
        resource,
        metadata=ObjectMetaArgs(name=name, annotations={_DEFAULT_ANNOTATION: is_default}),
        provisioner="ebs.csi.aws.com",
        parameters={"type": "gp3", "encrypted": "true"},
        reclaim_policy=reclaim_policy,
        # A volume lives in one zone, so it is made where its pod goes.
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        opts=opts,
    )
