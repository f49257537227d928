"""What nodes are told at boot parses as its readers parse it, and the script that cuts GPUs does so."""

import email
import os
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from components.gpu_sharing import MigCut, MigStrategy, SharedCut, Sharing
from components.gpu_user_data import MIG_CUT, al2023, bottlerocket

MIG = MigCut(profile="3g.40gb", per_gpu=2)
SHARED = SharedCut(strategy=Sharing.TIME_SLICING, per_gpu=4)
SLICES = "3g.40gb,3g.40gb"


def parts(document: str) -> dict[str, str]:
    message = email.message_from_string(document)
    assert message.is_multipart()
    return {
        part.get_content_type(): str(part.get_payload()) for part in message.walk() if not part.is_multipart()
    }


def test_al2023_gets_a_script_for_mig_and_a_config_for_fast_pulls() -> None:
    document = al2023(MIG, fast_image_pull=True)
    assert document is not None
    found = parts(document)

    assert set(found) == {"text/x-shellscript", "application/node.eks.aws"}
    assert yaml.safe_load(found["application/node.eks.aws"])["spec"] == {
        "featureGates": {"FastImagePull": True}
    }
    script = found["text/x-shellscript"]
    assert subprocess.run(["/bin/bash", "-n"], input=script, text=True, check=False).returncode == 0
    assert f"ExecStart=/usr/local/sbin/mig-cut {SLICES}\n" in script
    assert MIG_CUT in script


@pytest.mark.parametrize("cut", [None, SHARED])
def test_al2023_has_nothing_to_do_for_whole_and_shared_gpus(cut: SharedCut | None) -> None:
    assert al2023(cut, fast_image_pull=False) is None


def test_bottlerocket_reads_its_settings() -> None:
    single = MigCut(profile="3g.40gb", per_gpu=2, strategy=MigStrategy.SINGLE)
    mps = SharedCut(strategy=Sharing.MPS, per_gpu=4)
    read = [
        tomllib.loads(text or "")["settings"]["kubelet-device-plugins"]["nvidia"]
        for text in (bottlerocket(single, "h100.80gb"), bottlerocket(SHARED, None), bottlerocket(mps, None))
    ]

    assert read == [
        {"device-partitioning-strategy": "mig", "mig": {"profile": {"h100.80gb": "3g.40gb"}}},
        {
            "device-sharing-strategy": "time-slicing",
            "time-slicing": {
                "replicas": 4,
                "rename-by-default": True,
                "fail-requests-greater-than-one": True,
            },
        },
        {"device-sharing-strategy": "mps", "mps": {"replicas": 4, "rename-by-default": True}},
    ]
    assert bottlerocket(None, None) is None


def machine(folder: Path, *, takes_mode_at_once: bool) -> dict[str, str]:
    """A machine of stand-ins: nvidia-smi that knows its MIG mode, systemctl and sleep that note their calls.

    The shell that waits for its reboot is ended by `sleep infinity`, as the reboot would.
    """
    switch = "echo Enabled > mode" if takes_mode_at_once else ":"
    tools = {
        "nvidia-smi": f"""
            echo "nvidia-smi $*" >> calls
            case "$*" in *query-gpu*) cat mode; cat mode;; "-mig 1") {switch};; esac""",
        "systemctl": 'echo "systemctl $*" >> calls',
        "sleep": 'echo "sleep $*" >> calls; kill $PPID',
    }
    (folder / "mode").write_text("Disabled\n")
    for name, body in tools.items():
        tool = folder / name
        tool.write_text(f"#!/bin/bash\ncd {folder}\n{body}\n")
        tool.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "STATE_DIRECTORY": str(folder)}


def cut(environment: dict[str, str]) -> int:
    shell = ["/bin/bash", "-c", MIG_CUT, "mig-cut", SLICES]
    return subprocess.run(shell, env=environment, check=False, capture_output=True).returncode


def calls(folder: Path) -> list[str]:
    noted = (folder / "calls").read_text().splitlines()
    (folder / "calls").unlink()
    return [line for line in noted if "query-gpu" not in line]


def test_a_gpu_that_takes_mig_at_once_is_cut_at_once(tmp_path: Path) -> None:
    assert cut(machine(tmp_path, takes_mode_at_once=True)) == 0
    done = calls(tmp_path)
    assert "systemctl reboot" not in done
    assert done[-1] == f"nvidia-smi mig -cgi {SLICES} -C"


def test_a_gpu_that_needs_a_reboot_gets_one_and_is_cut_after_it(tmp_path: Path) -> None:
    environment = machine(tmp_path, takes_mode_at_once=False)
    assert cut(environment) != 0
    before = calls(tmp_path)
    (tmp_path / "mode").write_text("Enabled\n")
    assert cut(environment) == 0
    after = calls(tmp_path)

    assert before[-2:] == ["systemctl reboot", "sleep infinity"]
    assert not any("-cgi" in line for line in before)
    assert after[-1] == f"nvidia-smi mig -cgi {SLICES} -C"


def test_a_gpu_that_never_takes_mig_does_not_reboot_for_ever(tmp_path: Path) -> None:
    environment = machine(tmp_path, takes_mode_at_once=False)
    cut(environment)
    calls(tmp_path)
    assert cut(environment) == 1
    assert not any("reboot" in line or "-cgi" in line for line in calls(tmp_path))
