"""The base of the built-in providers: their contract, and the server that the engine finds."""

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from rehearsal.providers.contract import (
    Checked,
    Created,
    Diff,
    PartialError,
    Properties,
    Provider,
    ProviderError,
    changed_properties,
    request_timeout_seconds,
)
from rehearsal.providers.servicer import Servicer
from rehearsal.providers.wire import UNKNOWN, Secret, contains_unknown, is_unknown, reveal

__all__ = [
    "UNKNOWN",
    "Checked",
    "Created",
    "Diff",
    "PartialError",
    "Properties",
    "Provider",
    "ProviderError",
    "Secret",
    "ServedProviders",
    "Servicer",
    "changed_properties",
    "contains_unknown",
    "is_unknown",
    "request_timeout_seconds",
    "reveal",
    "serve",
]

# A wait blocks its thread, and the engine's default parallelism grows with the cores.
_THREADS = 256
# The engine's own limit for a message, in bytes.
_MESSAGE_BYTES = 400 * 1024 * 1024
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ServedProviders:
    """Providers that are being served, by name, each with its port on 127.0.0.1."""

    ports: Mapping[str, int]

    @property
    def debug_env(self) -> str:
        """The value for PULUMI_DEBUG_PROVIDERS: with it the engine looks for no plugin."""
        return ",".join(f"{name}:{port}" for name, port in self.ports.items())


@contextmanager
def serve(providers: Sequence[Provider]) -> Generator[ServedProviders]:
    """Serve each provider on a loopback port of its own until the block ends.

    Raises RuntimeError where a port cannot be bound.
    """
    with ExitStack() as running:
        yield ServedProviders(
            {provider.name: running.enter_context(_serving(provider)) for provider in providers}
        )


@contextmanager
def _serving(provider: Provider) -> Generator[int]:
    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix=f"{provider.name}-provider"),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        provider.cancel()
        server.stop(_STOP_SECONDS).wait()
