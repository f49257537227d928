"""CRD files, copied out of Go modules."""

import shutil
from pathlib import Path

from rehearsal.toolchain.golang import Go
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.model import ToolchainError
from rehearsal.toolchain.recipes import CrdRecipe

_MARK = ".recipe"


def present(recipe: CrdRecipe) -> bool:
    """Return whether the files are there, as this recipe has them."""
    mark = recipe.target / _MARK
    return mark.is_file() and mark.read_text(encoding="utf-8") == recipe.digest


def files(recipe: CrdRecipe) -> tuple[Path, ...]:
    """Return the files, in order of name."""
    return tuple(sorted(recipe.target.glob("*.yaml")))


def fetch(recipe: CrdRecipe, go: Go, layout: Layout) -> None:
    """Copy the files out of the module, all or none.

    Raises:
        ToolchainError: the module could not be had, or it does not hold the files.
    """
    source = recipe.source
    folder = layout.workspaces / "crds"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text("module rehearsal/crds\n", encoding="utf-8")
    module = f"{source.module}@{source.version}"
    log = layout.logs / f"{source.name}-crds.log"
    log.unlink(missing_ok=True)
    answer = go.download(f"{source.name} CRDs", module, cwd=folder, log=log)
    partial = recipe.target.with_name(f"{recipe.target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _copy(recipe, Path(answer["Dir"]), partial)
        (partial / _MARK).write_text(recipe.digest, encoding="utf-8")
        shutil.rmtree(recipe.target, ignore_errors=True)
        partial.rename(recipe.target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copy(recipe: CrdRecipe, module: Path, folder: Path) -> None:
    for pattern in recipe.source.globs:
        found = sorted(module.glob(pattern))
        if not found:
            raise ToolchainError(f"{recipe.source.name} CRDs: {module} has no file {pattern}")
        for file in found:
            _check(recipe, file)
            # The module cache is read-only, and a copy of its modes could not be deleted.
            shutil.copyfile(file, folder / file.name)


def _check(recipe: CrdRecipe, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if "kind: CustomResourceDefinition" not in text or "{{" in text.split("openAPIV3Schema", 1)[0]:
        raise ToolchainError(f"{recipe.source.name} CRDs: {file} is no plain CustomResourceDefinition")
