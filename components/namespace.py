"""Namespaces that say how far the pods in them may go."""

from collections.abc import Mapping
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

PodSecurity = Literal["restricted", "baseline", "privileged"]


def namespace(
    name: str,
    *,
    named: pulumi.Input[str],
    pod_security: PodSecurity,
    opts: pulumi.ResourceOptions,
    labels: Mapping[str, str] | None = None,
) -> Namespace:
    """Make the Namespace `named`, which refuses pods beyond the Pod Security standard `pod_security`."""
    enforced = {"pod-security.kubernetes.io/enforce": pod_security, **(labels or {})}
    return Namespace(name, metadata=ObjectMetaArgs(name=named, labels=enforced), opts=opts)
