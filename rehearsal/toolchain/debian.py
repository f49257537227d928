"""Programs out of Debian's packages, unpacked below .tools: nothing is installed, and no service is started."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from rehearsal.toolchain.commands import output_of, run_logged, version_tuple
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.model import ToolchainError
from rehearsal.toolchain.recipes import DebianRecipe

_MARK = ".recipe"


def present(recipe: DebianRecipe) -> bool:
    """Return whether the packages are unpacked, as this recipe has them."""
    mark = recipe.target / _MARK
    return mark.is_file() and mark.read_text(encoding="utf-8") == recipe.digest


def fetch(recipe: DebianRecipe, layout: Layout) -> None:
    """Download and unpack the packages, all or none. It needs no root, only lists of what there is.

    Raises:
        ToolchainError: the packages could not be had, are too old, or do not run here; and what to do.
    """
    name = recipe.tree.name
    if shutil.which("apt-get") is None:
        raise ToolchainError(
            f"{name}: it comes from Debian's packages, and this machine has no apt-get. "
            "A scenario with a queue needs Debian or Ubuntu; all else runs without."
        )
    log = layout.logs / f"{name}.log"
    log.unlink(missing_ok=True)
    partial = recipe.target.with_name(f"{recipe.target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "packages").mkdir(parents=True)
    try:
        _download(recipe, partial / "packages", log)
        _unpack(recipe, partial, log)
        shutil.rmtree(recipe.target, ignore_errors=True)
        partial.rename(recipe.target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _download(recipe: DebianRecipe, folder: Path, log: Path) -> None:
    name = recipe.tree.name
    # Without a user of its own to change to, apt says nothing of folders that only ours can write.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", *recipe.tree.packages]
    try:
        run_logged(name, command, log=log, cwd=folder)
    except ToolchainError as error:
        if os.geteuid() != 0:
            raise ToolchainError(
                f"{name}: apt-get could not download it (see {log}). Where its lists are missing or old, "
                "run: sudo apt-get update"
            ) from error
        run_logged(name, ["apt-get", "update"], log=log, cwd=folder)
        run_logged(name, command, log=log, cwd=folder)


def _unpack(recipe: DebianRecipe, partial: Path, log: Path) -> None:
    packages = sorted((partial / "packages").glob("*.deb"))
    _check_version(recipe, packages)
    for package in packages:
        run_logged(recipe.tree.name, ["dpkg-deb", "-x", package, partial], log=log, cwd=partial)
    shutil.rmtree(partial / "packages")
    (partial / _MARK).write_text(recipe.digest, encoding="utf-8")


def _check_version(recipe: DebianRecipe, packages: Iterable[Path]) -> None:
    """Debian serves one version a release, so that only the oldest that will do can be pinned."""
    tree = recipe.tree
    for package in packages:
        if package.name.startswith(f"{tree.packages[0]}_"):
            command = ["dpkg-deb", "-f", package, "Version"]
            found = output_of(tree.name, command, cwd=package.parent, env=dict(os.environ)).strip()
            if version_tuple(found) >= version_tuple(tree.minimum):
                return
            raise ToolchainError(
                f"{tree.name}: this machine's release has {found}; {tree.minimum} is needed."
            )
    raise ToolchainError(f"{tree.name}: apt-get brought no {tree.packages[0]}")
