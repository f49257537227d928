"""Commands that are run to the end, with their output in a log file."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.toolchain.model import ToolchainError

_TAIL_LINES = 12
_PROBE_TIMEOUT_S = 30
# Each line begins with a word and a tab. Source: Go's debug/buildinfo, 1.26.
_BUILD_INFORMATION = re.compile(rb"path\t[^\n]+\n(?:(?:mod|dep|=>|build)\t[^\n]*\n)+")


def run_logged(
    name: str, command: Sequence[str | Path], *, log: Path, cwd: Path, env: Mapping[str, str] | None = None
) -> None:
    """Run a command to its end and append what it prints to `log`.

    The command and its children end with this call, however it ends.

    Raises:
        ToolchainError: the command could not be started or failed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(f"$ {_shown(command)}\n")
        out.flush()
        begin = out.tell()
        try:
            code = _run_group(command, out.fileno(), cwd, env)
        except OSError as error:
            raise ToolchainError(f"{name}: {_shown(command)}: {error}") from error
    if code != 0:
        tail = _tail(log, begin)
        raise ToolchainError(
            f"{name}: the command below failed with exit code {code}; all it printed is in {log}\n"
            f"  $ {_shown(command)}\n{tail}"
        )


def _run_group(command: Sequence[str | Path], out: int, cwd: Path, env: Mapping[str, str] | None) -> int:
    # Its own process group, because `go build` leaves compilers behind when it alone is ended.
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        start_new_session=True,
    )
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise


def output_of(name: str, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> str:
    """Run a command and return its standard output.

    Raises:
        ToolchainError: the command could not be started or failed.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, cwd=cwd, env=env, check=False
        )
    except OSError as error:
        raise ToolchainError(f"{name}: {_shown(command)}: {error}") from error
    if done.returncode != 0:
        said = "\n".join(f"  {line}" for line in (done.stderr or done.stdout).splitlines()[-_TAIL_LINES:])
        raise ToolchainError(f"{name}: {_shown(command)} failed with exit code {done.returncode}\n{said}")
    return done.stdout


def version_text(program: Path, args: Sequence[str]) -> str:
    """Return all that a program prints when asked for its version; empty where it cannot be asked.

    Without `args` it is not run: the text is the modules that Go wrote into it.
    """
    if not args:
        return _modules(program)
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        asked = subprocess.run(
            [program, *args], capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, env=env, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout + asked.stderr if asked.returncode == 0 else ""


def version_tuple(text: str) -> tuple[int, int, int]:
    """Return the first three-part version in a text, or zeros where it has none."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (0, 0, 0)


def _modules(program: Path) -> str:
    """Return the build information of a Go program: lines of `path`, `mod` and `dep`."""
    try:
        content = program.read_bytes()
    except OSError:
        return ""
    found = _BUILD_INFORMATION.search(content)
    return found[0].decode("utf-8", "replace") if found else ""


def _shown(command: Sequence[str | Path]) -> str:
    return shlex.join(str(part) for part in command)


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as written:
        written.seek(begin)
        lines = written.read().decode("utf-8", "replace").splitlines()
    # Download notes say nothing of the failure.
    telling = [line for line in lines if not line.startswith("go: downloading")]
    return "\n".join(f"  {line}" for line in telling[-_TAIL_LINES:])
