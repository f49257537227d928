import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from rehearsal import watchdog
from rehearsal.processes import Process, ProcessError, clean_environment
from rehearsal.watchdog import Record, record_path

ROOT = Path(__file__).parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]

# A rehearsal in small: it starts a child under a watchdog, says so, and hangs.
REHEARSAL = """
import sys, time
from pathlib import Path
from rehearsal.processes import Process, Watchdog, clean_environment

folder = Path(sys.argv[1])
guard = Watchdog(folder)
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
Process(name="child", command=sleep, folder=folder, environment=clean_environment({})).start()
if sys.argv[2] == "keep":
    guard.release()
print("started", flush=True)
time.sleep(60)
"""


def process(folder: Path, script: str, **options: object) -> Process:
    command = [sys.executable, "-c", script]
    return Process(name="child", command=command, folder=folder, environment=clean_environment({}), **options)  # pyright: ignore[reportArgumentType] - options vary by test


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def ended(pid: int) -> bool:
    try:
        return not watchdog.alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True


def start_rehearsal(folder: Path, mode: str) -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", REHEARSAL, str(folder), mode], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    assert parent.stdout.readline() == "started\n"
    record = Record.read(record_path(folder, "child"))
    assert record
    return parent, record.pid


class TestProcess:
    def test_waits_for_a_file(self, tmp_path: Path) -> None:
        sign = tmp_path / "ready"
        child = process(
            tmp_path, f"import time; open({str(sign)!r}, 'w'); time.sleep(60)", ready=sign
        ).start()
        try:
            assert sign.exists()
            assert child.pid
        finally:
            child.stop()

    def test_waits_for_a_function(self, tmp_path: Path) -> None:
        answers = iter([False, False, True])
        child = process(tmp_path, "import time; time.sleep(60)", ready=lambda: next(answers)).start()
        child.stop()
        assert next(answers, None) is None

    def test_waits_for_a_url(self, tmp_path: Path) -> None:
        script = (
            "import http.server as h; s = h.HTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler);"
            f"open({str(tmp_path / 'port')!r}, 'w').write(str(s.server_port)); s.serve_forever()"
        )
        first = process(tmp_path, script, ready=tmp_path / "port").start()
        try:
            assert until(lambda: bool((tmp_path / "port").read_text()))
            url = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}/"
            second = Process(
                name="second", command=SLEEP, folder=tmp_path, environment=clean_environment({}), ready=url
            )
            second.start()
            second.stop()
        finally:
            first.stop()
        with pytest.raises(ProcessError, match="not ready after"):
            second.start(timeout_seconds=0.3)

    def test_says_what_a_failed_child_said(self, tmp_path: Path) -> None:
        child = process(tmp_path, "raise SystemExit('no licence')", ready=tmp_path / "never")
        with pytest.raises(ProcessError, match=r"child ended before it was ready\.\nno licence"):
            child.start()

    def test_leaves_nothing_that_was_not_ready(self, tmp_path: Path) -> None:
        child = process(
            tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(60)", ready=lambda: False
        )
        with pytest.raises(ProcessError, match="not ready after 1 s"):
            child.start(timeout_seconds=1)
        assert ended(int(child.log.read_text()))

    def test_wait_reports_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(ProcessError, match="exit code 3"):
            process(tmp_path, "raise SystemExit(3)").start().wait(30)

    def test_stop_takes_grandchildren_along(self, tmp_path: Path) -> None:
        script = (
            f"import subprocess, time; p = subprocess.Popen({SLEEP!r});"
            f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid)); time.sleep(60)"
        )
        child = process(
            tmp_path,
            script,
            ready=lambda: bool((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()),
        ).start()
        child.stop()
        assert ended(int((tmp_path / "pid").read_text()))

    def test_stop_forces_one_that_will_not_listen(self, tmp_path: Path) -> None:
        script = (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('deaf', flush=True); time.sleep(60)"
        )
        child = process(tmp_path, script)
        child.ready = lambda: child.last_lines() == "deaf"
        pid = child.start().pid
        child.stop(grace_seconds=0.2)
        assert pid
        assert ended(pid)

    def test_stop_ends_only_its_own(self, tmp_path: Path) -> None:
        neighbour = subprocess.Popen(SLEEP)
        try:
            child = process(tmp_path, "import time; time.sleep(60)").start()
            child.stop()
            child.stop()
            assert neighbour.poll() is None
        finally:
            neighbour.kill()
            neighbour.wait()

    def test_the_child_sees_no_credentials(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
        child = process(tmp_path, "import os; print(sorted(os.environ))").start()
        child.wait(30)
        assert "AWS" not in child.log.read_text()
        assert "PROXY" not in child.log.read_text()


class TestRecords:
    def test_a_reused_pid_is_not_ours(self, tmp_path: Path) -> None:
        stranger = subprocess.Popen(SLEEP)
        try:
            started = psutil.Process(stranger.pid).create_time()
            Record(stranger.pid, started - 3600).write(record_path(tmp_path, "child"))
            watchdog.end_everything(tmp_path)
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()

    def test_a_kwokctl_pid_counts_only_for_a_program_of_the_run(self, tmp_path: Path) -> None:
        home = tmp_path / "kwokctl" / "clusters" / "dev"
        (home / "pids").mkdir(parents=True)
        (home / "bin").mkdir()
        (home / "bin" / "etcd").symlink_to("/bin/sleep")
        ours = subprocess.Popen([str(home / "bin" / "etcd"), "60"])
        stranger = subprocess.Popen(["/bin/sleep", "60"])
        try:
            (home / "pids" / "etcd.pid").write_text(str(ours.pid))
            (home / "pids" / "kwok-controller.pid").write_text(str(stranger.pid))
            assert list(watchdog.components(tmp_path)) == ["etcd"]
            watchdog.end_everything(tmp_path)
            assert ours.wait(10) == -signal.SIGKILL
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()

    @pytest.mark.parametrize("text", ["", "{", '{"pid": 1}', "[]"])
    def test_half_a_record_is_none(self, tmp_path: Path, text: str) -> None:
        path = record_path(tmp_path, "child")
        path.parent.mkdir()
        path.write_text(text)
        watchdog.end_everything(tmp_path)
        assert Record.read(path) is None


class TestWatchdog:
    @pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_ends_the_children_of_a_killed_rehearsal(self, tmp_path: Path, blow: signal.Signals) -> None:
        parent, child = start_rehearsal(tmp_path, "guard")
        assert not ended(child)
        os.kill(parent.pid, blow)
        parent.wait()
        assert until(lambda: ended(child))

    def test_leaves_what_it_was_told_to_keep(self, tmp_path: Path) -> None:
        parent, child = start_rehearsal(tmp_path, "keep")
        parent.kill()
        parent.wait()
        time.sleep(1)
        assert not ended(child)
        watchdog.end_everything(tmp_path)
        assert ended(child)
