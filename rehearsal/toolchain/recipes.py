"""From the catalogue's rows to what is built where."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from catalog.crds import CRD_SOURCES, CrdSource
from catalog.toolchain import (
    KUBERNETES_PATCHES,
    KUBERNETES_TOOLS,
    PULUMI,
    RABBITMQ,
    TOOLS,
    DebianTree,
    GoTool,
)
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.model import UnknownKubernetesError

_OWN_MODULES = Path(__file__).parents[1] / "go"


@dataclass(frozen=True)
class Recipe:
    """A program to have at `target`. The digest changes with anything that goes into the build."""

    tool: GoTool
    target: Path
    digest: str

    @property
    def version_text(self) -> str:
        """What the program prints, among other things, when asked for its version."""
        return self.tool.version_text.format(digest=self.digest)

    @property
    def link_flags(self) -> str:
        """The linker's flags: no symbol table, and the variables that hold the version."""
        variables = (f"-X {variable.format(digest=self.digest)}" for variable in self.tool.variables)
        return " ".join(("-s", "-w", *variables))

    @property
    def sources(self) -> Path | None:
        """The folder of a module of our own."""
        return _OWN_MODULES / self.tool.folder if self.tool.folder else None


@dataclass(frozen=True)
class CrdRecipe:
    """CRD files to have in `target`."""

    source: CrdSource
    target: Path
    digest: str


@dataclass(frozen=True)
class DebianRecipe:
    """Debian's packages to have unpacked in `target`."""

    tree: DebianTree
    target: Path
    digest: str


@dataclass(frozen=True)
class Plan:
    """All that one Kubernetes minor version needs. Pulumi stands apart: PATH may have it.

    `trees` are what only scenarios need.
    """

    kubernetes: str
    pulumi: Recipe
    programs: tuple[Recipe, ...]
    crds: tuple[CrdRecipe, ...]
    trees: tuple[DebianRecipe, ...]


def plan_for(minor: str, layout: Layout) -> Plan:
    """Return what a Kubernetes minor version, as in "1.36", needs.

    Raises:
        UnknownKubernetesError: no control plane is known for it.
    """
    if minor not in KUBERNETES_PATCHES:
        known = ", ".join(KUBERNETES_PATCHES)
        raise UnknownKubernetesError(f"kubernetes: {minor!r} cannot be rehearsed; known versions: {known}")
    version = KUBERNETES_PATCHES[minor]
    control_plane = (_recipe(tool, layout.control_plane(version)) for tool in KUBERNETES_TOOLS[minor])
    return Plan(
        kubernetes=version,
        pulumi=_recipe(PULUMI, layout.binaries),
        programs=(*control_plane, *(_recipe(tool, layout.binaries) for tool in TOOLS)),
        crds=tuple(
            CrdRecipe(source, layout.crds(source.name, source.version), _digest(source))
            for source in CRD_SOURCES
        ),
        trees=(DebianRecipe(RABBITMQ, layout.debian(RABBITMQ.name), _digest(RABBITMQ)),),
    )


def _recipe(tool: GoTool, folder: Path) -> Recipe:
    own = sorted((_OWN_MODULES / tool.folder).glob("*")) if tool.folder else []
    return Recipe(tool, folder / tool.name, _digest(tool, own))


def _digest(row: GoTool | CrdSource | DebianTree, files: list[Path] | None = None) -> str:
    # The source is a remark: mending it builds nothing anew.
    facts = {key: value for key, value in asdict(row).items() if key != "source"}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for file in files or ():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
