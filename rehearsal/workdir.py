"""The folder Pulumi runs in: a copy of the stack file without its secrets, and a state of its own."""

import json
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from settings.loader import PROJECT, SECURE, raw_config

_CLUSTER = f"{PROJECT}:cluster"
_DATA = f"{PROJECT}:data"
# Resource operations under way at once. The built-in provider has as many connections.
_PARALLEL = 64


@dataclass(frozen=True, kw_only=True)
class WorkDir:
    """A throwaway project folder for one stack.

    Secrets of the user's stack file cannot be read here, and need not be: each is replaced by a random one,
    so that a leak of it can be looked for. `stand_ins` has them by their full key.
    """

    folder: Path
    stack: str
    stand_ins: Mapping[str, str]
    passphrase: str

    @classmethod
    def make(
        cls, folder: Path, project: Path, stack: str, config: Mapping[str, Any] | None = None
    ) -> "WorkDir":
        """Make `folder` anew for `stack` of `project`; `config` stands in for the stack file's own."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "state").mkdir(parents=True)
        shutil.copy(project / "Pulumi.yaml", folder)
        values = dict(config if config is not None else raw_config(project, stack))
        hidden = [key for key, value in values.items() if isinstance(value, dict) and SECURE in value]
        made = cls(
            folder=folder,
            stack=stack,
            stand_ins={key: f"rehearsal-{secrets.token_hex(16)}" for key in hidden},
            passphrase=secrets.token_hex(16),
        )
        made.write({key: value for key, value in values.items() if key not in hidden})
        return made

    @property
    def home(self) -> Path:
        """Pulumi's own folder: apart from the user's, whose login and stacks are not touched."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What Pulumi needs in its environment here."""
        return {
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": self.passphrase,
            "PULUMI_HOME": str(self.home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The stack lives for a minute: a crash loses nothing that the next run would want.
            "PULUMI_EXPERIMENTAL": "true",
            "PULUMI_SKIP_CHECKPOINTS": "true",
            # Most of an operation is waiting for pods; the default of 4 a core would queue a hundred models.
            "PULUMI_PARALLEL": str(_PARALLEL),
        }

    @property
    def state_file(self) -> Path:
        """Where Pulumi keeps the stack's state."""
        return self.folder / "state" / ".pulumi" / "stacks" / PROJECT / f"{self.stack}.json"

    @property
    def stack_file(self) -> Path:
        """The copied stack file."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    def write(self, config: Mapping[str, Any]) -> None:
        """Write the stack file's configuration."""
        self.stack_file.write_text(yaml.safe_dump({"config": dict(config)}), encoding="utf-8")

    def set_secrets(self, pulumi: Path, environment: Mapping[str, str]) -> None:
        """Give the stack its stand-in secrets, through a pipe: arguments can be read by other users."""
        for key, value in self.stand_ins.items():
            command = [str(pulumi), "config", "set", "--secret", "--stack", self.stack, key]
            subprocess.run(
                command,
                cwd=self.folder,
                env=dict(environment),
                input=value,
                text=True,
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def lift_protection(self) -> bool:
        """Turn deletion protection off, as a user must before a destroy; False where it was off already."""
        document = yaml.safe_load(self.stack_file.read_text(encoding="utf-8"))
        before = json.dumps(document)
        config = document["config"]
        config[_CLUSTER] = {**config[_CLUSTER], "deletionProtection": False}
        config[_DATA] = {**config.get(_DATA, {}), "protect": False}
        self.stack_file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return json.dumps(document) != before
