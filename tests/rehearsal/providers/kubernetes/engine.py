"""Pulumi's real engine with the built-in kubernetes provider, for live tests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi import automation as auto

from rehearsal.providers.base import serve
from rehearsal.providers.kubernetes import HelmReleases, KubernetesProvider, Patience

Program = Callable[[], None]
PASSPHRASE = "live-test"


class Engine:
    """One stack in a folder of its own; every operation serves fresh providers."""

    def __init__(self, pulumi: Path, folder: Path, patience: Patience | None = None) -> None:
        self.folder = folder
        self.releases = HelmReleases()
        self._patience = patience or Patience(default_seconds=60)
        self._command = auto.PulumiCommand(root=str(pulumi.absolute().parent.parent))
        self.printed = ""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Pulumi.yaml").write_text("name: live\nruntime: python\n")

    def run(self, program: Program, operation: Callable[[auto.Stack], Any]) -> Any:
        """Serve the provider and hand the stack to ``operation``."""
        with serve([KubernetesProvider(self.releases, self._patience)]) as served:
            env = {
                "PULUMI_DEBUG_PROVIDERS": served.debug_env,
                "PULUMI_BACKEND_URL": self.folder.as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_HOME": str(self.folder / "home"),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            }
            options = auto.LocalWorkspaceOptions(
                work_dir=str(self.folder), env_vars=env, pulumi_command=self._command
            )
            stack = auto.create_or_select_stack("test", "live", program, opts=options)
            return operation(stack)

    def up(self, program: Program) -> dict[str, int]:
        """Run an update and return the summary: how many of each kind of step."""
        done = self.run(program, lambda s: s.up(on_output=self._print, show_secrets=False))
        return dict(done.summary.resource_changes or {})

    def preview(self, program: Program) -> dict[str, int]:
        """Run a preview and return how many of each kind of step it plans."""
        done = self.run(program, lambda s: s.preview(on_output=self._print))
        return {str(getattr(kind, "value", kind)): count for kind, count in done.change_summary.items()}

    def refresh(self, program: Program) -> dict[str, int]:
        """Run a refresh and return the summary."""
        done = self.run(program, lambda s: s.refresh(on_output=self._print, show_secrets=False))
        return dict(done.summary.resource_changes or {})

    def destroy(self, program: Program) -> dict[str, int]:
        """Destroy all and return the summary."""
        done = self.run(program, lambda s: s.destroy(on_output=self._print, show_secrets=False))
        return dict(done.summary.resource_changes or {})

    def state_text(self) -> str:
        """Return the state file as it lies on the disk, secrets encrypted."""
        return "".join(path.read_text() for path in sorted(self.folder.rglob("stacks/**/*.json")))

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources of the state, as they lie on the disk."""
        (path,) = self.folder.rglob("stacks/**/test.json")
        return json.loads(path.read_text())["checkpoint"]["latest"].get("resources") or []

    def _print(self, line: str) -> None:
        self.printed += line + "\n"
