"""The catalogue's rows hang together."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from catalog.charts import edge, nodes
from catalog.crds import CRD_SOURCES
from catalog.toolchain import GO_MINIMUM, KUBERNETES_PATCHES, KUBERNETES_TOOLS, PULUMI, TOOLS, GoTool
from rehearsal.toolchain import Toolchain
from rehearsal.toolchain.commands import version_tuple

ALL_TOOLS = [PULUMI, *TOOLS, *(tool for tools in KUBERNETES_TOOLS.values() for tool in tools)]
OWN_MODULES = Path(__file__).parents[3] / "rehearsal" / "go"


def test_every_minor_gives_each_program_of_the_toolchain_once() -> None:
    wanted = sorted({field.name for field in fields(Toolchain)} - {"kubernetes", "crds", "rabbitmq"})
    for minor, patch in KUBERNETES_PATCHES.items():
        names = sorted(tool.name.replace("-", "_") for tool in (PULUMI, *TOOLS, *KUBERNETES_TOOLS[minor]))
        assert names == wanted
        assert patch.startswith(f"{minor}.")


@pytest.mark.parametrize("tool", ALL_TOOLS, ids=lambda tool: f"{tool.name}-{tool.version}")
def test_a_program_is_asked_for_the_version_it_is_pinned_to(tool: GoTool) -> None:
    # Prometheus 3.16.0 is the module's v0.316.0: a major version of 3 would change the module's path.
    module = re.sub(r"^v0\.3(\d\d)\.", r"v3.\1.", tool.version)
    assert version_tuple(tool.version_text) == version_tuple(module)
    assert re.fullmatch(r"v\d+\.\d+\.\d+", tool.version)
    assert tool.package.startswith(tool.module) or tool.folder or tool.in_place


@pytest.mark.parametrize("tool", [tool for tool in ALL_TOOLS if tool.folder], ids=lambda tool: tool.name)
def test_our_own_modules_require_the_pinned_version_and_a_go_that_is_had(tool: GoTool) -> None:
    manifest = (OWN_MODULES / tool.folder / "go.mod").read_text(encoding="utf-8")
    assert f"{tool.module} {tool.version}\n" in manifest
    language = re.search(r"^go (.+)$", manifest, re.MULTILINE)
    assert language
    assert version_tuple(language[1]) <= GO_MINIMUM
    assert (OWN_MODULES / tool.folder / "go.sum").is_file()


def test_kubernetes_staging_modules_match_their_release() -> None:
    for minor, tools in KUBERNETES_TOOLS.items():
        assert {tool.local_replaces for tool in tools} == {"v0." + KUBERNETES_PATCHES[minor].split(".", 1)[1]}


def test_crds_are_of_the_versions_that_the_charts_install() -> None:
    versions = {source.name: version_tuple(source.version) for source in CRD_SOURCES}
    assert len(versions) == len(CRD_SOURCES)
    assert versions["keda"] == version_tuple(next(t.version for t in TOOLS if t.name == "keda-operator"))
    assert versions["karpenter"] == version_tuple(nodes.KARPENTER_CRD.version)
    assert versions["cert-manager"] == version_tuple(edge.CERT_MANAGER.version)
    assert versions["envoy-gateway"] == version_tuple(edge.ENVOY_GATEWAY.version)
