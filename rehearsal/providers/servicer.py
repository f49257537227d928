"""One Provider behind Pulumi's gRPC interface."""

# ruff: noqa: N802 - gRPC names the methods

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal.providers.contract import (
    PartialError,
    Provider,
    ProviderError,
    set_request_timeout_seconds,
)
from rehearsal.providers.replies import check_failures, config_inputs, diff_response, init_failed, kind_of
from rehearsal.providers.wire import from_struct, to_struct

_LOG = logging.getLogger(__name__)


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine's calls with ``provider``.

    The engine is told that secrets and output wrappers are not accepted: it unwraps them
    before a call, and marks same-named outputs secret afterwards.
    """

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._provider = provider

    def Attach(self, request: plugin_pb2.PluginAttach, context: Any) -> empty_pb2.Empty:
        """Accept the engine that found this server through PULUMI_DEBUG_PROVIDERS."""
        del request, context
        return empty_pb2.Empty()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Any
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Say that plain values are wanted, no wrappers."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> plugin_pb2.PluginInfo:
        """Return the provider's version."""
        del request, context
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: Any
    ) -> provider_pb2.GetSchemaResponse:
        """Return an empty schema: an inline program has its types from the SDK."""
        del request, context
        schema = {"name": self._provider.name, "version": self._provider.version}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        """Give the configuration back as it came, so that its secrets stay secret."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        """Compare two configurations."""
        with _reported(context, self._provider):
            return diff_response(
                self._provider.diff_config(from_struct(request.old_inputs), from_struct(request.news))
            )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Any
    ) -> provider_pb2.ConfigureResponse:
        """Configure the provider."""
        with _reported(context, self._provider):
            self._provider.configure(config_inputs(request))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        """Validate a resource's inputs."""
        with _reported(context, self._provider):
            try:
                checked = self._provider.check(
                    kind_of(request.urn), request.urn, from_struct(request.olds), from_struct(request.news)
                )
            except ProviderError as error:
                if not error.failures:
                    raise
                return provider_pb2.CheckResponse(
                    inputs=request.news, failures=check_failures(error.failures)
                )
            return provider_pb2.CheckResponse(
                inputs=to_struct(checked.inputs), failures=check_failures(checked.failures)
            )

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        """Compare a resource's new inputs with its last ones."""
        with _reported(context, self._provider):
            diff = self._provider.diff(
                kind_of(request.urn),
                request.id,
                from_struct(request.old_inputs),
                from_struct(request.olds),
                from_struct(request.news),
                list(request.ignoreChanges),
            )
            return diff_response(diff)

    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:
        """Create a resource."""
        set_request_timeout_seconds(request.timeout)
        with _reported(context, self._provider):
            made = self._provider.create(
                kind_of(request.urn), request.urn, from_struct(request.properties), preview=request.preview
            )
            return provider_pb2.CreateResponse(id=made.id, properties=to_struct(made.outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:
        """Return a resource as it is; an empty answer says that it is gone."""
        set_request_timeout_seconds(request.timeout)
        with _reported(context, self._provider):
            inputs = from_struct(request.inputs)
            state = from_struct(request.properties)
            live = self._provider.read(kind_of(request.urn), request.urn, request.id, inputs, state)
            if live is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=live.id,
                properties=to_struct(live.outputs),
                inputs=to_struct(inputs if live.inputs is None else live.inputs),
            )

    def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> provider_pb2.UpdateResponse:
        """Change a resource."""
        set_request_timeout_seconds(request.timeout)
        with _reported(context, self._provider):
            outputs = self._provider.update(
                kind_of(request.urn),
                request.urn,
                request.id,
                from_struct(request.olds),
                from_struct(request.old_inputs),
                from_struct(request.news),
                preview=request.preview,
            )
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:
        """Delete a resource."""
        set_request_timeout_seconds(request.timeout)
        with _reported(context, self._provider):
            self._provider.delete(
                kind_of(request.urn),
                request.urn,
                request.id,
                from_struct(request.properties),
                from_struct(request.old_inputs),
            )
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> provider_pb2.InvokeResponse:
        """Answer a look-up."""
        with _reported(context, self._provider):
            try:
                result = self._provider.invoke(request.tok, from_struct(request.args))
            except ProviderError as error:
                if not error.failures:
                    raise
                return provider_pb2.InvokeResponse(failures=check_failures(error.failures))
            # The field is called `return`, which Python cannot write as a keyword.
            fields: dict[str, Any] = {"return": to_struct(result)}
            return provider_pb2.InvokeResponse(**fields)

    def Cancel(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:
        """End waits: the user pressed Ctrl-C."""
        del request, context
        self._provider.cancel()
        return empty_pb2.Empty()

    def GetMapping(
        self, request: provider_pb2.GetMappingRequest, context: Any
    ) -> provider_pb2.GetMappingResponse:
        """Return nothing: mappings serve the conversion of other languages."""
        del request, context
        return provider_pb2.GetMappingResponse()


@contextmanager
def _reported(context: Any, provider: Provider) -> Generator[None]:
    """Turn an exception into a gRPC error of one line."""
    try:
        yield
    except PartialError as error:
        context.set_trailing_metadata((("grpc-status-details-bin", init_failed(error)),))
        context.abort(grpc.StatusCode.UNKNOWN, error.message)
    except ProviderError as error:
        context.abort(grpc.StatusCode.UNKNOWN, error.message)
    except Exception as error:  # noqa: BLE001 - a bug here must not look like a lost connection
        _LOG.exception("the built-in %s provider failed", provider.name)
        context.abort(
            grpc.StatusCode.INTERNAL,
            f"the built-in {provider.name} provider: {type(error).__name__}: {error}",
        )
