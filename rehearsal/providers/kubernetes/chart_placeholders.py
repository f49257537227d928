"""Placeholder workloads of a chart, from the catalogue's row and the release's values."""

from typing import Any, cast

from catalog.charts import Chart, Workload
from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.placeholders import (
    Placeholder,
    Placement,
    placeholder_object,
    shortened,
    value_at,
)
from rehearsal.providers.kubernetes.release_inputs import Release


def chart_placeholders(chart: Chart, release: Release) -> list[Tree]:
    """Return one workload for each of the chart's that the values leave on."""
    return [_workload(row, release) for row in chart.workloads if _is_enabled(row, release.values)]


def _workload(row: Workload, release: Release) -> Tree:
    values = release.values
    replicas = value_at(values, row.replicas_path)
    return placeholder_object(
        Placeholder(
            kind=row.kind.value,
            name=_name(row, release),
            namespace=release.namespace,
            stands_for={
                "rehearsal/chart": release.chart_name[:63],
                "rehearsal/release": release.name[:63],
            },
            replicas=row.replicas if replicas is None else int(replicas),
            resources=_resources(row, value_at(values, row.resources_path)),
            placement=Placement(
                node_selector=value_at(values, row.node_selector_path) or {},
                tolerations=value_at(values, row.tolerations_path) or [],
                affinity=value_at(values, row.affinity_path) or {},
            ),
        )
    )


def _is_enabled(row: Workload, values: Tree) -> bool:
    value = value_at(values, row.enabled_path)
    return row.enabled if value is None else bool(value)


def _name(row: Workload, release: Release) -> str:
    """Return a name as charts make it: the release's, unless that says the same."""
    own = release.name == row.name or row.name.startswith(f"{release.name}-")
    return shortened(row.name if own else f"{release.name}-{row.name}")


def _resources(row: Workload, values: Any) -> Tree:
    """Return the values' resources over the row's requests, as Helm merges them."""
    given = cast(Tree, values) if isinstance(values, dict) else {}
    defaults = {key: value for key, value in (("cpu", row.cpu), ("memory", row.memory)) if value != "0"}
    requests = defaults | (given.get("requests") or {})
    return {**given, "requests": requests} if requests else given
