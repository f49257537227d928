import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.control_plane.configuration import PORTS, render
from rehearsal.control_plane.ports import free_ports
from rehearsal.control_plane.stages import READY_AFTER_SECONDS, stages
from rehearsal.toolchain import Toolchain

TOOLCHAIN = Toolchain(
    kubernetes="1.36.4",
    pulumi=Path("bin/pulumi"),
    kubectl=Path("bin/kubectl"),
    kwokctl=Path("bin/kwokctl"),
    kwok=Path("bin/kwok"),
    etcd=Path("bin/etcd"),
    kube_apiserver=Path("bin/kube-apiserver"),
    kube_controller_manager=Path("bin/kube-controller-manager"),
    kube_scheduler=Path("bin/kube-scheduler"),
    karpenter=Path("bin/karpenter"),
    keda_operator=Path("bin/keda-operator"),
    keda_adapter=Path("bin/keda-adapter"),
    prometheus=Path("bin/prometheus"),
    crds=(),
)


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(render(TOOLCHAIN, range(25001, 25001 + len(PORTS)))))


def flags(cluster: dict[str, Any], component: str) -> dict[str, str]:
    (patch,) = [patch for patch in cluster["componentsPatches"] if patch["name"] == component]
    return {extra["key"]: extra["value"] for extra in patch["extraArgs"]}


def test_everything_binds_to_loopback_on_its_own_port(documents: list[dict[str, Any]]) -> None:
    options = documents[0]["options"]
    assert options["bindAddress"] == "127.0.0.1"
    assert sorted(options[name] for name in PORTS) == list(range(25001, 25001 + len(PORTS)))


def test_binaries_are_absolute(documents: list[dict[str, Any]]) -> None:
    paths = [value for key, value in documents[0]["options"].items() if key.endswith("Binary")]
    assert len(paths) == 6
    assert all(Path(path).is_absolute() for path in paths)


def test_no_webhook_can_block_the_destroy(documents: list[dict[str, Any]]) -> None:
    off = flags(documents[0], "kube-apiserver")["disable-admission-plugins"].split(",")
    assert set(off) == {"ValidatingAdmissionWebhook", "MutatingAdmissionWebhook"}


def test_autoscaling_looks_every_two_seconds(documents: list[dict[str, Any]]) -> None:
    assert flags(documents[0], "kube-controller-manager")["horizontal-pod-autoscaler-sync-period"] == "2s"


def test_no_flag_is_an_override_which_kwokctl_drops_unless_it_gives_the_flag_itself(
    documents: list[dict[str, Any]],
) -> None:
    extras = [extra for patch in documents[0]["componentsPatches"] for extra in patch["extraArgs"]]
    assert extras
    assert not any(extra.get("override") for extra in extras)


def test_other_flags_may_be_asked_for() -> None:
    (cluster, *_) = yaml.safe_load_all(
        render(TOOLCHAIN, range(25001, 25001 + len(PORTS)), {"etcd": {"a": "b"}})
    )
    assert cluster["componentsPatches"] == [{"name": "etcd", "extraArgs": [{"key": "a", "value": "b"}]}]


def test_no_node_needs_a_heartbeat(documents: list[dict[str, Any]]) -> None:
    assert flags(documents[0], "kwok-controller")["node-lease-duration-seconds"] == "0"
    assert flags(documents[0], "kube-controller-manager")["node-monitor-grace-period"] == "24h"


def test_the_file_holds_every_stage(documents: list[dict[str, Any]]) -> None:
    assert documents[1:] == stages()
    names = [stage["metadata"]["name"] for stage in stages()]
    assert len(set(names)) == len(names)


def test_a_pod_that_loads_a_model_is_no_business_of_the_fast_stage() -> None:
    rules = {
        stage["metadata"]["name"]: [
            rule["jq"]["operator"]
            for rule in stage["spec"]["selector"]["matchExpressions"]
            if READY_AFTER_SECONDS in rule["jq"]["key"]
        ]
        for stage in stages()
    }
    assert rules["pod-ready"] == ["DoesNotExist"]
    assert rules["pod-loading"] == rules["pod-loaded"] == ["Exists"]


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    for port in ports:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_a_taken_port_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr("rehearsal.control_plane.ports._CANDIDATES", range(port, port + 1))
        with pytest.raises(OSError, match="only 0 of 1 ports"):
            free_ports(1)
