"""The times of a server's life that follow from its budgets, in seconds. Pure arithmetic."""

import math

from components.serving.args import ModelServerArgs

STARTUP_PERIOD = 10
# For the kubelet, the scheduler and the container runtime, none of which the budgets count.
_SLACK = 60
_KILL_MARGIN = 15


def startup_failures(args: ModelServerArgs) -> int:
    """Return how many startup probes may fail: the startup budget over the probe's period, rounded up."""
    return math.ceil(args.startup_seconds / STARTUP_PERIOD)


def grace(args: ModelServerArgs) -> int:
    """Return the termination grace: longer than draining and shutting down, so SIGKILL is never first."""
    return args.drain_seconds + args.shutdown_seconds + _KILL_MARGIN


def pause(args: ModelServerArgs, *, drains: bool) -> int:
    """Return how long a stopping pod goes on before its process is told: what ends requests is told last."""
    return args.drain_seconds + (0 if drains else args.shutdown_seconds)


def progress_deadline(args: ModelServerArgs) -> int:
    """Return how long one replica may take to become ready: a node, the image, then the startup budget."""
    return args.provision_seconds + args.startup_seconds + _SLACK


def create_timeout(args: ModelServerArgs) -> int:
    """Return how long Pulumi waits for a new server; all its first replicas start at once."""
    return progress_deadline(args) + _SLACK


def update_timeout(args: ModelServerArgs) -> int:
    """Return how long Pulumi waits for a rollout of the largest number of replicas, batch by batch."""
    batches = math.ceil(args.max_replicas / (args.max_surge + args.max_unavailable))
    return batches * (progress_deadline(args) + grace(args)) + _SLACK
