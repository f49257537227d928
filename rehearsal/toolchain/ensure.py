"""Bringing every program of a rehearsal in place, once."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from catalog.toolchain import RABBITMQ
from rehearsal.toolchain import crds, debian
from rehearsal.toolchain.build import build, remove_partials
from rehearsal.toolchain.commands import version_text
from rehearsal.toolchain.golang import Go, find_go
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.ledger import Ledger
from rehearsal.toolchain.lock import exclusive
from rehearsal.toolchain.model import Event, Progress, State, Toolchain, ToolchainError, silent
from rehearsal.toolchain.on_path import usable_pulumi
from rehearsal.toolchain.recipes import CrdRecipe, DebianRecipe, Plan, Recipe, plan_for


def ensure(minor: str, *, root: Path, progress: Progress = silent, scenarios: bool = False) -> Toolchain:
    """Return the programs for a Kubernetes minor version, as in "1.36"; build what is not there.

    With `scenarios` those that only a scenario needs are among them. Everything is kept in `<root>/.tools`.
    The first call takes minutes, the next ones milliseconds.

    Raises:
        UnknownKubernetesError: no control plane is known for the version.
        ToolchainError: a program could not be had.
    """
    layout = Layout(root.resolve())
    plan = plan_for(minor, layout)
    if not scenarios:
        plan = replace(plan, trees=())
    work = _Work(layout, progress)
    if work.missing(plan):
        with exclusive(layout.lock, progress):
            # Another process may have built it all while this one waited.
            work = _Work(layout, progress)
            remove_partials(layout)
            work.bring(plan)
    return _toolchain(plan, work.pulumi_on_path or plan.pulumi.target)


class _Work:
    """One pass over a plan."""

    def __init__(self, layout: Layout, progress: Progress) -> None:
        self._layout = layout
        self._progress = progress
        self._ledger = Ledger.load(layout.ledger)

    @cached_property
    def pulumi_on_path(self) -> Path | None:
        """The user's own Pulumi, where it is new enough."""
        return usable_pulumi(self._ledger)

    @cached_property
    def _go(self) -> Go:
        return find_go(self._layout, self._progress)

    def missing(self, plan: Plan) -> bool:
        """Return whether anything is not there or not verified; changes nothing."""
        verified = (self._ledger.verified(r.target, r.digest) for r in self._recipes(plan))
        unpacked = all(debian.present(recipe) for recipe in plan.trees)
        return not (all(verified) and all(crds.present(recipe) for recipe in plan.crds) and unpacked)

    def bring(self, plan: Plan) -> None:
        """Build and copy what is missing. Call it under the lock."""
        for recipe in self._recipes(plan):
            self._bring_program(recipe)
        for recipe in plan.crds:
            self._bring_crds(recipe)
        for recipe in plan.trees:
            self._bring_tree(recipe)

    def _recipes(self, plan: Plan) -> tuple[Recipe, ...]:
        return plan.programs if self.pulumi_on_path else (plan.pulumi, *plan.programs)

    def _bring_program(self, recipe: Recipe) -> None:
        if self._is_current(recipe):
            self._progress(Event(recipe.tool.name, State.READY, recipe.tool.version))
        else:
            self._timed(
                recipe.tool.name,
                State.BUILDING,
                recipe.tool.version,
                lambda: build(recipe, self._go, self._layout),
            )
        self._ledger.record(recipe.target, recipe.digest)

    def _is_current(self, recipe: Recipe) -> bool:
        if self._ledger.verified(recipe.target, recipe.digest):
            return True
        if self._ledger.known_to_differ(recipe.target, recipe.digest):
            return False
        return recipe.version_text in version_text(recipe.target, recipe.tool.version_args)

    def _bring_crds(self, recipe: CrdRecipe) -> None:
        name, version = f"{recipe.source.name} CRDs", recipe.source.version
        if crds.present(recipe):
            self._progress(Event(name, State.READY, version))
        else:
            self._timed(name, State.FETCHING, version, lambda: crds.fetch(recipe, self._go, self._layout))

    def _bring_tree(self, recipe: DebianRecipe) -> None:
        name, version = recipe.tree.name, f">= {recipe.tree.minimum}"
        if debian.present(recipe):
            self._progress(Event(name, State.READY, version))
        else:
            self._timed(name, State.FETCHING, version, lambda: debian.fetch(recipe, self._layout))

    def _timed(self, name: str, state: State, version: str, work: Callable[[], None]) -> None:
        self._progress(Event(name, state, version))
        begin = time.monotonic()
        try:
            work()
        except ToolchainError:
            self._progress(Event(name, State.FAILED, version, time.monotonic() - begin))
            raise
        self._progress(Event(name, State.DONE, version, time.monotonic() - begin))


def _toolchain(plan: Plan, pulumi: Path) -> Toolchain:
    programs = {recipe.tool.name.replace("-", "_"): recipe.target for recipe in plan.programs}
    files = tuple(file for recipe in plan.crds for file in crds.files(recipe))
    trees = {recipe.tree.name: recipe.target for recipe in plan.trees}
    return Toolchain(
        kubernetes=plan.kubernetes, pulumi=pulumi, crds=files, rabbitmq=trees.get(RABBITMQ.name), **programs
    )
