"""What is built, when, and what a failure leaves."""

import fcntl
import threading
from dataclasses import fields
from pathlib import Path

import pytest

from catalog.crds import CRD_SOURCES
from rehearsal.toolchain import Event, State, ToolchainError, ensure
from tests.rehearsal.toolchain.conftest import Machine


def test_the_first_call_brings_everything_and_the_second_runs_nothing(machine: Machine) -> None:
    first = ensure("1.36", root=machine.root)
    paths = [getattr(first, field.name) for field in fields(first)]
    assert all(path.is_file() for path in paths if isinstance(path, Path))
    assert len({file.parent for file in first.crds}) == len(first.crds) == len(CRD_SOURCES)
    assert first.kubernetes == "1.36.4"
    calls = machine.calls.read_text(encoding="utf-8")
    assert ensure("1.36", root=machine.root) == first
    assert machine.calls.read_text(encoding="utf-8") == calls


def test_another_minor_shares_all_but_the_control_plane(machine: Machine) -> None:
    ensure("1.36", root=machine.root)
    before = len(machine.builds())
    other = ensure("1.35", root=machine.root)
    assert other.kube_apiserver.parent.name == "kubernetes-1.35.4"
    control_plane = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"]
    assert machine.builds()[before:] == control_plane


def test_staging_modules_get_their_published_version(machine: Machine) -> None:
    ensure("1.36", root=machine.root)
    manifest = machine.layout.workspaces / "k8s.io_kubernetes@v1.36.4" / "go.mod"
    assert "replace k8s.io/api => k8s.io/api v0.36.4\n" in manifest.read_text(encoding="utf-8")


def test_a_program_of_another_version_is_rebuilt(machine: Machine) -> None:
    toolchain = ensure("1.36", root=machine.root)
    toolchain.kwok.write_text("#!/bin/sh\necho kwok version v0.7.0 go1.25\n", encoding="utf-8")
    ensure("1.36", root=machine.root)
    assert machine.builds().count("kwok") == 2
    assert machine.builds().count("kwokctl") == 1


def test_programs_of_the_right_version_survive_a_lost_ledger(machine: Machine) -> None:
    ensure("1.36", root=machine.root)
    before = machine.builds()
    machine.layout.ledger.write_text("{ half", encoding="utf-8")
    ensure("1.36", root=machine.root)
    assert machine.builds() == before


def test_a_build_that_makes_another_version_is_refused(machine: Machine) -> None:
    machine.says.write_text("v3.259.0\nKubernetes v1.36.0\n", encoding="utf-8")
    with pytest.raises(ToolchainError, match=r"kube-apiserver: .*not 'Kubernetes v1\.36\.4'"):
        ensure("1.36", root=machine.root)
    assert list(machine.layout.control_plane("1.36.4").iterdir()) == []


def test_a_failed_build_names_program_command_log_and_last_lines(machine: Machine) -> None:
    machine.install_go(before_build="echo compile error at x.go:7; exit 3")
    events: list[Event] = []
    with pytest.raises(ToolchainError) as caught:
        ensure("1.36", root=machine.root, progress=events.append)
    text = str(caught.value)
    log = machine.layout.logs / "pulumi.log"
    assert text.startswith("pulumi: the command below failed with exit code 3")
    assert str(log) in text
    assert "$ " + str(machine.bin / "go") + " build" in text
    assert text.endswith("  compile error at x.go:7")
    assert log.read_text(encoding="utf-8").endswith("compile error at x.go:7\n")
    assert events[-1].state is State.FAILED


def test_what_a_killed_build_left_is_removed(machine: Machine) -> None:
    machine.layout.binaries.mkdir(parents=True)
    left = machine.layout.binaries / "kwok.1.partial"
    left.touch()
    (machine.layout.tools / "crds" / "keda-2.21.0.partial").mkdir(parents=True)
    ensure("1.36", root=machine.root)
    assert not left.exists()
    assert list(machine.layout.tools.rglob("*.partial")) == []


def test_a_second_process_waits_for_the_first(machine: Machine) -> None:
    waiting = threading.Event()

    def listen(event: Event) -> None:
        if event.state is State.WAITING:
            waiting.set()

    machine.layout.tools.mkdir()
    with machine.layout.lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        arguments = {"root": machine.root, "progress": listen}
        second = threading.Thread(target=ensure, args=("1.36",), kwargs=arguments)
        second.start()
        assert waiting.wait(timeout=20)
        assert machine.builds() == []
    second.join(timeout=60)
    assert "karpenter" in machine.builds()


@pytest.mark.parametrize("text", ["kind: Deployment\n", "kind: CustomResourceDefinition\nname: {{ .x }}\n"])
def test_a_file_that_is_no_plain_crd_is_refused(machine: Machine, text: str) -> None:
    (machine.modules / "deploy" / "crds" / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ToolchainError, match=r"cert-manager CRDs: .*x\.yaml is no plain"):
        ensure("1.36", root=machine.root)
    assert not machine.layout.crds("cert-manager", "v1.21.2").exists()


def test_a_module_without_its_crds_is_refused(machine: Machine) -> None:
    (machine.modules / "deploy" / "crds" / "x.yaml").unlink()
    with pytest.raises(ToolchainError, match=r"cert-manager CRDs: .* has no file deploy/crds/\*\.yaml"):
        ensure("1.36", root=machine.root)
