import pytest

from tests.live import faults
from tests.live.conftest import Rehearse, kubeconfig_of
from tests.live.faults import Plant

pytestmark = pytest.mark.live


def test_a_model_that_no_pool_can_place_is_found_with_the_setting_to_change(rehearse: Rehearse) -> None:
    report = rehearse(faults.nowhere_to_go)

    said = [finding.text for finding in report.findings if "inference/qwen2-5-7b" in finding.text]
    assert not report.passed
    assert any("models[0].gpu" in text and "placement" in text for text in said)


def test_limit_trigger_service_and_restless_object_are_each_found_in_their_phase(rehearse: Rehearse) -> None:
    report = rehearse(
        lambda program: faults.with_more(
            faults.misspelt_trigger(faults.limited(program, gpus=1)),
            faults.service_without_pods,
            faults.new_each_time,
        )
    )

    found = {(finding.phase, finding.text) for finding in report.findings}
    assert any(phase == "placement" and "default/lonely selects no pod" in text for phase, text in found)
    assert any(
        "Unmatched input property treshold" in text and "models[0].scaling" in text for _, text in found
    )
    assert any(phase == "second up" and "restless" in text for phase, text in found)
    assert any(phase == "peak" and "models[0].replicas.max" in text for phase, text in found)
    # What was found does not keep it from taking everything down again.
    assert [phase.name for phase in report.phases][-2:] == ["destroy", "leftovers"]
    assert {phase for phase, _ in found} == {"placement", "second up", "peak"}
    assert len(report.floor) == 1
    assert len(report.peak) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.unknown_field, ["default/misspelt", "maxReplicasCount"]),
        (faults.rejected, ["default/refused", "99999"]),
    ],
)
def test_what_the_api_server_refuses_is_found_before_anything_else_is_made(
    rehearse: Rehearse, fault: Plant, words: list[str]
) -> None:
    report = rehearse(lambda _: faults.alone(fault, lambda: kubeconfig_of("dev")))

    assert [phase.name for phase in report.phases] == ["control plane", "preview"]
    assert any(all(word in finding.text for word in words) for finding in report.findings)
