"""Says what a plan comes to before anything is registered, in preview and up alike."""

import pulumi

from planning.plan import Plan
from planning.sections import headline
from planning.summary import summary
from settings.loader import StackConfig


def announce(stack: str, config: StackConfig, plan: Plan) -> None:
    """Log the plan in a few sentences, with what it warns of."""
    pulumi.log.info(f"{headline(summary(stack, config, plan))} All of it: platformctl plan {stack}")
    for warning in plan.warnings:
        pulumi.log.warn(warning)
