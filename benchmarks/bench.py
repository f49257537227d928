"""Runs one `up` at a time, each on a stage of its own and after a preview, and times it."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from automation import Listener, PlatformStack, Workspace
from benchmarks.programs import no_ops, unawaited
from rehearsal.control_plane import ControlPlane
from rehearsal.options import Options, ProviderChoice
from rehearsal.program import user_program
from rehearsal.providers.base import serve
from rehearsal.providers.random import RandomProvider
from rehearsal.stage import set_stage
from rehearsal.toolchain import Toolchain
from rehearsal.workdir import WorkDir
from settings import from_values

STACK = "dev"
"""The stack that is measured."""

# Not the stack's name: a rehearsal of it may be kept up.
_PLANE = "bench"
# A hundred models need a hundred nodes.
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One `up`: resources made, seconds it took, and the load average of the last minute when it ended."""

    resources: int
    seconds: float
    load: float

    @property
    def per_resource(self) -> float:
        """Seconds a resource."""
        return self.seconds / self.resources


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The checkout and the programs that are measured with."""

    root: Path
    toolchain: Toolchain

    def platform(self, config: Mapping[str, Any], *, awaited: bool = True) -> Sample:
        """Time `up` of the program with `config` on a new control plane, with or without waiting for pods."""
        program = user_program(self.root)
        options = Options(
            stack=STACK,
            project=self.root,
            root=self.root,
            providers=ProviderChoice.BUILTIN,
            patience_seconds=_PATIENCE_SECONDS,
            config=config,
            program=program if awaited else unawaited(program),
        )
        crds = self.toolchain.crds
        with (
            ControlPlane.start(self.toolchain, name=_PLANE, root=self.root, crds=crds) as plane,
            set_stage(
                options, from_values(config), self.toolchain, plane, options.program or program
            ) as stage,
        ):
            return _timed(stage.stack, stage.follow)

    def no_ops(self, count: int) -> Sample:
        """Time `up` of `count` resources that do nothing, the stack among them."""
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as temporary,
            serve([RandomProvider(version("pulumi-random"))]) as served,
        ):
            project, folder = Path(temporary, "project"), Path(temporary, "work")
            project.mkdir()
            (project / "Pulumi.yaml").write_text("name: no-ops\nruntime: python\n", encoding="utf-8")
            work = WorkDir.make(folder, project, STACK, {})
            workspace = Workspace(
                folder=folder,
                program=no_ops(count),
                pulumi=self.toolchain.pulumi,
                environment={**work.environment, "PULUMI_DEBUG_PROVIDERS": served.debug_env},
            )
            return _timed(PlatformStack.open(STACK, workspace), _deaf)


def _timed(stack: PlatformStack, listener: Listener) -> Sample:
    # As in a rehearsal, and the first program of a process spends seconds on imports.
    stack.preview()
    outcome = stack.up(listener)
    return Sample(resources=sum(outcome.changes.values()), seconds=outcome.seconds, load=os.getloadavg()[0])


def _deaf(_: object) -> None:
    """Hear events and do nothing: both sides are to pay for them."""
