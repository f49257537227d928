from typing import Any

import pytest

from rehearsal.providers.kubernetes.refreshing import rebase


@pytest.mark.parametrize(
    ("inputs", "desired", "live", "expected"),
    [
        # What the server only spelt otherwise, or filled in, is no drift.
        ({"cpu": "1000m"}, {"cpu": "1"}, {"cpu": "1"}, {"cpu": "1000m"}),
        ({"a": 1}, {"a": 1, "default": True}, {"a": 1, "default": True}, {"a": 1}),
        # A field of somebody else is not ours to report.
        ({"a": 1}, {"a": 1}, {"a": 1, "other": 2}, {"a": 1}),
        ({"a": 1}, {"a": 1}, {"a": 5}, {"a": 5}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 2}}, {"a": {"b": 9, "c": 2}}, {"a": {"b": 9, "c": 2}}),
        # What was removed from the live object is missing from its inputs.
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": 1}, {"a": 1}),
        ({"l": [{"x": "1000m"}, {"x": 2}]}, {"l": [{"x": "1"}, {"x": 2}]}, {"l": [{"x": "1"}, {"x": 3}]},
         {"l": [{"x": "1000m"}, {"x": 3}]}),
        ({"l": [1]}, {"l": [1]}, {"l": [1, 2]}, {"l": [1, 2]}),
        # stringData is never echoed by the server.
        ({"stringData": {"p": "x"}}, {"data": {"p": "eA=="}}, {"data": {"p": "eQ=="}}, {"stringData": {"p": "x"}}),
    ],
)  # fmt: skip
def test_inputs_follow_the_live_object_only_where_it_drifted(
    inputs: Any, desired: Any, live: Any, expected: Any
) -> None:
    assert rebase(inputs, desired, live) == expected
