from typing import Any

import pytest

from rehearsal.providers.kubernetes.diffing import changed_paths, diff_objects
from rehearsal.providers.kubernetes.immutable import Mutability, dotted
from rehearsal.providers.kubernetes.objects import AUTONAMED

AUTO = {"name": "x-0a1b2c3d", "annotations": {AUTONAMED: "true"}}


def manifest(api_version: str, kind: str, meta: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": meta or {"name": "x", "namespace": "apps"},
    } | rest


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": None}, {}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c"]),
        ({"a": [1, {"b": 1}]}, {"a": [1, {"b": 2}]}, ["a[1].b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": {"b": 1}}, {"a": "b"}, ["a"]),
        ({"a": 1}, {"b": 1}, ["a", "b"]),
    ],
)
def test_changed_paths(old: Any, new: Any, paths: list[str]) -> None:
    assert [dotted(path) for path in changed_paths(old, new)] == paths


@pytest.mark.parametrize(
    ("api_version", "kind", "old", "new", "replaces"),
    [
        ("v1", "ConfigMap", {"data": {"a": "1"}}, {"data": {"a": "2"}}, ("data.a",)),
        ("v1", "Secret", {"stringData": {"a": "1"}}, {"stringData": {"a": "2"}}, ("stringData.a",)),
        ("v1", "Secret", {"type": "Opaque"}, {"type": "kubernetes.io/tls"}, ("type",)),
        (
            "v1",
            "Service",
            {"spec": {"clusterIP": "None"}},
            {"spec": {"clusterIP": "10.0.0.9"}},
            ("spec.clusterIP",),
        ),
        ("v1", "Service", {"spec": {"type": "ClusterIP"}}, {"spec": {"type": "LoadBalancer"}}, ()),
        (
            "v1",
            "PersistentVolumeClaim",
            {"spec": {"resources": {"requests": {"storage": "1Gi"}}}},
            {"spec": {"resources": {"requests": {"storage": "2Gi"}}}},
            (),
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            {"spec": {"storageClassName": "gp2"}},
            {"spec": {"storageClassName": "gp3"}},
            ("spec.storageClassName",),
        ),
        (
            "apps/v1",
            "Deployment",
            {"spec": {"selector": {"matchLabels": {"a": "1"}}, "replicas": 1}},
            {"spec": {"selector": {"matchLabels": {"a": "2"}}, "replicas": 2}},
            ("spec.selector.matchLabels.a",),
        ),
        (
            "apps/v1",
            "StatefulSet",
            {"spec": {"serviceName": "a"}},
            {"spec": {"serviceName": "b"}},
            ("spec.serviceName",),
        ),
        ("apps/v1", "StatefulSet", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, ()),
        (
            "batch/v1",
            "Job",
            {"spec": {"template": {"spec": {"containers": [{"image": "a"}]}}}},
            {"spec": {"template": {"spec": {"containers": [{"image": "b"}]}}}},
            ("spec.template.spec.containers[0].image",),
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            {"roleRef": {"name": "a"}},
            {"roleRef": {"name": "b"}},
            ("roleRef.name",),
        ),
        (
            "storage.k8s.io/v1",
            "StorageClass",
            {"parameters": {"type": "gp2"}, "allowVolumeExpansion": False},
            {"parameters": {"type": "gp3"}, "allowVolumeExpansion": True},
            ("parameters.type",),
        ),
        ("karpenter.sh/v1", "NodePool", {"spec": {"weight": 1}}, {"spec": {"weight": 2}}, ()),
    ],
)
def test_what_cannot_change_in_place_is_replaced(
    api_version: str, kind: str, old: dict[str, Any], new: dict[str, Any], replaces: tuple[str, ...]
) -> None:
    diff = diff_objects(manifest(api_version, kind, **old), manifest(api_version, kind, **new), Mutability())
    assert diff.replaces == replaces
    assert diff.changed


@pytest.mark.parametrize("field", ["name", "namespace"])
def test_another_name_or_namespace_is_another_object(field: str) -> None:
    old, new = (
        manifest("v1", "Pod"),
        manifest("v1", "Pod", {"name": "x", "namespace": "apps", field: "other"}),
    )
    diff = diff_objects(old, new, Mutability())
    assert diff.replaces == (f"metadata.{field}",)
    assert not diff.delete_before_replace


def test_a_fixed_name_is_freed_before_its_replacement_takes_it() -> None:
    old, new = manifest("v1", "ConfigMap", data={"a": "1"}), manifest("v1", "ConfigMap", data={"a": "2"})
    assert diff_objects(old, new, Mutability()).delete_before_replace


def test_an_automatic_name_lets_the_replacement_come_first() -> None:
    old = manifest("v1", "ConfigMap", AUTO, data={"a": "1"})
    new = manifest("v1", "ConfigMap", AUTO, data={"a": "2"})
    diff = diff_objects(old, new, Mutability())
    assert diff.replaces
    assert not diff.delete_before_replace


def test_labels_change_in_place() -> None:
    new = manifest("v1", "ConfigMap", {"name": "x", "namespace": "apps", "labels": {"a": "b"}})
    diff = diff_objects(manifest("v1", "ConfigMap"), new, Mutability())
    assert diff.changed == ("metadata",)
    assert diff.replaces == ()


def test_the_provider_can_let_data_change_in_place() -> None:
    old, new = manifest("v1", "ConfigMap", data={"a": "1"}), manifest("v1", "ConfigMap", data={"a": "2"})
    assert diff_objects(old, new, Mutability(config_maps=True)).replaces == ()
    assert diff_objects(old, new, Mutability(secrets=True)).replaces == ("data.a",)
    old, new = manifest("v1", "Secret", type="a"), manifest("v1", "Secret", type="b")
    assert diff_objects(old, new, Mutability(secrets=True)).replaces == ("type",)


def test_nothing_changed_is_nothing() -> None:
    diff = diff_objects(manifest("v1", "Pod"), manifest("v1", "Pod"), Mutability())
    assert (diff.changed, diff.replaces) == ((), ())
