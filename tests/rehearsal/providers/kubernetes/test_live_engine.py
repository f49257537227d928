"""The built-in kubernetes provider behind Pulumi's real engine, against a real API server."""

import base64
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi.automation import CommandError

from rehearsal.control_plane import ControlPlane
from rehearsal.providers.kubernetes import Patience
from rehearsal.toolchain import Toolchain
from tests.rehearsal.providers.kubernetes import scenes
from tests.rehearsal.providers.kubernetes.engine import Engine
from tests.rehearsal.providers.kubernetes.scenes import SECRET, Body, Program

pytestmark = pytest.mark.live


@pytest.fixture
def engine(toolchain: Toolchain, tmp_path: Path) -> Engine:
    return Engine(toolchain.pulumi, tmp_path / "stack", Patience(default_seconds=60, longest_seconds=60))


@pytest.fixture
def space() -> str:
    return f"live-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def program(control_plane: ControlPlane, space: str) -> Callable[[Body], Program]:
    return lambda body: scenes.in_namespace(control_plane.kubeconfig.read_text(), space, body)


@pytest.fixture
def objects(control_plane: ControlPlane, space: str) -> Callable[[str], list[Any]]:
    """Return what lives in the test's namespace, by the rest of its path."""
    groups = {"deployments": "/apis/apps/v1", "statefulsets": "/apis/apps/v1"}
    return lambda plural: control_plane.api.items(
        f"{groups.get(plural, '/api/v1')}/namespaces/{space}/{plural}"
    )


def failure(engine: Engine, operation: Callable[[Program], Any], program: Program) -> str:
    with pytest.raises(CommandError):
        operation(program)
    return engine.printed


def test_a_stack_lives_and_dies(
    engine: Engine, program: Callable[[Body], Program], objects: Callable[[str], list[Any]]
) -> None:
    first = program(lambda space, options: scenes.shop(space, options, "1"))
    second = program(lambda space, options: scenes.shop(space, options, "2"))

    assert engine.preview(first) == {"create": 9}
    assert objects("deployments") == []
    assert engine.up(first) == {"create": 9}
    (release,) = engine.releases.rendered.values()
    names = {item["metadata"]["name"] for item in objects("deployments")}
    assert {"web", "keda-operator"} <= names
    assert (release.rendered, bool(release.reason)) == (False, True)
    assert all(item["status"]["phase"] == "Running" for item in objects("pods"))

    assert engine.up(first) == {"same": 9}
    assert engine.refresh(first) == {"same": 9}

    # Both ConfigMaps are replaced, the Deployment that names one is updated.
    assert engine.preview(second) == {"replace": 2, "update": 1, "same": 6}
    assert engine.up(second) == {"replace": 2, "update": 1, "same": 6}
    ours = [item for item in objects("configmaps") if item["metadata"]["name"] != "kube-root-ca.crt"]
    assert [item["data"]["v"] for item in ours] == ["2", "2"]

    written = engine.state_text() + engine.printed
    encoded = base64.b64encode(SECRET.encode()).decode()
    assert SECRET not in written
    assert encoded not in written
    assert "client-key" not in written

    assert engine.destroy(second) == {"delete": 9}
    assert engine.resources() == []
    assert objects("pods") == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (partial(scenes.service, foo=1), "Service {space}/svc: the API server refuses it: .spec.ports"),
        (partial(scenes.service, port=99999), "Invalid value: 99999"),
        (partial(scenes.postgres, nope=1), ".spec.nope: field not declared in schema"),
        (partial(scenes.postgres, instances="two"), "Cluster {space}/pg: the API server refuses it"),
    ],
    ids=["unknown field", "invalid value", "unknown field of a custom resource", "wrong type"],
)  # fmt: skip
def test_a_preview_finds_what_the_server_would_refuse(
    engine: Engine, program: Callable[[Body], Program], space: str, body: Body, said: str
) -> None:
    assert said.format(space=space) in failure(engine, engine.preview, program(body))


def test_a_preview_looks_beside_values_not_known_yet(
    engine: Engine, program: Callable[[Body], Program]
) -> None:
    def body(space: str, options: pulumi.ResourceOptions) -> None:
        made = k8s.core.v1.Secret("s", metadata={"namespace": space}, opts=options)
        scenes.service(space, options, name=made.id, foo=1)

    assert ".foo: field not declared in schema" in failure(engine, engine.preview, program(body))


def test_what_is_not_ready_in_time_says_why_and_can_be_destroyed(
    engine: Engine, program: Callable[[Body], Program], objects: Callable[[str], list[Any]]
) -> None:
    def body(space: str, options: pulumi.ResourceOptions) -> None:
        late = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="3s"))
        huge = {"requests": {"cpu": "900"}}
        scenes.web(space, pulumi.ResourceOptions.merge(options, late), resources=huge)

    printed = failure(engine, engine.up, program(body))
    assert "is not ready after 3 s: 0 of 2 pods are ready. 2 x Unschedulable: 0/2 nodes" in printed
    assert "kubernetes:apps/v1:Deployment" in {resource["type"] for resource in engine.resources()}
    engine.destroy(program(body))
    assert objects("deployments") == []


def test_an_object_of_somebody_else_is_left_alone_unless_taken_over(
    engine: Engine, program: Callable[[Body], Program], control_plane: ControlPlane, space: str
) -> None:
    name = f"theirs-{space}"
    path = f"/api/v1/namespaces/default/configmaps/{name}"
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "theirs"}}
    control_plane.api.apply(path, theirs)

    def body(annotations: dict[str, str]) -> Program:
        return program(lambda _, options: scenes.takeover(name, options, annotations))

    assert f"ConfigMap default/{name} exists already" in failure(engine, engine.preview, body({}))
    failure(engine, engine.up, body({}))
    assert control_plane.api.get(path)["data"] == {"a": "theirs"}
    engine.up(body({"pulumi.com/patchForce": "true"}))
    assert control_plane.api.get(path)["data"] == {"a": "ours"}
    engine.destroy(body({}))


def test_a_refresh_sees_drift_and_the_stack_takes_the_field_back(
    engine: Engine, program: Callable[[Body], Program], control_plane: ControlPlane, space: str
) -> None:
    def stack(annotations: dict[str, str]) -> Program:
        resources = {"requests": {"cpu": "1000m"}}
        return program(partial(scenes.web, annotations=annotations, resources=resources))

    engine.up(stack({}))
    path = f"/apis/apps/v1/namespaces/{space}/deployments/web"
    kind = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    control_plane.api.apply(path, {**kind, "spec": {"replicas": 1}})
    assert engine.refresh(stack({})) == {"same": 3, "update": 1}
    assert 'conflict with "rehearsal": .spec.replicas' in failure(engine, engine.preview, stack({}))
    assert engine.up(stack({"pulumi.com/patchForce": "true"})) == {"same": 3, "update": 1}
    assert control_plane.api.get(path)["spec"]["replicas"] == 2
    engine.destroy(stack({}))
    assert control_plane.api.find(path) is None


def test_a_postgres_cluster_fills_nodes_and_goes_with_its_pods(
    engine: Engine, program: Callable[[Body], Program], objects: Callable[[str], list[Any]]
) -> None:
    engine.up(program(scenes.postgres))
    (stand_in,) = objects("statefulsets")
    assert stand_in["spec"]["replicas"] == 2
    engine.destroy(program(scenes.postgres))
    assert objects("statefulsets") == []
