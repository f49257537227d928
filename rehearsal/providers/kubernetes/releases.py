"""Helm releases in a rehearsal: rendered where the chart can be had, else placeholder pods."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from catalog.charts import CHARTS, Chart
from rehearsal.providers.base import PartialError, Properties, ProviderError
from rehearsal.providers.kubernetes.chart_placeholders import chart_placeholders
from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.helm import Helm, NotRenderedError
from rehearsal.providers.kubernetes.objects import ObjectRef, metadata
from rehearsal.providers.kubernetes.release_backend import release_id
from rehearsal.providers.kubernetes.release_inputs import Release, read_release
from rehearsal.providers.kubernetes.release_objects import (
    apply,
    capabilities,
    delete,
    ensure_namespace,
    order,
    wait,
)
from rehearsal.providers.kubernetes.release_outputs import object_refs, release_outputs
from rehearsal.providers.kubernetes.typed import TypedResources

# Nothing answers behind these in a rehearsal, and the API server would wait for an answer.
_NEEDS_PODS = ("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


@dataclass(frozen=True, slots=True)
class RenderedRelease:
    """What became of a release. ``reason`` says why it is not ``rendered``, or what was left out of it."""

    chart: str
    version: str
    namespace: str
    rendered: bool
    reason: str
    objects: tuple[ObjectRef, ...]


class HelmReleases:
    """Installs releases; safe for many threads."""

    def __init__(self, helm: Helm | None = None, charts: Sequence[Chart] = CHARTS) -> None:
        self._helm = helm or Helm()
        self._charts = {chart.name.rsplit("/", 1)[-1]: chart for chart in charts}
        self._rendered: dict[str, RenderedRelease] = {}
        self._lock = threading.Lock()
        self._helm.look_ahead([(chart.name, chart.repository) for chart in charts])

    @property
    def rendered(self) -> Mapping[str, RenderedRelease]:
        """What became of each release installed so far, by its name; uninstalled ones stay listed."""
        with self._lock:
            return MappingProxyType(dict(self._rendered))

    def install(self, objects: TypedResources, inputs: Properties) -> Properties:
        """Install the release and wait for it; return its outputs."""
        return self._bring(objects, inputs, revision=1, olds={})

    def upgrade(self, objects: TypedResources, inputs: Properties, outputs: Properties) -> Properties:
        """Apply the release's new objects, delete those it no longer has, and wait."""
        revision = int((outputs.get("status") or {}).get("revision") or 0) + 1
        return self._bring(objects, inputs, revision=revision, olds=outputs)

    def uninstall(self, objects: TypedResources, outputs: Properties) -> None:
        """Delete the release's objects, last made first, and wait until they are gone."""
        delete(objects, object_refs(outputs))

    def is_there(self, objects: TypedResources, outputs: Properties) -> bool:
        """Tell whether any object of the release lives; a release of none always does."""
        refs = object_refs(outputs)
        return not refs or any(objects.cluster.find(ref) is not None for ref in refs)

    def _bring(
        self, objects: TypedResources, inputs: Properties, *, revision: int, olds: Properties
    ) -> Properties:
        release = read_release(inputs, objects.cluster.default_namespace)
        trees = self._trees(objects.cluster, release)
        olds_refs = object_refs(olds)
        made: dict[ObjectRef, Tree] = {}
        try:
            if release.create_namespace:
                ensure_namespace(objects, release.namespace)
            for tree in trees:
                ref, live = apply(objects, release.namespace, tree)
                made[ref] = live
            delete(objects, [ref for ref in olds_refs if ref not in made])
            if not release.skip_await:
                wait(objects, made, release.timeout_seconds)
        except ProviderError as error:
            left = list(dict.fromkeys([*olds_refs, *made]))
            outputs = release_outputs(inputs, release, left, revision, "failed")
            raise PartialError(f"{release}: {error.message}", release_id(outputs), outputs) from None
        return release_outputs(inputs, release, list(made), revision, "deployed")

    def _trees(self, cluster: Cluster, release: Release) -> list[Tree]:
        """Return the objects to apply, and note what became of the chart."""
        try:
            trees = self._helm.render(release, lambda: capabilities(cluster))
        except NotRenderedError as error:
            return self._placeholders(release, str(error))
        left_out = sorted({str(tree["kind"]) for tree in trees if tree["kind"] in _NEEDS_PODS})
        reason = f"left out, for no pod answers them: {', '.join(left_out)}" if left_out else ""
        kept = [tree for tree in trees if tree["kind"] not in _NEEDS_PODS]
        kept.sort(key=order)
        self._note(release, kept, reason, rendered=True)
        return kept

    def _placeholders(self, release: Release, reason: str) -> list[Tree]:
        chart = self._charts.get(release.chart_name)
        trees = chart_placeholders(chart, release) if chart else []
        if chart is None:
            reason += "; it is not in the catalogue, so nothing stands for its pods"
        self._note(release, trees, reason, rendered=False)
        return trees

    def _note(self, release: Release, trees: list[Tree], reason: str, *, rendered: bool) -> None:
        refs = tuple(
            ObjectRef(
                tree["apiVersion"], tree["kind"], metadata(tree).get("namespace", ""), metadata(tree)["name"]
            )
            for tree in trees
        )
        note = RenderedRelease(release.chart, release.version, release.namespace, rendered, reason, refs)
        with self._lock:
            self._rendered[release.name] = note
