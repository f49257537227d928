from typing import Any

from rehearsal.providers.kubernetes.operators import stand_ins


def postgres(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": "main", "namespace": "data", "uid": "u-1"},
        "spec": spec,
    }


def test_a_postgres_cluster_has_a_pod_for_each_instance() -> None:
    resources = {"requests": {"cpu": "2", "memory": "4Gi"}}
    affinity = {"tolerations": [{"key": "data"}], "nodeSelector": {"pool": "data"}}
    (tree,) = stand_ins(postgres(instances=3, resources=resources, affinity=affinity))
    pod = tree["spec"]["template"]["spec"]
    assert (tree["kind"], tree["metadata"]["namespace"], tree["spec"]["replicas"]) == (
        "StatefulSet",
        "data",
        3,
    )
    assert pod["containers"][0]["resources"] == resources
    assert pod["tolerations"] == [{"key": "data"}]
    assert pod["nodeSelector"] == {"pool": "data"}


def test_it_goes_when_the_cluster_goes() -> None:
    (tree,) = stand_ins(postgres(instances=1))
    (owner,) = tree["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Cluster", "main", "u-1")
    assert owner["blockOwnerDeletion"]


def test_a_gateway_has_one_proxy() -> None:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "edge", "uid": "u"},
        "spec": {},
    }
    (tree,) = stand_ins(gateway)
    assert tree["spec"]["replicas"] == 1
    assert tree["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"]


def test_other_kinds_have_none() -> None:
    assert stand_ins({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "a"}}) == []


def group(**spec: Any) -> dict[str, Any]:
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
    leader, worker = stand_ins(group(replicas=2))

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
    assert [one["spec"]["replicas"] for one in stand_ins(group())] == [1, 2]
