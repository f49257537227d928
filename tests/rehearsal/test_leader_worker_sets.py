"""The stand-in for LeaderWorkerSet's operator makes the pods that the operator would."""

from typing import Any

from rehearsal.leader_worker_sets import deployments, status


def _group(**spec: Any) -> dict[str, Any]:
    def template(role: str) -> dict[str, Any]:
        container = {"name": role, "image": "vllm", "resources": {"requests": {"nvidia.com/gpu": "4"}}}
        return {"metadata": {"labels": {"app": "large"}}, "spec": {"containers": [container]}}

    templates = {"leaderTemplate": template("server"), "workerTemplate": template("worker")}
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": "large-group", "namespace": "inference", "uid": "u-2"},
        "spec": {"leaderWorkerTemplate": {"size": 3, **templates}, **spec},
    }


def test_a_group_has_a_leader_and_workers_of_its_own_templates() -> None:
    leader, worker = deployments(_group(replicas=2))

    assert [one["spec"]["replicas"] for one in (leader, worker)] == [2, 4]
    assert leader["spec"]["template"]["spec"]["containers"][0]["name"] == "server"
    assert worker["spec"]["template"]["spec"]["containers"][0]["name"] == "worker"
    for one, rank in ((leader, "0"), (worker, "1")):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert labels["app"] == "large"
        assert labels["leaderworkerset.sigs.k8s.io/worker-index"] == rank
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert one["metadata"]["ownerReferences"][0]["uid"] == "u-2"


def test_a_group_without_a_number_of_replicas_has_one() -> None:
    assert [one["spec"]["replicas"] for one in deployments(_group())] == [1, 2]


def test_a_group_of_one_has_no_workers() -> None:
    group = _group()
    group["spec"]["leaderWorkerTemplate"]["size"] = 1

    assert [one["spec"]["replicas"] for one in deployments(group)] == [1]


def test_the_hpa_counts_leaders() -> None:
    leader, worker = deployments(_group(replicas=2))
    wanted = dict(pair.split("=") for pair in status(_group(replicas=2))["hpaPodSelector"].split(","))

    assert wanted.items() <= leader["spec"]["template"]["metadata"]["labels"].items()
    assert not wanted.items() <= worker["spec"]["template"]["metadata"]["labels"].items()
    assert status(_group(replicas=2))["replicas"] == 2
