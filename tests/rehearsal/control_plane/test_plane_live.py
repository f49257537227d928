import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from catalog.instances import instances
from rehearsal import watchdog
from rehearsal.control_plane import (
    READY_AFTER_SECONDS,
    ControlPlane,
    ControlPlaneError,
    NodeGroup,
    run_folder,
)
from rehearsal.control_plane.leftovers import leftovers, snapshot_objects
from rehearsal.control_plane.observe import nodes, pods, services_without_pods
from rehearsal.control_plane.plane import COMPONENTS
from rehearsal.toolchain import Toolchain
from tests.rehearsal.control_plane.conftest import ROOT
from tests.rehearsal.control_plane.live import add_pod, ready_pod, remove_pod, the_pod, until

pytestmark = pytest.mark.live

CLAIM = "/api/v1/namespaces/default/persistentvolumeclaims/data"
CLASS = "/apis/storage.k8s.io/v1/storageclasses/gp3"

# A rehearsal that starts a control plane and hangs.
REHEARSAL = """
import sys, time
from pathlib import Path
from rehearsal.control_plane import ControlPlane
from rehearsal.toolchain import ensure

root = Path(sys.argv[1])
plane = ControlPlane.start(ensure("1.36", root=root), name=sys.argv[2], root=root)
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def system_nodes(control_plane: ControlPlane) -> Iterator[tuple[str, ...]]:
    group = NodeGroup(
        name="system",
        instance=instances()["m7i.2xlarge"],
        count=2,
        zones=("us-east-1a", "us-east-1b"),
        labels={"role": "system"},
    )
    yield control_plane.nodes.add(group)
    control_plane.nodes.remove("system")


def test_every_component_runs_and_listens_on_loopback_only(control_plane: ControlPlane) -> None:
    assert sorted(control_plane.pids()) == sorted(COMPONENTS)
    listening = {
        name: {
            connection.laddr.ip
            for connection in psutil.Process(pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        }
        for name, pid in control_plane.pids().items()
    }
    assert listening == {name: {"127.0.0.1"} for name in COMPONENTS}
    assert control_plane.memory_mib() > 100


def test_the_endpoint_and_the_credentials_belong_together(control_plane: ControlPlane) -> None:
    assert control_plane.endpoint.startswith("https://127.0.0.1:")
    assert control_plane.ca_data
    assert "CERTIFICATE" in control_plane.client_certificate.read_text()
    assert "PRIVATE KEY" in control_plane.client_key.read_text()
    assert control_plane.api.get("/version")["major"] == "1"


def test_a_second_one_of_the_same_name_is_refused(control_plane: ControlPlane, toolchain: Toolchain) -> None:
    with pytest.raises(ControlPlaneError, match="already running"):
        ControlPlane.start(toolchain, name=control_plane.name, root=ROOT)
    assert not control_plane.missing()
    assert ControlPlane.find(ROOT, "never-started") is None


def test_every_crd_of_the_toolchain_is_served(control_plane: ControlPlane, toolchain: Toolchain) -> None:
    served = control_plane.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    assert len(served) >= len(toolchain.crds) > 0
    assert all(
        {"type": "Established", "status": "True"}.items() <= condition.items()
        for crd in served
        for condition in crd["status"]["conditions"]
        if condition["type"] == "Established"
    )


def test_system_nodes_look_like_a_node_group(
    control_plane: ControlPlane, system_nodes: tuple[str, ...]
) -> None:
    found = {node.name: node for node in nodes(control_plane.api)}
    assert system_nodes == ("system-0", "system-1")
    assert [found[name].zone for name in system_nodes] == ["us-east-1a", "us-east-1b"]
    first = found["system-0"]
    assert (first.ready, first.group, first.instance_type, first.gpus) == (True, "system", "m7i.2xlarge", 0)
    assert first.labels["role"] == "system"


def test_removing_a_node_group_takes_its_pods_along(
    control_plane: ControlPlane, system_nodes: tuple[str, ...]
) -> None:
    api = control_plane.api
    add_pod(api, "short-lived")
    assert until(lambda: ready_pod(api, "short-lived")).node in system_nodes
    control_plane.nodes.remove("system")
    assert until(lambda: not the_pod(api, "short-lived"))
    assert not [node for node in nodes(api) if node.group == "system"]


def test_a_model_loads_before_it_is_ready(control_plane: ControlPlane, system_nodes: tuple[str, ...]) -> None:
    api = control_plane.api
    assert system_nodes
    add_pod(api, "loading", annotations={READY_AFTER_SECONDS: "4"})
    running = until(lambda: [pod for pod in pods(api) if pod.name == "loading" and pod.phase == "Running"])
    assert [pod.ready for pod in running] == [False]
    assert until(lambda: ready_pod(api, "loading")).phase == "Running"
    remove_pod(api, "loading")


def test_a_claim_gets_a_volume_that_goes_with_it(
    control_plane: ControlPlane, system_nodes: tuple[str, ...]
) -> None:
    api = control_plane.api
    assert system_nodes
    api.apply(CLASS, storage_class())
    api.apply(CLAIM, claim())
    add_pod(api, "stateful", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
    until(lambda: ready_pod(api, "stateful"))
    assert api.get(CLAIM)["status"]["phase"] == "Bound"
    remove_pod(api, "stateful")
    api.delete(CLAIM)
    assert until(lambda: not api.items("/api/v1/persistentvolumes"))
    api.delete(CLASS)


def test_a_service_that_selects_nothing_is_seen(control_plane: ControlPlane) -> None:
    path = "/api/v1/namespaces/default/services/lost"
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "lost", "namespace": "default"},
        "spec": {"selector": {"app": "nobody"}, "ports": [{"port": 80}]},
    }
    control_plane.api.apply(path, body)
    assert [service.name for service in services_without_pods(control_plane.api)] == ["lost"]
    control_plane.api.delete(path)
    assert services_without_pods(control_plane.api) == ()


def test_leftovers_are_exactly_what_was_planted(control_plane: ControlPlane) -> None:
    api = control_plane.api
    baseline = snapshot_objects(api)
    path = "/api/v1/namespaces/default/configmaps/forgotten"
    issuer = "/apis/cert-manager.io/v1/clusterissuers/forgotten"
    name = {"metadata": {"name": "forgotten"}}
    api.apply(path, {"apiVersion": "v1", "kind": "ConfigMap", **name})
    api.apply(
        issuer,
        {"apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer", **name, "spec": {"selfSigned": {}}},
    )
    found = leftovers(api, baseline)
    assert [str(ref) for ref in found] == [
        "ConfigMap default/forgotten",
        "ClusterIssuer.cert-manager.io forgotten",
    ]
    api.delete(path)
    api.delete(issuer)
    assert leftovers(api, baseline, settle_seconds=30) == ()


def test_a_baseline_without_custom_resources_misses_nothing_else(control_plane: ControlPlane) -> None:
    everything = snapshot_objects(control_plane.api)
    assert snapshot_objects(control_plane.api, custom=False) == {
        ref for ref in everything if "." not in ref.group or ref.group.endswith(".k8s.io")
    }


def test_a_namespace_and_all_in_it_leave_nothing(control_plane: ControlPlane) -> None:
    api = control_plane.api
    baseline = snapshot_objects(api)
    api.apply(
        "/api/v1/namespaces/models", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "models"}}
    )
    until(lambda: api.find("/api/v1/namespaces/models/serviceaccounts/default"))
    assert [str(ref) for ref in leftovers(api, baseline)] == ["Namespace models"]
    api.delete("/api/v1/namespaces/models")
    assert leftovers(api, baseline, settle_seconds=60) == ()


@pytest.mark.parametrize("when", ["while it is made", "while it runs"])
def test_a_killed_rehearsal_leaves_no_process(when: str) -> None:
    name = f"killed-{os.getpid()}"
    folder = run_folder(ROOT, name)
    parent = subprocess.Popen(
        [sys.executable, "-c", REHEARSAL, str(ROOT), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    if when == "while it runs":
        assert parent.stdout.readline() == "started\n"
    else:
        until(lambda: watchdog.components(folder))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not running_from(folder))
    assert ControlPlane.find(ROOT, name) is None
    ControlPlane(folder, name).stop()
    assert not folder.exists()


def running_from(folder: Path) -> list[int]:
    """Return the processes that run a program of the folder, or kwokctl for it."""
    return [
        process.pid
        for process in psutil.process_iter()
        if watchdog.alive(process) and any(str(folder) in word for word in command(process))
    ]


def command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def storage_class() -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "gp3"},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "WaitForFirstConsumer",
        "reclaimPolicy": "Retain",
    }


def claim() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "storageClassName": "gp3",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "5Gi"}},
        },
    }
