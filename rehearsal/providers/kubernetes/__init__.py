"""The built-in ``kubernetes`` provider, with the Helm releases of a rehearsal."""

from rehearsal.providers.kubernetes.provider import KubernetesProvider
from rehearsal.providers.kubernetes.release_backend import ReleaseBackend
from rehearsal.providers.kubernetes.releases import HelmReleases, RenderedRelease
from rehearsal.providers.kubernetes.typed import Patience

__all__ = ["HelmReleases", "KubernetesProvider", "Patience", "ReleaseBackend", "RenderedRelease"]
