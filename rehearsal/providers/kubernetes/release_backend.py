"""The seam for Helm releases: what the provider asks of whoever installs charts."""

import secrets
from typing import Protocol

from rehearsal.providers.base import Properties
from rehearsal.providers.kubernetes.typed import TypedResources


class ReleaseBackend(Protocol):
    """Installs Helm charts. ``inputs`` are those of a ``helm.v3.Release``; outputs hold them too.

    All raise ProviderError, and PartialError where a release is there but not ready.
    """

    def install(self, objects: TypedResources, inputs: Properties) -> Properties:
        """Install the release and wait for it; return its outputs."""
        ...

    def upgrade(self, objects: TypedResources, inputs: Properties, outputs: Properties) -> Properties:
        """Bring the release from its last ``outputs`` to ``inputs``; return its outputs."""
        ...

    def uninstall(self, objects: TypedResources, outputs: Properties) -> None:
        """Delete what the release made, and wait until it is gone."""
        ...

    def is_there(self, objects: TypedResources, outputs: Properties) -> bool:
        """Tell whether anything of the release still lives."""
        ...


def named_release(urn: str, olds: Properties, news: Properties) -> Properties:
    """Return ``news`` with a release name: its own, the last one, or a new automatic one."""
    if news.get("name"):
        return news
    return {**news, "name": olds.get("name") or f"{urn.rsplit('::', 1)[-1]}-{secrets.token_hex(4)}"}


def release_id(outputs: Properties) -> str:
    """Return Pulumi's id of a release: namespace/name."""
    return f"{outputs['status']['namespace']}/{outputs['status']['name']}"
