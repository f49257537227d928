"""Programs out of Debian's packages."""

import pytest

from catalog.toolchain import RABBITMQ
from rehearsal.toolchain import ToolchainError, debian, ensure
from tests.rehearsal.toolchain.conftest import Machine

# Builtins only, as for the machine's Go.
_APT = """#!/bin/sh
printf '%s\\n' "$*" >> "{calls}"
case " $* " in
*" update "*) : > "{lists}"; exit ;;
esac
[ -e "{lists}" ] || {{ echo "E: Unable to locate package"; exit 100; }}
for package in "$@"; do : > "${{package##*/}}_1_all.deb"; done
"""
_DPKG = """#!/bin/sh
[ "$1" = -f ] && echo "{version}" && exit
: > "$3/unpacked-${{2##*/}}"
"""


def install(machine: Machine, *, lists: bool = True, version: str = "3.10.8-1.1+deb12u1") -> None:
    known = machine.root / "lists"
    if lists:
        known.touch()
    machine.install("apt-get", _APT.format(calls=machine.root / "apt", lists=known))
    machine.install("dpkg-deb", _DPKG.format(version=version))


def asked(machine: Machine) -> list[str]:
    calls = (machine.root / "apt").read_text(encoding="utf-8").splitlines()
    return ["update" if line == "update" else "download" for line in calls]


def test_without_scenarios_nothing_is_fetched_from_debian(machine: Machine) -> None:
    install(machine)
    assert ensure("1.36", root=machine.root).rabbitmq is None
    assert not (machine.root / "apt").exists()


def test_every_package_is_unpacked_once(machine: Machine) -> None:
    install(machine)

    tree = ensure("1.36", root=machine.root, scenarios=True).rabbitmq
    again = ensure("1.36", root=machine.root, scenarios=True).rabbitmq

    assert tree is not None
    assert tree == again == machine.layout.debian("rabbitmq")
    unpacked = {path.name.removeprefix("unpacked-").partition("_")[0] for path in tree.glob("unpacked-*")}
    assert unpacked >= set(RABBITMQ.packages)
    assert not (tree / "packages").exists()
    assert asked(machine) == ["download"]


def test_root_brings_missing_lists_itself(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, lists=False)
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    assert ensure("1.36", root=machine.root, scenarios=True).rabbitmq
    assert asked(machine) == ["download", "update", "download"]


def test_anyone_else_is_told_to(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, lists=False)
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    with pytest.raises(ToolchainError, match=r"run: sudo apt-get update$"):
        ensure("1.36", root=machine.root, scenarios=True)
    assert asked(machine) == ["download"]
    assert not machine.layout.debian("rabbitmq").exists()
    assert list(machine.layout.tools.rglob("*.partial")) == []


def test_a_machine_without_apt_is_told_what_runs_without(machine: Machine) -> None:
    with pytest.raises(ToolchainError, match=r"no apt-get\. A scenario with a queue needs Debian or Ubuntu"):
        ensure("1.36", root=machine.root, scenarios=True)


def test_a_version_that_is_too_old_is_refused(machine: Machine) -> None:
    install(machine, version="3.9.27-1")
    with pytest.raises(ToolchainError, match=r"^rabbitmq: .* has 3\.9\.27-1; 3\.10\.0 is needed"):
        ensure("1.36", root=machine.root, scenarios=True)
    assert not machine.layout.debian("rabbitmq").exists()
