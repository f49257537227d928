"""Passwords that Pulumi makes, and the Kubernetes Secrets that carry them."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core.v1 import Secret
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_random import RandomPassword

# Letters and digits only: they mean the same in a URI, in an ACL file and in a KEDA trigger. 190 bits.
_PASSWORD_LENGTH = 32


def password(name: str, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Return a new random password of 32 letters and digits, as a secret."""
    return RandomPassword(name, length=_PASSWORD_LENGTH, special=False, opts=child).result


def secret(
    name: str,
    data: Mapping[str, pulumi.Input[str]],
    *,
    namespace: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    kind: str = "Opaque",
    labels: Mapping[str, str] | None = None,
) -> Secret:
    """Make a Kubernetes Secret of type `kind` whose name is `name`. All of `data` is secret in state."""
    metadata = ObjectMetaArgs(name=name, namespace=namespace, labels=labels)
    hidden = {key: pulumi.Output.secret(value) for key, value in data.items()}
    return Secret(name, type=kind, metadata=metadata, string_data=hidden, opts=opts)
