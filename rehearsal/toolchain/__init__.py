"""The programs of a rehearsal: found, or built once from Go modules into `.tools`."""

from rehearsal.toolchain.ensure import ensure
from rehearsal.toolchain.model import (
    Event,
    Progress,
    State,
    Toolchain,
    ToolchainError,
    UnknownKubernetesError,
)

__all__ = ["Event", "Progress", "State", "Toolchain", "ToolchainError", "UnknownKubernetesError", "ensure"]
