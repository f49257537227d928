"""Times that follow from a server's budgets are in the right order, whatever the budgets."""

from dataclasses import replace
from typing import cast

import pulumi
from hypothesis import given
from hypothesis import strategies as st

from components.serving import ModelServerArgs, NvmeCache, ScalingArgs, timing

_ARGS = ModelServerArgs(
    namespace="inference",
    provider=cast("pulumi.ProviderResource", None),
    node_selector={},
    gpus=1,
    cpu="3",
    memory_gib=12,
    shm_gib=2,
    cache=NvmeCache(size_gib=60),
    startup_seconds=900,
    min_replicas=1,
    max_replicas=4,
    scaling=ScalingArgs(prometheus_address="http://prometheus:9090", fallback_replicas=1),
    gateway_namespace="gateway",
    monitoring_namespace="monitoring",
)
_SECONDS = st.integers(min_value=1, max_value=7200)


@given(_SECONDS)
def test_the_startup_probe_allows_the_whole_budget_and_at_most_one_period_more(startup: int) -> None:
    allowed = timing.startup_failures(replace(_ARGS, startup_seconds=startup)) * timing.STARTUP_PERIOD

    assert startup <= allowed < startup + timing.STARTUP_PERIOD


@given(_SECONDS, _SECONDS)
def test_a_pod_is_killed_only_after_draining_and_shutting_down(drain: int, shutdown: int) -> None:
    assert timing.grace(replace(_ARGS, drain_seconds=drain, shutdown_seconds=shutdown)) > drain + shutdown


@given(_SECONDS, _SECONDS)
def test_kubernetes_gives_up_after_the_budgets_and_pulumi_after_kubernetes(boot: int, startup: int) -> None:
    args = replace(_ARGS, provision_seconds=boot, startup_seconds=startup)

    assert boot + startup < timing.progress_deadline(args) < timing.create_timeout(args)


def test_a_rollout_has_time_for_every_batch() -> None:
    one_by_one = replace(_ARGS, max_replicas=20, max_surge=1)
    in_fours = replace(_ARGS, max_replicas=20, max_surge=2, max_unavailable=2)

    assert timing.update_timeout(one_by_one) >= 20 * timing.progress_deadline(one_by_one)
    assert timing.update_timeout(in_fours) < timing.update_timeout(one_by_one)
