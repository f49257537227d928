from typing import Any

import pytest

from catalog.charts import CHARTS, Chart, Workload, WorkloadKind
from rehearsal.providers.base import ProviderError
from rehearsal.providers.kubernetes.chart_placeholders import chart_placeholders
from rehearsal.providers.kubernetes.objects import ObjectRef
from rehearsal.providers.kubernetes.release_backend import named_release
from rehearsal.providers.kubernetes.release_inputs import Release, read_release
from rehearsal.providers.kubernetes.release_outputs import object_refs, release_outputs

WORKER = Workload(
    name="worker",
    kind=WorkloadKind.DEPLOYMENT,
    replicas=2,
    replicas_path="worker.replicas",
    cpu="100m",
    memory="128Mi",
    resources_path="worker.resources",
    tolerations_path="tolerations",
    node_selector_path="nodeSelector",
    affinity_path="affinity",
    enabled_path="worker.enabled",
)
AGENT = Workload(name="agent", kind=WorkloadKind.DAEMON_SET, resources_path="resources")
STORE = Workload(name="store", kind=WorkloadKind.STATEFUL_SET)


def chart(*workloads: Workload) -> Chart:
    return Chart(
        name="toys", repository="", version="1.0.0", namespace="play", source="", workloads=workloads
    )


def release(values: dict[str, Any] | None = None, **inputs: Any) -> Release:
    return read_release(
        {"name": "toys", "chart": "toys", "namespace": "play", "values": values or {}, **inputs}, "default"
    )


def pod(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["spec"]["template"]["spec"]


def only(workload: Workload, values: dict[str, Any] | None = None) -> dict[str, Any]:
    (tree,) = chart_placeholders(chart(workload), release(values))
    return tree


def test_without_values_the_catalogues_defaults_hold() -> None:
    tree = only(WORKER)
    assert tree["metadata"]["namespace"] == "play"
    assert tree["spec"]["replicas"] == 2
    assert pod(tree)["containers"][0]["resources"] == {"requests": {"cpu": "100m", "memory": "128Mi"}}
    assert pod(tree)["containers"][0]["image"] == "registry.k8s.io/pause:3.10.1"


def test_the_values_shape_the_pods() -> None:
    affinity = {"nodeAffinity": {}}
    values = {
        "worker": {"replicas": 3, "resources": {"requests": {"cpu": "1"}, "limits": {"nvidia.com/gpu": 1}}},
        "tolerations": [{"key": "gpu"}],
        "nodeSelector": {"pool": "a"},
        "affinity": affinity,
    }
    tree = only(WORKER, values)
    assert tree["spec"]["replicas"] == 3
    assert pod(tree)["containers"][0]["resources"] == {
        "requests": {"cpu": "1", "memory": "128Mi"},
        "limits": {"nvidia.com/gpu": 1},
    }
    assert pod(tree)["tolerations"] == [{"key": "gpu"}]
    assert pod(tree)["nodeSelector"] == {"pool": "a"}
    assert pod(tree)["affinity"] == affinity


def test_no_replicas_in_the_values_means_none_in_the_cluster() -> None:
    assert only(WORKER, {"worker": {"replicas": 0}})["spec"]["replicas"] == 0


def test_what_the_values_turn_off_is_not_there() -> None:
    assert chart_placeholders(chart(WORKER), release({"worker": {"enabled": False}})) == []


def test_a_daemon_set_has_no_replicas() -> None:
    tree = only(AGENT)
    assert tree["kind"] == "DaemonSet"
    assert "replicas" not in tree["spec"]


def test_pods_pass_the_restricted_security_level() -> None:
    for workload in (WORKER, AGENT, STORE):
        spec = pod(only(workload))
        container = spec["containers"][0]["securityContext"]
        assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        assert container["capabilities"] == {"drop": ["ALL"]}
        assert container["allowPrivilegeEscalation"] is False


def test_two_releases_of_a_chart_do_not_share_names_or_pods() -> None:
    (one,) = chart_placeholders(chart(WORKER), release(name="one"))
    (two,) = chart_placeholders(chart(WORKER), release(name="two"))
    assert one["metadata"]["name"] != two["metadata"]["name"]
    assert one["spec"]["selector"] != two["spec"]["selector"]


@pytest.mark.parametrize("known", CHARTS, ids=lambda known: known.name)
def test_every_chart_of_the_catalogue_has_placeholders_with_valid_names(known: Chart) -> None:
    inputs = {"name": known.name.rsplit("/", 1)[-1], "chart": known.name, "namespace": known.namespace}
    trees = chart_placeholders(known, read_release(inputs, "default"))
    assert len(trees) == sum(workload.enabled for workload in known.workloads)
    for tree in trees:
        labels = tree["metadata"]["labels"]
        assert len(tree["metadata"]["name"]) <= 52
        assert all(len(value) <= 63 and "/" not in value for value in labels.values())
        assert labels["app.kubernetes.io/managed-by"] == "rehearsal"


def test_the_outputs_name_the_objects_and_hold_no_manifest() -> None:
    refs = [
        ObjectRef("apps/v1", "Deployment", "play", "a"),
        ObjectRef("v1", "Secret", "play", "b"),
        ObjectRef("rbac.authorization.k8s.io/v1", "ClusterRole", "", "c"),
    ]
    outputs = release_outputs({"values": {"x": 1}}, release(), refs, 3, "deployed")
    assert object_refs(outputs) == refs
    assert outputs["status"]["revision"] == 3
    assert "manifest" not in outputs


def test_a_release_keeps_its_automatic_name() -> None:
    urn = "urn:pulumi:dev::p::kubernetes:helm.sh/v3:Release::keda"
    first = named_release(urn, {}, {"chart": "keda"})
    assert first["name"].startswith("keda-")
    assert named_release(urn, first, {"chart": "keda"}) == first
    assert named_release(urn, first, {"chart": "keda", "name": "mine"})["name"] == "mine"


def test_value_files_are_refused_by_name() -> None:
    with pytest.raises(ProviderError, match="valueYamlFiles"):
        release(valueYamlFiles=[{}])


def test_a_release_does_not_show_its_values() -> None:
    assert "hunter2" not in repr(release({"password": "hunter2"}))
