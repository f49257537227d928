"""`platformctl check`: settings and their plan, in a moment. Imports neither Pulumi nor a provider."""

import json
import sys
from pathlib import Path

from planning.cost import floor_lines, total
from planning.plan import make_plan
from platformctl.problems import BAD_INPUT, bad_input
from settings import SettingsError, read_stack, stack_names


def check(project: Path, stack: str | None, *, as_json: bool) -> int:
    """Check one stack or all; return 0, or 2 with one line a problem."""
    results: dict[str, list[str]] = {}
    code = 0
    for name in [stack] if stack else stack_names(project):
        try:
            line = _summary(project, name)
        except SettingsError as error:
            results[name] = list(error.problems)
            code = BAD_INPUT if as_json else bad_input(error, "" if stack else f"{name}: ")
        else:
            results[name] = []
            if not as_json:
                sys.stdout.write(f"{name}: {line}\n")
    if as_json:
        sys.stdout.write(json.dumps(results, indent=2) + "\n")
    return code


def _summary(project: Path, stack: str) -> str:
    """What a good stack amounts to, in one line."""
    settings = read_stack(project, stack).settings
    plan = make_plan(settings)
    servers = ", ".join(
        f"{server.name} {server.min_replicas}-{server.max_replicas} x {server.gpus} {server.share.instance.gpu}"
        for server in plan.servers.values()
    )
    return f"good. {servers}. From ${total(floor_lines(settings, plan)):.2f} an hour."
