"""Whether what a scenario expects came true: a line for each thing that did not."""

from collections.abc import Iterator

from rehearsal.scenarios.analysis import Outcome
from rehearsal.scenarios.model import Expectations


def broken(expect: Expectations, outcome: Outcome) -> Iterator[str]:
    """Name every expectation that the outcome breaks: what was seen, the limit, and the setting to turn."""
    yield from _replicas(expect, outcome)
    if expect.failed is not None and outcome.failed > expect.failed:
        fix = "Let pods be drained before their node goes, and keep a replica in reserve."
        yield f"{outcome.failed} requests failed where {expect.failed} may. {fix}"
    if expect.keeps_budget and outcome.budget and not outcome.budget.kept:
        seen = f"{outcome.budget.fewest} replicas were Ready where the budget leaves {outcome.budget.allowed}"
        yield f"{seen} ({outcome.budget.most_lost} lost at once). Raise replicas.min, or spread over more nodes."
    share = outcome.usage.share
    if expect.gpu_hours_share is not None and share > expect.gpu_hours_share:
        seen = f"{share:.0%} of the static deployment's GPU hours are more than {expect.gpu_hours_share:.0%}"
        yield f"{seen}. Lower replicas.min, or shorten scaling.scaleDown."
    if expect.late_share is not None and outcome.late_share > expect.late_share:
        seen = f"{outcome.late_share:.2%} of the requests waited too long for their first token"
        yield f"{seen}; the most is {expect.late_share:.2%}. Scale earlier (scaling), or raise replicas.min."


def _replicas(expect: Expectations, outcome: Outcome) -> Iterator[str]:
    if expect.reversals is not None and outcome.reversals > expect.reversals:
        seen = f"replicas changed direction {outcome.reversals} times more than the load"
        yield f"{seen} ({expect.reversals} allowed). Lengthen scaling.scaleDown.stabilizationSeconds."
    if expect.wanted_replicas is not None and outcome.wanted < expect.wanted_replicas:
        fix = "Look at replicas.max and at the triggers."
        yield f"{outcome.wanted} replicas were wanted where {expect.wanted_replicas} were needed. {fix}"
    if expect.most_replicas is not None and outcome.ready < expect.most_replicas:
        fix = "Look at the pool's maxGpus, at replicas.max and at the triggers."
        yield f"{outcome.ready} replicas became Ready where {expect.most_replicas} were needed. {fix}"
    if expect.extra_replicas is not None and outcome.wanted > outcome.needed + expect.extra_replicas:
        seen = f"{outcome.wanted} replicas were wanted where the load needs {outcome.needed}"
        yield f"{seen} and {expect.extra_replicas} more are allowed. Lower replicas.max, or raise the thresholds."
    if expect.reaches_zero and outcome.at_the_end > 0:
        fix = "Look at replicas.min and scaling.cooldownSeconds."
        yield f"{outcome.at_the_end} replicas were still wanted at the end, with no work left. {fix}"
