"""Where the toolchain keeps its things."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders below `<root>/.tools`."""

    root: Path

    @property
    def tools(self) -> Path:
        """The one folder that holds everything; it can be deleted at any time."""
        return self.root / ".tools"

    @property
    def binaries(self) -> Path:
        """Programs that do not depend on the Kubernetes version."""
        return self.tools / "bin"

    def control_plane(self, version: str) -> Path:
        """Programs of one Kubernetes version, as in "1.36.4"."""
        return self.tools / f"kubernetes-{version}"

    def crds(self, name: str, version: str) -> Path:
        """CRD files of one source."""
        return self.tools / "crds" / f"{name}-{version.removeprefix('v')}"

    def debian(self, name: str) -> Path:
        """One program with all that it runs on, as Debian's packages have it."""
        return self.tools / "debian" / name

    @property
    def workspaces(self) -> Path:
        """Go modules written for the builds."""
        return self.tools / "build"

    @property
    def logs(self) -> Path:
        """What each command printed, one file a program."""
        return self.tools / "logs"

    @property
    def go(self) -> Path:
        """Go itself, where the machine has none."""
        return self.tools / "go"

    @property
    def ledger(self) -> Path:
        """What was verified."""
        return self.tools / "verified.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that builds."""
        return self.tools / "lock"
