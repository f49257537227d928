"""Room kept warm is paid for, and counts against the pool's limit like replicas."""

from typing import Any

import pytest

from planning.cost import floor_lines
from planning.plan import make_plan
from settings import SettingsError
from tests.planning.servers import model, plan, stack
from tests.settings.stacks import OWN, from_values, valid


def chat(low: int, buffer: int) -> dict[str, Any]:
    return {**model("chat", low, 4), "replicas": {"min": low, "max": 4, "buffer": buffer}}


def nodes(buffer: int) -> float:
    found = floor_lines(stack(chat(1, buffer)), plan(chat(1, buffer)))
    (line,) = [line for line in found if line.what == "g6.xlarge"]
    return line.count


def test_the_bill_at_rest_has_the_nodes_that_are_kept_warm() -> None:
    assert (nodes(0), nodes(2)) == (1, 3)


def test_a_pool_must_hold_the_replicas_and_their_buffer() -> None:
    plan(chat(2, 1), max_gpus=5)
    said = r"maxGpus: 4 GPUs do not hold all replicas \(models\[0\] 5; 5 together\)"
    with pytest.raises(SettingsError, match=said):
        plan(chat(2, 1), max_gpus=4)


def test_a_rollout_may_take_a_placeholders_place() -> None:
    tight, warm = plan(chat(2, 0), max_gpus=4), plan(chat(2, 1), max_gpus=5)

    assert (tight.rollouts["chat"].max_surge, warm.rollouts["chat"].max_surge) == (0, 1)


def test_a_derived_pool_has_room_for_the_buffer() -> None:
    def pool_gpus(buffer: int) -> int:
        config = valid()
        del config[f"{OWN}tritonRepositories"], config[f"{OWN}gpuPools"]
        config[f"{OWN}models"] = [{**chat(1, buffer), "gpu": {"type": "l4", "count": 1}}]
        (pool,) = make_plan(from_values(config).settings).pools
        return pool.max_gpus

    # Four replicas, one more while they are rolled out, and the room.
    assert (pool_gpus(0), pool_gpus(1), pool_gpus(3)) == (5, 6, 8)
