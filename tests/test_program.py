"""The program itself: short, and it refuses settings that cannot work before anything is registered."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from tests.components.recorder import Recording
from tests.golden.stacks import ROOT, record_program, recorded, stack_values

MODEL = "models.0"
FIRST: dict[str, Any] = stack_values("dev")["inference-platform:models"][0]


def _changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return dev's configuration with some values changed, at paths such as `models.0.gpu.count`."""
    values = copy.deepcopy(stack_values("dev"))
    for path, value in changes.items():
        section, *steps = path.split(".")
        *way, last = [
            f"inference-platform:{section}",
            *(int(step) if step.isdigit() else step for step in steps),
        ]
        place: Any = values
        for key in way:
            place = place[key]
        place[last] = value
    return values


def test_the_program_is_under_40_lines() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) < 40


# What was changed, and what the refusal must name.
BAD: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "an unknown section": ({"modles": []}, "modles"),
    "an unknown key": ({f"{MODEL}.maxLen": 8192}, "models[0].maxLen"),
    "a wrong type": ({"placement.allowMig": "many"}, "placement.allowMig"),
    "an unknown engine": ({f"{MODEL}.engine": "vlm"}, "models[0].engine"),
    "an unknown pool": ({f"{MODEL}.pool": "l5"}, "models[0].pool"),
    "an unknown GPU": ({f"{MODEL}.gpu": {"type": "l5"}}, "models[0].gpu.type"),
    "min above max": ({f"{MODEL}.replicas.min": 9}, "models[0].replicas.min"),
    "two models of one name": ({"models": [FIRST, FIRST]}, "models[1].name"),
    "two models on one route": (
        {"models": [FIRST, {**FIRST, "name": "other", "route": FIRST["name"]}]},
        "models[1].route",
    ),
    "heads that 3 GPUs cannot share": (
        {f"{MODEL}.gpu": {"count": 3}},
        "models[0].gpu.count",
    ),
    "an unknown instance type": ({"placement.instanceTypes": ["g6.9xlarge"]}, "placement.instanceTypes"),
    "a range too small": ({"cluster.network.cidr": "10.0.0.0/28"}, "cluster.network.cidr"),
    "no hostname": ({"edge.hostname": "not_a_hostname"}, "edge.hostname"),
    "an old Kubernetes": ({"cluster.kubernetesVersion": "1.34"}, "cluster.kubernetesVersion"),
    "a gated model without a token": ({f"{MODEL}.source": "meta-llama/Llama-3.1-8B-Instruct"}, "hfToken"),
    "a token in plain text": ({"hfToken": "hf_abc"}, "hfToken"),
}


@pytest.mark.parametrize(("changes", "named"), BAD.values(), ids=BAD.keys())
def test_settings_that_cannot_work_are_refused_in_one_line(changes: Mapping[str, Any], named: str) -> None:
    recording = Recording()

    with pytest.raises(pulumi.RunError) as refusal:
        record_program(_changed(changes), recording=recording)

    (line,) = str(refusal.value).splitlines()
    assert named in line
    assert "hf_abc" not in line
    assert recording.resources == []


def test_the_program_exports_what_callers_need(stack: str) -> None:
    exports = recorded(stack).exports()
    models = stack_values(stack)["inference-platform:models"]

    assert exports["url"].startswith("https://")
    assert {model["name"] for model in models} <= set(exports["model_urls"])
    assert all(url.startswith(exports["url"]) for url in exports["model_urls"].values())
    assert json.loads(exports["kubeconfig"])["current-context"] == exports["cluster_name"]
