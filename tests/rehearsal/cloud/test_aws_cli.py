import json
import os
import subprocess
from pathlib import Path

import pytest

from rehearsal.cloud.aws_cli import write_stand_in

KEY = "-----BEGIN PRIVATE KEY-----\nvery secret\n"
GET_TOKEN = ("eks", "get-token", "--cluster-name", "prod", "--region", "eu-west-1", "--output", "json")


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    certificate, key = tmp_path / "admin.crt", tmp_path / "admin.key"
    certificate.write_text("-----BEGIN CERTIFICATE-----\n")
    key.write_text(KEY)
    return write_stand_in(tmp_path / "bin", certificate, key)


def run(script: Path, *arguments: str, info: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "KUBERNETES_EXEC_INFO": info} if info else {"PATH": os.environ["PATH"]}
    return subprocess.run([script, *arguments], env=env, text=True, capture_output=True, check=False)


def test_it_answers_with_the_clients_certificate(stand_in: Path) -> None:
    answer = json.loads(run(stand_in, *GET_TOKEN).stdout)
    assert answer["kind"] == "ExecCredential"
    assert answer["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert answer["status"]["clientKeyData"] == KEY
    assert answer["status"]["clientCertificateData"].startswith("-----BEGIN CERTIFICATE-----")


def test_it_speaks_the_version_it_is_asked_for(stand_in: Path) -> None:
    info = json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"})
    answer = json.loads(run(stand_in, *GET_TOKEN, info=info).stdout)
    assert answer["apiVersion"] == "client.authentication.k8s.io/v1"
    assert json.loads(run(stand_in, *GET_TOKEN, info="not json").stdout)["apiVersion"].endswith("v1beta1")


@pytest.mark.parametrize(
    "arguments", [(), ("s3", "ls"), ("eks", "get-token"), ("eks", "list-clusters"), (*GET_TOKEN, "--debug")]
)
def test_it_refuses_everything_else_in_one_line(stand_in: Path, arguments: tuple[str, ...]) -> None:
    refused = run(stand_in, *arguments)
    assert refused.returncode == 252
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1


def test_it_says_so_when_the_rehearsal_is_gone(stand_in: Path, tmp_path: Path) -> None:
    (tmp_path / "admin.key").unlink()
    refused = run(stand_in, *GET_TOKEN)
    assert refused.returncode == 252
    assert "the rehearsal is not running" in refused.stderr


def test_the_script_itself_holds_no_secret(stand_in: Path) -> None:
    assert "very secret" not in stand_in.read_text()
