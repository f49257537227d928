"""`platformctl plan`: what a stack's settings come to, and what changes against another revision."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planning.plan import make_plan
from planning.show import changes, difference, to_markdown, to_text
from planning.summary import summary
from platformctl.problems import bad_input
from settings import SettingsError, StackConfig, read_stack
from settings.loader import config_of, from_values

_GIT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the plan is shown; as text unless one of these is set."""

    as_json: bool = False
    markdown: bool = False


def plan_command(project: Path, stack: str, form: Form, reference: str | None) -> int:
    """Print a stack's plan, or what differs from the one at a git reference; return 0, or 2 for bad input."""
    try:
        now = _plan(stack, read_stack(project, stack))
        before = None if reference is None else _plan(stack, _at(project, stack, reference))
    except SettingsError as error:
        return bad_input(error)
    sys.stdout.write(
        _plan_text(now, form) if before is None else _change_text(before, now, form, reference or "")
    )
    return 0


def _plan(stack: str, config: StackConfig) -> dict[str, Any]:
    return summary(stack, config, make_plan(config.settings))


def _plan_text(plan: dict[str, Any], form: Form) -> str:
    if form.as_json:
        return json.dumps(plan, indent=2) + "\n"
    return to_markdown(plan) if form.markdown else to_text(plan)


def _change_text(before: dict[str, Any], now: dict[str, Any], form: Form, reference: str) -> str:
    if form.as_json:
        found = [{"what": what, "before": old, "now": new} for what, old, new in changes(before, now)]
        money = {when: plan["money"] for when, plan in (("before", before), ("now", now))}
        result = {"stack": now["stack"], "against": reference, "money": money, "changes": found}
        return json.dumps(result, indent=2) + "\n"
    return difference(before, now, reference, markdown=form.markdown)


def _at(project: Path, stack: str, reference: str) -> StackConfig:
    """Read the stack file of a git revision; raise `SettingsError` with one line where that cannot be done."""
    name = f"Pulumi.{stack}.yaml"
    # A reference that begins with a hyphen would be an option.
    known = _git(project, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    if reference.startswith("-") or known is None:
        raise SettingsError(
            [f"--diff {reference}: git knows no such revision. Name a branch, a tag or a commit."]
        )
    text = _git(project, "show", f"{reference}:./{name}")
    if text is None:
        raise SettingsError([f"--diff {reference}: has no {name}. Name a revision that has it."])
    try:
        config = from_values(config_of(text, name), folder=project)
        make_plan(config.settings)
    except SettingsError as error:
        first, more = error.problems[0], len(error.problems) - 1
        rest = f" (and {more} more)" if more else ""
        line = f"--diff {reference}: its {name} cannot be planned with today's settings: {first}{rest}"
        raise SettingsError([line]) from None
    return config


def _git(project: Path, *arguments: str) -> str | None:
    """Run git in the project; None where it fails, or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments],  # noqa: S607  the user's own git
            capture_output=True,
            text=True,
            check=False,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
