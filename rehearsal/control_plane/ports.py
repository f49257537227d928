"""Free loopback ports, so that several rehearsals run side by side."""

import random
import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"

# Below the range that kernels hand to outgoing connections (Linux: from 32768), so that no connection
# takes a port between our choice and the server's bind.
_CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports that were free on loopback a moment ago."""
    chosen: list[int] = []
    with ExitStack() as held:
        for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
            if len(chosen) == count:
                return chosen
            listener = held.enter_context(socket.socket())
            try:
                listener.bind((LOOPBACK, port))
            except OSError:
                continue
            chosen.append(port)
    raise OSError(f"only {len(chosen)} of {count} ports are free on {LOOPBACK}")
