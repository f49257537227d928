"""Requests and replies of the engine, between protobuf and plain Python."""

import json
from typing import Any

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from rehearsal.providers.contract import Diff, PartialError, Properties
from rehearsal.providers.wire import from_struct, to_struct


def kind_of(urn: str) -> str:
    """Return the type token of a URN: ``urn:pulumi:stack::project::parent$type::name``."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def config_inputs(request: provider_pb2.ConfigureRequest) -> Properties:
    """Return the configuration, its JSON texts parsed; a number stays text (account ids)."""
    return {key: _from_json(value) for key, value in from_struct(request.args).items()}


def _from_json(value: Any) -> Any:
    if not isinstance(value, str) or not (value.startswith(("{", "[")) or value in ("true", "false")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def check_failures(pairs: tuple[tuple[str, str], ...]) -> list[provider_pb2.CheckFailure]:
    """Return (property, reason) pairs as the engine takes them."""
    return [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in pairs]


def diff_response(diff: Diff) -> provider_pb2.DiffResponse:
    """Return the answer to Diff; what demands a replacement is a change too."""
    some = bool(diff.changed or diff.replaces)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=diff.changed,
        replaces=diff.replaces,
        deleteBeforeReplace=diff.delete_before_replace,
    )


def init_failed(error: PartialError) -> bytes:
    """Return the status that lets the engine keep a half-made resource."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id, properties=to_struct(error.outputs), reasons=[error.message]
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=error.message)
    status.details.append(detail)
    return status.SerializeToString()
