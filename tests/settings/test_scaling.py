"""A trigger that nothing would act on, and a floor of zero that nothing would lift, get one line each."""

from typing import Any

import pytest
import yaml

from tests.settings.stacks import ROOT, Change, bad, changed, problems, put, settings

CRON = {
    "type": "cron",
    "timezone": "Asia/Shanghai",
    "start": "0 8 * * 1-5",
    "end": "0 20 * * 1-5",
    "desiredReplicas": 4,
}
METRIC = {"type": "prometheus", "metric": "vllm:num_requests_running", "threshold": 24}
QUEUE = {"type": "rabbitmq", "queue": "jobs"}
FIELDS = "Write minute, hour, day, month and weekday (0-6, Sunday is 0), like 0 8 * * 1-5."
AT = "models[0].scaling.triggers[0]"


def triggers(*given: dict[str, Any]) -> Change:
    return put("models.0.scaling", {"triggers": list(given)})


def cron(**changes: Any) -> Change:
    return triggers({**CRON, **changes})


def metric(**changes: Any) -> Change:
    return triggers({**METRIC, **changes})


def queue(**changes: Any) -> Change:
    return triggers({**QUEUE, **changes})


def rabbitmq(**changes: Any) -> Change:
    return put("data", {"rabbitmq": {"mode": "inCluster", **changes}})


WRONG = [
    bad(
        queue(),
        f"{AT}: asks a queue server, and the stack has none. Set data.rabbitmq, or remove the trigger.",
    ),
    bad(
        queue(queue="jobs/high"),
        f'{AT}.queue: "jobs/high" is not letters, digits and _.:-. Expected: Name of the queue.',
    ),
    bad(
        queue(messages=0),
        f"{AT}.messages: 0 is below the least, 1. Expected: Messages that each replica should have in the queue.",
    ),
    bad(
        rabbitmq(replicas=2),
        "data.rabbitmq.replicas: 2 servers survive no more losses than 1 do. Set it to 1 or 3.",
    ),
    bad(
        rabbitmq(replicas=5, mode="managed"),
        "data.rabbitmq.replicas: 5 is no size of Amazon MQ. Set it to 1 or 3, or use mode: inCluster.",
    ),
    bad(
        rabbitmq(instanceType="mq.t3.micro", mode="managed"),
        "data.rabbitmq.instanceType: mq.t3.micro does not run RabbitMQ 4.2; mq.m7g does. Use one like mq.m7g.large.",
    ),
    bad(
        cron(type="crom"),
        f'{AT}.type: "crom" is not known. Did you mean cron? Known: prometheus, rabbitmq, cron.',
    ),
    bad(
        triggers({"type": "http"}),
        f'{AT}.type: "http" needs KEDA\'s HTTP add-on, a beta that is not installed here.',
        "Use rabbitmq or cron: docs/autoscaling.md.",
    ),
    bad(triggers({"threshold": 1}), f"{AT}.type: is missing. Set it to one of prometheus, rabbitmq, cron."),
    bad(
        cron(zone="UTC"),
        f"{AT}.zone: unknown key. Did you mean timezone? Known: type, timezone, start, end, desiredReplicas.",
    ),
    bad(
        metric(metric="vllm:gpu_cache_usage_perc"),
        f"{AT}.metric: vllm:gpu_cache_usage_perc is no gauge of vllm. Did you mean vllm:kv_cache_usage_perc?",
        "Known: vllm:num_requests_waiting, vllm:num_requests_running, vllm:kv_cache_usage_perc.",
        "For anything else set query.",
    ),
    bad(
        put("tritonRepositories.0.scaling", {"triggers": [METRIC]}),
        "tritonRepositories[0].scaling.triggers[0].metric: vllm:num_requests_running is no gauge of triton.",
        "Known: nv_inference_pending_request_count, nv_gpu_utilization, nv_gpu_memory_used_bytes.",
        "For anything else set query.",
    ),
    bad(metric(query="sum(x)"), f"{AT}: has both metric and query. Set one of them."),
    bad(
        triggers({"type": "prometheus", "threshold": 1}),
        f"{AT}: has neither metric nor query. Set one of them.",
    ),
    bad(
        metric(threshold=0),
        f"{AT}.threshold: 0 is not above 0.",
        "Expected: What each replica should carry; a larger total calls for more replicas.",
    ),
    bad(
        put("models.0.scaling", {"waitingRequests": 0}),
        "models[0].scaling.waitingRequests: 0 is below the least, 1.",
        "Expected: Requests waiting for a replica that call for another one.",
    ),
    bad(
        cron(timezone="Asia/Shangai"),
        f"{AT}.timezone: Asia/Shangai is not a time zone. Did you mean Asia/Shanghai?",
    ),
    bad(
        cron(start="0 0 30 2 *"),
        f'{AT}.start: "0 0 30 2 *" never fires: no month that it names has the day. {FIELDS}',
    ),
    bad(cron(end="0 20 * *"), f'{AT}.end: "0 20 * *" has 4 fields instead of 5. {FIELDS}'),
    bad(
        cron(end="0 8 * * mon-fri"),
        f'{AT}.end: "0 8 * * mon-fri" is the same time as start, so it never lasts. Set a later time.',
    ),
    bad(
        cron(desiredReplicas=10),
        f"{AT}.desiredReplicas: 10 is above replicas.max (4).",
        "Lower it, or raise models[0].replicas.max to 10.",
    ),
    bad(
        cron(desiredReplicas=1),
        f"{AT}.desiredReplicas: 1 changes nothing: replicas.min (1) run anyway. Raise it, or remove the trigger.",
    ),
    bad(
        put("models.0.replicas.min", 0),
        "models[0].replicas.min: 0 leaves nothing to wake the server: its own metrics are gone with its last replica,",
        "so nothing would start one for a request. Set it to 1, or add a trigger of type rabbitmq or cron to",
        "models[0].scaling.triggers.",
    ),
    bad(
        put("models.0.scaling", {"scaleUp": {"periodSeconds": 3600}}),
        "models[0].scaling.scaleUp.periodSeconds: 3600 is above the most, 1800. Expected: The period, in seconds.",
    ),
]


