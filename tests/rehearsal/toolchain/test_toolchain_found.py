"""What the machine already has: Pulumi and Go on PATH."""

import pytest

from rehearsal.toolchain import ToolchainError, ensure
from tests.rehearsal.toolchain.conftest import Machine


def test_a_pulumi_on_path_is_used(machine: Machine) -> None:
    own = machine.install("pulumi", "#!/bin/sh\necho v3.181.0\n")
    assert ensure("1.36", root=machine.root).pulumi == own
    assert "pulumi" not in machine.builds()


def test_a_pulumi_on_path_is_asked_once_until_it_changes(machine: Machine) -> None:
    asked = machine.root / "asked"
    program = '#!/bin/sh\necho x >> "{asked}"\necho {version}\n'
    own = machine.install("pulumi", program.format(asked=asked, version="v3.200.0"))
    for _ in range(3):
        assert ensure("1.36", root=machine.root).pulumi == own
    assert asked.read_text(encoding="utf-8").count("x") == 1
    machine.install("pulumi", program.format(asked=asked, version="v3.99.0 "))
    assert ensure("1.36", root=machine.root).pulumi == machine.layout.binaries / "pulumi"


@pytest.mark.parametrize("says", ["v3.180.9", "v2.999.0", "no version"])
def test_a_pulumi_that_is_too_old_is_not_used(machine: Machine, says: str) -> None:
    machine.install("pulumi", f"#!/bin/sh\necho {says}\n")
    assert ensure("1.36", root=machine.root).pulumi == machine.layout.binaries / "pulumi"
    assert machine.builds().count("pulumi") == 1


@pytest.mark.parametrize("version", ["none", "go1.25.9"])
def test_without_a_go_one_error_says_what_to_install(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    if version == "none":
        (machine.bin / "go").unlink()
    else:
        machine.install_go(version=version)
    # Neither installer may reach the network from a test.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(machine.root / "uv"))
    with pytest.raises(ToolchainError) as caught:
        ensure("1.36", root=machine.root)
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert text.endswith("Install Go 1.26.7 or newer and put it on PATH.")
    assert machine.builds() == []
    assert not machine.layout.go.exists()


def test_a_fetched_go_is_used_where_path_has_none(machine: Machine) -> None:
    fetched = machine.layout.go / "go" / "bin" / "go"
    fetched.parent.mkdir(parents=True)
    (machine.bin / "go").rename(fetched)
    ensure("1.36", root=machine.root)
    assert "karpenter" in machine.builds()
