"""Writes `vllm.json` anew for the pinned image's version: `python -m catalog.engine_flags.refresh`.

pip downloads the wheel (hundreds of MiB, deleted afterwards) from whichever index it is configured with.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from catalog.engine_flags import FOLDER, Flag
from catalog.engine_flags.vllm_source import vllm_flags
from catalog.images import VLLM


def main() -> None:
    """Download the wheel of the pinned version, read it, and write the table."""
    version = VLLM.tag.removeprefix("v")
    with tempfile.TemporaryDirectory() as folder:
        wheel = download(f"vllm=={version}", Path(folder))
        with ZipFile(wheel) as archive:
            flags = vllm_flags(archive)
        table = {
            "engine": "vllm",
            "version": version,
            "source": f"{wheel.name}: vllm/engine/arg_utils.py, vllm/entrypoints/common/cli_args.py, vllm/config",
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "flags": {name: row(flag) for name, flag in flags.items()},
        }
    (FOLDER / "vllm.json").write_text(text(table), encoding="utf-8")
    sys.stdout.write(f"vllm.json: {len(flags)} options of vLLM {version}\n")


def download(requirement: str, folder: Path) -> Path:
    """Return the wheel that pip chooses for a requirement, without what it depends on."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command = [*pip, "--no-deps", "--only-binary=:all:", "--dest", str(folder), requirement]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def row(flag: Flag) -> dict[str, Any]:
    """Return what is not a default of one option."""
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in vars(flag).items() if value
    }


def text(table: Mapping[str, Any]) -> str:
    """Return a table as JSON with a line for each option, so that a review shows what changed."""
    head = {key: value for key, value in table.items() if key != "flags"}
    lines = [f"  {json.dumps(name)}: {json.dumps(flag)}" for name, flag in table["flags"].items()]
    return json.dumps(head, indent=1)[:-2] + ',\n "flags": {\n' + ",\n".join(lines) + "\n }\n}\n"


if __name__ == "__main__":
    main()