@pytest.mark.parametrize(("change", "line"), WRONG)
def test_one_mistake_gets_its_one_line(change: Change, line: str) -> None:
    assert problems(changed(change)) == (line,)


def test_a_metric_alone_lifts_no_floor_of_zero() -> None:
    (line,) = problems(changed(metric(), put("models.0.replicas.min", 0)))

    assert line.startswith("models[0].replicas.min: 0 leaves nothing to wake the server")


def test_the_clock_and_a_queue_lift_a_floor_of_zero() -> None:
    assert problems(changed(cron(), put("models.0.replicas.min", 0))) == ()
    assert problems(changed(queue(), rabbitmq(), put("models.0.replicas.min", 0))) == ()


def test_on_a_machine_without_time_zones_any_name_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settings.scaling_checks.available_timezones", set[str])

    assert problems(changed(cron(timezone="Mars/Olympus"))) == ()


def test_the_documentations_example_works() -> None:
    text = (ROOT / "docs" / "autoscaling.md").read_text(encoding="utf-8")
    (model,) = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["models"]
    changes = [put(f"models.0.{key}", model[key]) for key in ("replicas", "scaling")]

    assert len(model["scaling"]["triggers"]) == 4
    assert problems(changed(*changes, rabbitmq())) == ()


def test_the_defaults_are_those_of_the_documentation() -> None:
    model = settings(put("models.0.replicas", {}), put("gpuPools.0.maxGpus", 60)).models[0]
    up, down = model.scaling.scale_up, model.scaling.scale_down

    assert (model.replicas.min, model.replicas.max) == (1, 50)
    assert (model.scaling.polling_seconds, model.scaling.cooldown_seconds) == (15, None)
    assert (up.percent, up.period_seconds, up.stabilization_seconds) == (50, 60, 0)
    assert (down.percent, down.period_seconds, down.stabilization_seconds) == (25, 120, 300)
