"""Charts rendered by the ``helm`` on PATH; their values go by a private file, never as arguments."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from rehearsal.providers.base import ProviderError
from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.reachability import Reachability, probe_url
from rehearsal.providers.kubernetes.release_inputs import Release

_RENDER_SECONDS = 60.0
# Shorter values (true, 8080, names of levels) are no secrets, and hiding them garbles the message.
_SHORTEST_SECRET = 8


# The cluster's version and the API versions it serves, as charts ask for them.
Capabilities = tuple[str, list[str]]


class NotRenderedError(Exception):
    """The chart cannot be had here; the text says why."""


class Helm:
    """Renders charts; safe for many threads."""

    def __init__(self, reachability: Reachability | None = None) -> None:
        self._binary = shutil.which("helm")
        self._reachability = reachability or Reachability()

    def look_ahead(self, charts: Sequence[tuple[str, str]]) -> None:
        """Begin to ask whether these (chart, repository) pairs can be reached."""
        if self._binary:
            self._reachability.ask(probe_url(chart, repository) for chart, repository in charts)

    def render(self, release: Release, capabilities: Callable[[], Capabilities]) -> list[Tree]:
        """Return the chart's objects, hooks left out; ``capabilities`` are asked for only if needed.

        Raises NotRenderedError where the chart cannot be had, ProviderError where it can and
        does not render.
        """
        if not self._binary:
            raise NotRenderedError(
                "helm is not on PATH; with helm 3 there, a chart that can be reached is rendered"
            )
        if release.needs_credentials:
            raise NotRenderedError("its repository needs credentials, which helm takes only as arguments")
        if not release.is_local:
            reason = self._reachability.why_not(probe_url(release.chart, release.repository))
            if reason:
                raise NotRenderedError(reason)
        arguments = _arguments(release, *capabilities())
        return _objects(_run(self._binary, arguments, release))


def _arguments(release: Release, kube_version: str, api_versions: list[str]) -> list[str]:
    arguments = ["template", release.name, release.chart, "--namespace", release.namespace, "--no-hooks"]
    arguments += ["--kube-version", kube_version]
    arguments += [part for api in api_versions for part in ("--api-versions", api)]
    if not release.skip_crds:
        arguments.append("--include-crds")
    if release.repository:
        arguments += ["--repo", release.repository]
    if release.version and not release.is_local:
        arguments += ["--version", release.version]
    return arguments


def _run(binary: str, arguments: list[str], release: Release) -> str:
    # mkstemp makes a file that only this user can read.
    handle, path = tempfile.mkstemp(prefix="rehearsal-values-", suffix=".yaml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yaml.safe_dump(release.values, file)
        done = subprocess.run(
            [binary, *arguments, "--values", path],
            capture_output=True,
            text=True,
            check=False,
            timeout=_RENDER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProviderError(f"{release}: helm template took more than {_RENDER_SECONDS:.0f} s") from None
    finally:
        Path(path).unlink()
    if done.returncode:
        raise ProviderError(f"{release}: helm template fails: {_scrubbed(done.stderr, release.values)}")
    return done.stdout


def _objects(text: str) -> list[Tree]:
    trees = [tree for tree in yaml.load_all(text, Loader=_LOADER) if isinstance(tree, dict)]
    return [cast(Tree, tree) for tree in trees if tree.get("kind") and tree.get("apiVersion")]


# The C parser is ten times as fast on CRDs, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _scrubbed(message: str, values: Any) -> str:
    line = " ".join(message.split())
    for text in sorted(_texts(values), key=len, reverse=True):
        line = line.replace(text, "[value]")
    return line


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in cast(Tree, tree).values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in cast(list[Any], tree):
            yield from _texts(value)
    elif isinstance(tree, str) and len(tree) >= _SHORTEST_SECRET:
        yield tree
