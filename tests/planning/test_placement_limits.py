"""What placement refuses: contexts, users and weights that nothing holds, and quotas that nothing keeps."""

from typing import Any

import pytest

from settings import SettingsError
from tests.planning.stacks import LARGE, model, plan


def refused(*models: dict[str, Any], **sections: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        plan(*models, **sections)
    return caught.value.problems


def test_a_context_that_nothing_allowed_holds_is_refused_with_the_longest_and_with_what_would() -> None:
    (line,) = refused(
        model("large", LARGE, maxModelLen=131_072, concurrency=1),
        placement={"instanceTypes": ["g6e.12xlarge"]},
    )

    path, _, rest = line.partition(": ")
    assert path == "models[0].maxModelLen"
    assert "131072" in rest
    longest = int(rest.partition("maxModelLen <= ")[2].partition(",")[0])
    assert "on 4 x l40s" in rest
    assert "(g7e.24xlarge)" in rest
    # What it says would fit does, and a little more may not.
    shorter = model("large", LARGE, maxModelLen=longest, concurrency=1)
    assert plan(shorter, placement={"instanceTypes": ["g6e.12xlarge"]}).servers["large"].tensor_parallel == 4
    assert refused(
        model("large", LARGE, maxModelLen=longest + 64, concurrency=1),
        placement={"instanceTypes": ["g6e.12xlarge"]},
    )


def test_more_users_than_anything_allowed_holds_are_refused_with_the_most() -> None:
    only = {"instanceTypes": ["g6.xlarge"]}
    (line,) = refused(model("chat", concurrency=512), placement=only)

    assert line.startswith(
        "models[0].concurrency: 512 requests of 2048 tokens are more than any allowed GPUs hold"
    )
    assert plan(model("chat", concurrency=40), placement=only)


def test_weights_that_fit_nothing_allowed_are_refused_with_what_would() -> None:
    (line,) = refused(model("large", LARGE), placement={"instanceTypes": ["g6.12xlarge"]})

    assert line == (
        "models[0].gpu: 131.4 GiB do not fit any allowed GPUs, at best 4 x l4. To serve it, allow "
        "2 x rtx-pro-server-6000 (g7e.12xlarge)."
    )


def test_a_marginal_fit_is_chosen_only_where_it_is_accepted_and_warned_of() -> None:
    tight = model("chat", maxModelLen=32_768, concurrency=1, weightsGib=17.6)
    only = {"instanceTypes": ["g6.xlarge"]}
    (line,) = refused(tight, placement=only)
    found = plan(tight, placement={**only, "acceptMarginal": True})

    assert "maxModelLen" in line or "acceptMarginal" in line
    assert found.servers["chat"].fit.verdict == "marginal"
    assert any(text.startswith("models[0]: may not start") for text in found.warnings)


def test_a_quota_is_kept_by_another_choice_where_there_is_one() -> None:
    free = plan(model("chat", gpu={"type": "h100"}))
    assert free.choices["chat"].chosen.instance.name == "p5.4xlarge"
    assert [(use.quota.key, use.vcpus, use.limit) for use in free.quotas] == [("onDemandP", 48, None)]

    kept = plan(model("chat"), model("b", LARGE), quotas={"onDemandP": 0})
    assert all(use.quota.key != "onDemandP" for use in kept.quotas)


def test_a_quota_that_nothing_keeps_is_refused_with_class_need_limit_and_servers() -> None:
    (line,) = refused(model("chat", high=9), quotas={"onDemandG": 16, "onDemandP": 0})

    assert line == (
        "quotas.onDemandG: 16 vCPUs of Running On-Demand G and VT instances do not hold chat at the most replicas and "
        "one more of each during a rollout, which need 40. Ask AWS for 40 (L-DB2E81BA), or lower replicas.max."
    )
    assert plan(model("chat", high=9), quotas={"onDemandG": 40, "onDemandP": 0})


def test_spot_and_on_demand_are_counted_apart() -> None:
    found = plan(model("chat"), placement={"capacity": ["spot", "onDemand"]}, quotas={"spotG": 12})

    assert [(use.quota.code, use.vcpus, use.limit) for use in found.quotas] == [
        ("L-DB2E81BA", 12, None),
        ("L-3819A6DF", 12, 12),
    ]
