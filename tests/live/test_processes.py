import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rehearsal.control_plane import Api, observe
from tests.live.conftest import ROOT

pytestmark = pytest.mark.live

_PLATFORMCTL = str(ROOT / ".venv" / "bin" / "platformctl")
_GONE_SECONDS = 30.0


def _ours() -> list[psutil.Process]:
    """Every process that runs a program of this checkout's rehearsals, or one of ours on their files."""
    return [process for process in psutil.process_iter() if _is_ours(process)]


def _is_ours(process: psutil.Process) -> bool:
    try:
        return any(part.startswith(f"{ROOT / '.tools'}{os.sep}") for part in process.cmdline())
    except psutil.Error:
        return False


def _addresses(processes: list[psutil.Process]) -> set[str]:
    """Where these processes listen."""
    rows = [row for process in processes for row in process.net_connections("inet")]
    return {row.laddr.ip for row in rows if row.status == psutil.CONN_LISTEN}


def _wait_until_gone() -> list[str]:
    deadline = time.monotonic() + _GONE_SECONDS
    while (left := _ours()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return [" ".join(process.cmdline()[:1]) for process in left]


@pytest.fixture
def rehearsal() -> Iterator[subprocess.Popen[str]]:
    """A rehearsal of dev in a process of its own; it is dead at the end."""
    command = [_PLATFORMCTL, "rehearse", "dev"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def _until_it_is_up(process: subprocess.Popen[str]) -> None:
    """Wait for the end of the preview: from then on every kind of process runs."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("preview"):
            break
    while not any(process.name() == "pulumi" for process in _ours()):
        time.sleep(0.1)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_no_process_is_left(rehearsal: subprocess.Popen[str], ending: signal.Signals) -> None:
    _until_it_is_up(rehearsal)

    rehearsal.send_signal(ending)
    rehearsal.wait(timeout=_GONE_SECONDS)

    assert rehearsal.returncode != 0
    assert _wait_until_gone() == []


def test_what_is_kept_answers_until_it_is_stopped() -> None:
    kept = subprocess.run(
        [_PLATFORMCTL, "rehearse", "dev", "--keep"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert kept.returncode == 0, kept.stdout + kept.stderr
    line = next(line for line in kept.stdout.splitlines() if line.startswith("export KUBECONFIG="))
    nodes = observe.nodes(Api(Path(line.partition("=")[2])))
    assert sum(node.gpus for node in nodes) >= 1
    controllers = {"karpenter", "keda-operator", "keda-adapter", "prometheus"}
    assert {process.name() for process in _ours()} >= {"kube-apiserver", "kube-scheduler", *controllers}
    assert _addresses(_ours()) == {"127.0.0.1"}

    stopped = subprocess.run([_PLATFORMCTL, "rehearse-stop", "dev"], cwd=ROOT, check=False)

    assert stopped.returncode == 0
    assert _wait_until_gone() == []
