"""The plan is shown with figures that follow from the settings; its differences are named one by one."""

import copy
import json
from typing import Any

import pytest

from planning.plan import make_plan
from planning.show import changes, difference, to_markdown, to_text
from planning.summary import summary
from settings import from_values, read_stack
from tests.settings.stacks import ROOT, Change, changed, put


def planned(*edits: Change) -> dict[str, Any]:
    config = from_values(changed(*edits))
    return summary("test", config, make_plan(config.settings))


def of_dev() -> dict[str, Any]:
    config = read_stack(ROOT, "dev")
    return summary("dev", config, make_plan(config.settings))


def test_the_summary_is_plain_and_the_same_every_time() -> None:
    assert json.loads(json.dumps(planned())) == planned()


@pytest.mark.parametrize("show", [to_text, to_markdown])
def test_every_server_its_replicas_its_start_and_the_money_are_shown(show: Any) -> None:
    plan = planned()
    text = show(plan)

    for server in plan["servers"]:
        assert server["name"] in text
        assert server["instance_type"] in text
    assert "1 to 4" in text
    assert f"{plan['money']['floor']['usd_per_hour']:,.2f}" in text
    assert f"${plan['money']['worst']['usd_per_month']:,}" in text
    assert "weights (chat" in text


def test_a_table_in_a_terminal_is_no_wider_than_a_terminal_and_loses_no_word() -> None:
    text = to_text(of_dev())

    assert max(map(len, text.splitlines())) <= 140
    assert "prompts that share a long prefix" in text


def test_what_lost_is_shown_with_why() -> None:
    text = " ".join(to_markdown(of_dev()).split())

    assert "costs $0.20 an hour more" in text


def test_tokens_are_priced_only_where_they_were_measured() -> None:
    rows = {server["name"]: server["throughput"] for server in planned()["servers"]}

    # One L4 was measured with Qwen2.5-7B: 1.96 dollars an hour for two, 0.127 dollars a million tokens.
    assert [row["tokens_per_second"] for row in rows["chat"]] == [2143, 3945]
    assert rows["chat"][0]["usd_per_million_tokens"] == pytest.approx(0.8048 / 2143 / 3600 * 1e6, abs=0.005)
    assert rows["llama"] == rows["ranking"] == []


def test_the_same_settings_differ_in_nothing() -> None:
    assert changes(planned(), planned()) == []
    assert "Nothing changes." in difference(planned(), planned(), "main", markdown=True)


def test_a_change_is_named_with_what_it_was_and_what_follows() -> None:
    found = {
        what: (old, new) for what, old, new in changes(planned(), planned(put("models.0.replicas.max", 5)))
    }

    assert found["servers.chat.replicas.max"] == ("4", "5")
    assert found["money.lines.g6.xlarge.worst"] == ("6", "7")
    assert not any(what.startswith("servers.llama") for what in found)


def test_a_server_that_is_new_or_gone_is_named() -> None:
    before, after = planned(), planned()
    gone = next(server for server in after["servers"] if server["name"] == "llama")
    after["servers"].remove(gone)
    new = copy.deepcopy(gone)
    new["name"] = "other"
    after["servers"].append(new)

    found = {what: (old, now) for what, old, now in changes(before, after)}
    assert found["servers.llama.gpu"] == ("l40s", "-")
    assert found["servers.other.gpu"] == ("-", "l40s")


def test_the_difference_in_dollars_comes_first() -> None:
    before, after = planned(), planned(put("models.0.replicas.max", 5))
    text = difference(before, after, "main", markdown=False)

    assert text.startswith("Plan of test against main\n\nAt rest $")
    # One g6.xlarge and its disk.
    assert "(+0.86)" in text
