"""Building one program from its Go module."""

import json
import os
from pathlib import Path

from catalog.toolchain import GoTool
from rehearsal.toolchain.commands import version_text
from rehearsal.toolchain.golang import Go
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.model import ToolchainError
from rehearsal.toolchain.recipes import Recipe

_LANGUAGE = "1.26.0"
"""The `go` line of a written go.mod; it may not be newer than the machine's Go."""


def build(recipe: Recipe, go: Go, layout: Layout) -> None:
    """Build a program, check that it is of its version, and only then put it in its place.

    Raises:
        ToolchainError: the build failed, or made another version.
    """
    name = recipe.tool.name
    recipe.target.parent.mkdir(parents=True, exist_ok=True)
    partial = recipe.target.with_name(f"{name}.{os.getpid()}.partial")
    log = layout.logs / f"{name}.log"
    log.unlink(missing_ok=True)
    try:
        _compile(recipe, partial, go, layout, log)
        said = version_text(partial, recipe.tool.version_args)
        if recipe.version_text not in said:
            raise ToolchainError(
                f"{name}: the built program says {said.strip()[:200]!r}, not {recipe.version_text!r}; "
                f"what the build printed is in {log}"
            )
        partial.replace(recipe.target)
    finally:
        partial.unlink(missing_ok=True)


def remove_partials(layout: Layout) -> None:
    """Remove what builds that were killed left behind. Call it under the lock only."""
    for partial in layout.tools.glob("*/*.partial"):
        if partial.is_file():
            partial.unlink()


def _compile(recipe: Recipe, output: Path, go: Go, layout: Layout, log: Path) -> None:
    tool = recipe.tool
    # Our own modules and downloaded ones have their go.sum and are not to be changed by a build.
    mode = "readonly" if recipe.sources or tool.in_place else "mod"
    folder = recipe.sources or _workspace(tool, go, layout, log)
    if tool.in_place:
        folder = Path(go.download(tool.name, f"{tool.module}@{tool.version}", cwd=folder, log=log)["Dir"])
    flags = (f"-mod={mode}", "-trimpath", "-buildvcs=false", "-ldflags", recipe.link_flags)
    tags = ("-tags", ",".join(tool.tags)) if tool.tags else ()
    go.run(tool.name, "build", *flags, *tags, "-o", output, tool.package, cwd=folder, log=log)


def _workspace(tool: GoTool, go: Go, layout: Layout, log: Path) -> Path:
    """Write a Go module that requires the tool's, as `go build` can be run only inside one."""
    folder = layout.workspaces / f"{tool.module.replace('/', '_')}@{tool.version}"
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "go.mod"
    lines = ["module rehearsal/build", f"go {_LANGUAGE}"]
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not tool.in_place:
        lines.append(f"require {tool.module} {tool.version}")
    lines += [f"replace {replace}" for replace in (*tool.replaces, *_local_replaces(tool, go, folder, log))]
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _local_replaces(tool: GoTool, go: Go, folder: Path, log: Path) -> list[str]:
    """Give each module that the tool's go.mod takes from its own repository its published version."""
    if not tool.local_replaces:
        return []
    module = f"{tool.module}@{tool.version}"
    downloaded = go.download(tool.name, module, cwd=folder, log=log)
    manifest = json.loads(go.ask(tool.name, "mod", "edit", "-json", downloaded["GoMod"], cwd=folder))
    local = [row["Old"]["Path"] for row in manifest["Replace"] if row["New"]["Path"].startswith("./")]
    return [f"{path} => {path} {tool.local_replaces}" for path in local]
