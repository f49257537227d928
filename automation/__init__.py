"""Drives a stack from Python: select, preview, up, refresh, destroy, outputs; events as they come."""

from automation.events import Event, Listener, Message, Step, StepState
from automation.stack import MASK, Outcome, PlatformStack, StackError, Workspace

__all__ = [
    "MASK",
    "Event",
    "Listener",
    "Message",
    "Outcome",
    "PlatformStack",
    "StackError",
    "Step",
    "StepState",
    "Workspace",
]
