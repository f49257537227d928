"""An ``aws`` command for the rehearsal's PATH: it knows ``aws eks get-token`` and nothing else.

The official kubernetes plugin runs it, because the kubeconfig of an EKS cluster says so.
"""

from pathlib import Path

from rehearsal.cloud.aws_cli_script import SCRIPT


def write_stand_in(folder: Path, cert_path: Path, key_path: Path, python: Path | str = "python3") -> Path:
    """Write an executable ``aws`` into ``folder`` and return its path.

    It answers with the client certificate and the key, PEM, that it finds in the two files when
    it is called: neither is ever in the script, in an argument or in the environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "aws"
    interpreter = python if Path(python).is_absolute() else f"/usr/bin/env {python}"
    text = SCRIPT.replace("@PYTHON@", str(interpreter))
    text = text.replace("@CERT@", repr(str(cert_path.resolve()))).replace(
        "@KEY@", repr(str(key_path.resolve()))
    )
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    return script
