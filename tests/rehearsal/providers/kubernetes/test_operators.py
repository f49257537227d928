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
