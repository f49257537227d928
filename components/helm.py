"""Installs a catalogued Helm chart as a `helm.v3.Release`, always in the same careful way."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release, ReleaseArgs, RepositoryOptsArgs

from catalog.charts import Chart

# Long enough for an image pull on a new node; a stuck release fails instead of hanging the update.
_TIMEOUT_SECONDS = 600


def install(  # noqa: PLR0913  keyword-only, and each says one thing of the release
    name: str,
    chart: Chart,
    *,
    namespace: pulumi.Input[str],
    values: Mapping[str, Any],
    release_name: str,
    opts: pulumi.ResourceOptions,
    skip_crds: bool = False,
) -> Release:
    """Install `chart` at its pinned version under `release_name` and wait for its pods.

    A failed install is rolled back (`atomic`), so that the next update does not meet a pending release.
    `skip_crds` is for a chart whose CRDs have a chart of their own: Helm never updates those it bundles.
    """
    repository = RepositoryOptsArgs(repo=chart.repository) if chart.repository else None
    return Release(
        name,
        ReleaseArgs(
            chart=chart.name,
            version=chart.version,
            repository_opts=repository,
            name=release_name,
            namespace=namespace,
            values=values,
            skip_crds=skip_crds,
            atomic=True,
            timeout=_TIMEOUT_SECONDS,
        ),
        opts=opts,
    )
