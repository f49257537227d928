"""Pulumi's real engine over the simulated cloud, for live tests."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi import automation as auto

from rehearsal.cloud import Cloud
from rehearsal.providers.aws import AwsProvider
from rehearsal.providers.base import serve
from rehearsal.providers.random import RandomProvider
from tests.rehearsal.cloud.support import REGION, FakeCluster

ROOT = Path(__file__).parents[3]
PASSPHRASE = "live-test"
TAGS = '{"tags": {"team": "ml"}}'


def pulumi_root() -> str:
    """Return the folder above the one that holds ``pulumi``: on the PATH, or the toolchain's."""
    found = shutil.which("pulumi") or shutil.which("pulumi", path=ROOT / ".tools" / "bin")
    assert found, "live tests need pulumi on the PATH or in .tools/bin"
    return str(Path(found).parents[1])


class Engine:
    """One stack in a folder of its own, and the account it fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = FakeCluster()
        self.cloud = Cloud(self.cluster)
        self.printed = ""
        self._command = auto.PulumiCommand(root=pulumi_root())
        (folder / "Pulumi.yaml").write_text("name: live\nruntime: python\n")

    def run(self, program: Callable[[], None], operation: Callable[[auto.Stack], Any]) -> Any:
        """Serve both providers and hand the stack to ``operation``."""
        providers = [AwsProvider(self.cloud, "7.51.1"), RandomProvider("4.21.4")]
        with serve(providers) as served:
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
            stack.set_config("aws:region", auto.ConfigValue(REGION))
            stack.set_config("aws:defaultTags", auto.ConfigValue(TAGS))
            return operation(stack)

    def preview(self, program: Callable[[], None]) -> dict[str, int]:
        """Return how many of each kind of step a preview plans."""
        done = self.run(program, lambda stack: stack.preview(on_output=self._print))
        return {str(getattr(kind, "value", kind)): count for kind, count in done.change_summary.items()}

    def up(self, program: Callable[[], None]) -> dict[str, int]:
        """Update, and return how many of each kind of step were done."""
        done = self.run(program, lambda stack: stack.up(on_output=self._print, show_secrets=False))
        return dict(done.summary.resource_changes or {})

    def refresh(self, program: Callable[[], None]) -> dict[str, int]:
        """Refresh, and return how many of each kind of step were done."""
        done = self.run(program, lambda stack: stack.refresh(on_output=self._print, show_secrets=False))
        return dict(done.summary.resource_changes or {})

    def destroy(self, program: Callable[[], None]) -> None:
        """Destroy the stack."""
        self.run(program, lambda stack: stack.destroy(on_output=self._print, show_secrets=False))

    def state_text(self) -> str:
        """Return the state as it lies on the disk."""
        return "".join(path.read_text() for path in sorted(self.folder.rglob("stacks/**/*.json")))

    def _print(self, line: str) -> None:
        self.printed += line + "\n"
