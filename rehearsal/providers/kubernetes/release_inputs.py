"""The inputs of a ``helm.v3.Release`` that a rehearsal heeds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rehearsal.providers.base import Properties, ProviderError
from rehearsal.providers.kubernetes.client import Tree

# Helm's own default.
_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release to install. ``repository`` is empty for a local or an OCI chart; values may be secret."""

    name: str
    namespace: str
    chart: str
    repository: str
    version: str
    values: Tree
    create_namespace: bool
    skip_crds: bool
    skip_await: bool
    timeout_seconds: float
    needs_credentials: bool

    @property
    def chart_name(self) -> str:
        """The chart's own name: the last part of an OCI address or a path."""
        return self.chart.rstrip("/").rsplit("/", 1)[-1]

    @property
    def is_local(self) -> bool:
        """Tell whether the chart is a folder or an archive of this machine."""
        return not self.repository and not self.chart.startswith("oci://") and Path(self.chart).exists()

    def __repr__(self) -> str:
        # The values may hold secrets, and a repr ends up in logs.
        return f"Release({self.namespace}/{self.name}, chart={self.chart})"


def read_release(inputs: Properties, default_namespace: str) -> Release:
    """Return the release that the inputs describe. Raises ProviderError for what is not supported."""
    if inputs.get("valueYamlFiles"):
        raise ProviderError(
            f"release {inputs.get('name')}: the built-in provider reads no valueYamlFiles; put them in values"
        )
    options = cast(Tree, inputs.get("repositoryOpts") or {})
    values: Any = inputs.get("values")
    return Release(
        name=str(inputs["name"]),
        namespace=str(inputs.get("namespace") or default_namespace),
        chart=str(inputs["chart"]),
        repository=str(options.get("repo") or ""),
        version=str(inputs.get("version") or ""),
        values=cast(Tree, values) if isinstance(values, dict) else {},
        create_namespace=bool(inputs.get("createNamespace")),
        skip_crds=bool(inputs.get("skipCrds")),
        skip_await=bool(inputs.get("skipAwait")),
        timeout_seconds=float(inputs.get("timeout") or _TIMEOUT_SECONDS),
        needs_credentials=any(options.get(key) for key in ("username", "password", "certFile", "keyFile")),
    )
