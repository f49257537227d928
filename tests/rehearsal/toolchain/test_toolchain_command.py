"""`python -m rehearsal.toolchain`, as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.rehearsal.toolchain.conftest import Machine

REPOSITORY = Path(__file__).parents[3]


def start(machine: Machine, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rehearsal.toolchain", "--root", machine.root, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def test_it_prints_one_line_an_event_and_a_table(machine: Machine) -> None:
    process = start(machine, "--kubernetes", "1.35")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    lines = out.splitlines()
    assert "kube-scheduler building v1.35.4" in lines
    assert any(line.startswith("kube-scheduler done v1.35.4 ") for line in lines)
    row = next(line for line in lines if "│ kube-scheduler" in line)
    assert [cell.strip() for cell in row.split("│")[2:4]] == ["v1.35.4", ".tools/kubernetes-1.35.4"]


def test_an_unknown_minor_is_one_line_and_exit_code_2(machine: Machine) -> None:
    process = start(machine, "--kubernetes", "1.34")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert err == "kubernetes: '1.34' cannot be rehearsed; known versions: 1.35, 1.36\n"
    assert list(machine.root.iterdir()) == []


def test_a_failed_build_is_exit_code_1(machine: Machine) -> None:
    machine.install_go(before_build="exit 1")
    process = start(machine)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("pulumi: the command below failed")
    assert "Traceback" not in err


def test_an_interrupted_build_leaves_no_file_and_no_process(machine: Machine) -> None:
    pid = machine.root / "pid"
    machine.install_go(after_build=f'echo $$ > "{pid}"; while :; do read -r _ < "{machine.root}/fifo"; done')
    os.mkfifo(machine.root / "fifo")
    process = start(machine)
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text(encoding="utf-8")) and time.monotonic() < deadline:
        time.sleep(0.02)
    builder = int(pid.read_text(encoding="utf-8"))
    assert list(machine.layout.binaries.iterdir())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert list(machine.layout.binaries.iterdir()) == []
    assert not psutil.pid_exists(builder)
