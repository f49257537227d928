"""Runs a program under Pulumi mocks and keeps the graph it asked for.

Mocks alone do not show parents, dependencies, protection or component outputs. The engine's own requests do,
so the recorder stands in for the engine's monitor. Each recording has its own context and event loop.

    recording = record(lambda: Network("net", args))
    vpc = recording.one("aws:ec2/vpc:Vpc")
    assert vpc.inputs["enableDnsHostnames"] is True
"""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.rpc import deserialize_properties, is_rpc_secret, unwrap_rpc_secret
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

from tests.components import answers

STACK = "pulumi:pulumi:Stack"
# How a secret value is marked in Pulumi's wire format.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One resource as the program asked for it. Inputs are plain; `secret_inputs` names the secret ones.

    `depends_on` holds the URNs of explicit dependencies and of the resources whose outputs it uses.
    `request` is what the engine was sent, for the options that have no field here.
    """

    type: str
    name: str
    urn: str
    custom: bool
    parent: str
    inputs: dict[str, Any]
    secret_inputs: frozenset[str]
    depends_on: frozenset[str]
    provider: str
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    delete_before_replace: bool
    request: resource_pb2.RegisterResourceRequest


@dataclass(frozen=True)
class Recording:
    """The graph of one program run."""

    resources: list[Recorded] = field(default_factory=list[Recorded])
    registered_outputs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    secret_outputs: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def of_type(self, token: str) -> list[Recorded]:
        """Return the resources of a type, by name."""
        return sorted((r for r in self.resources if r.type == token), key=lambda r: r.name)

    def one(self, token: str, name: str | None = None) -> Recorded:
        """Return the only resource of a type (and name). Raises LookupError if there is not exactly one."""
        found = [r for r in self.of_type(token) if name in (None, r.name)]
        if len(found) != 1:
            near = [r.name for r in self.of_type(token)]
            raise LookupError(f"{len(found)} resources of {token} named {name}; recorded: {near}")
        return found[0]

    def children_of(self, parent: Recorded) -> list[Recorded]:
        """Return the resources whose parent is `parent`."""
        return [r for r in self.resources if r.parent == parent.urn]

    def depends(self, resource: Recorded, on: Recorded) -> bool:
        """Say whether `resource` waits for `on`, directly or through others or their parents."""
        by_urn = {r.urn: r for r in self.resources}
        seen: set[str] = set()
        waiting = [resource.urn]
        while waiting:
            urn = waiting.pop()
            if urn in seen or urn not in by_urn:
                continue
            seen.add(urn)
            waiting += [*by_urn[urn].depends_on, by_urn[urn].provider.rpartition("::")[0]]
        return on.urn in seen - {resource.urn}

    def exports(self) -> dict[str, Any]:
        """Return what the program exported from its stack."""
        return next((o for urn, o in self.registered_outputs.items() if f"::{STACK}::" in urn), {})


class _Mocks(Mocks):
    def __init__(
        self, calls: Mapping[str, Mapping[str, Any]], outputs: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._calls = {**answers.CALLS, **calls}
        self._outputs = outputs

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if not args.custom and not args.resource_id:
            return None, {}
        state = answers.outputs(args.typ, args.name, args.inputs)
        return args.resource_id or f"{args.name}-id", {**state, **self._outputs.get(args.typ, {})}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token not in self._calls:
            raise LookupError(f"no recorded answer for {args.token}: pass calls={{'{args.token}': ...}}")
        return dict(self._calls[args.token]), []


class _Monitor(MockMonitor):
    def __init__(self, mocks: Mocks, recording: Recording) -> None:
        super().__init__(mocks)
        self._recording = recording

    def RegisterResource(  # noqa: N802  the name is the protocol's
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        response = super().RegisterResource(request)
        if request.type != STACK:
            self._recording.resources.append(_recorded(request, response.urn))
        for key in request.additionalSecretOutputs:
            _hold_secret(response, key)
        return response

    def RegisterResourceOutputs(  # noqa: N802  the name is the protocol's
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        values, secrets = _plain(deserialize_properties(request.outputs))
        self._recording.registered_outputs[request.urn] = values
        self._recording.secret_outputs[request.urn] = secrets
        return empty_pb2.Empty()


def _recorded(request: resource_pb2.RegisterResourceRequest, urn: str) -> Recorded:
    inputs, secrets = _plain(deserialize_properties(request.object))
    return Recorded(
        type=request.type,
        name=request.name,
        urn=urn,
        custom=request.custom,
        parent=request.parent,
        inputs=inputs,
        secret_inputs=secrets,
        depends_on=frozenset(request.dependencies),
        provider=request.provider,
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=request.deleteBeforeReplace,
        request=request,
    )


def _plain(properties: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Take the secret marks off properties and return which ones had them."""
    secrets = frozenset(key for key, value in properties.items() if is_rpc_secret(value))
    values = {k: unwrap_rpc_secret(v) if k in secrets else v for k, v in properties.items()}
    return values, secrets


def _hold_secret(response: resource_pb2.RegisterResourceResponse, key: str) -> None:
    """Mark an output secret, as the engine does for additionalSecretOutputs."""
    fields = response.object.fields
    if key not in fields:
        return
    plain = type(fields[key])()
    plain.CopyFrom(fields[key])
    marked = fields[key].struct_value
    marked.Clear()
    marked.fields[_SIGNATURE].string_value = _SECRET
    marked.fields["value"].CopyFrom(plain)


def record(
    program: Callable[[], object],
    *,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
    project: str = "recorded",
    stack: str = "test",
    recording: Recording | None = None,
) -> Recording:
    """Run `program` and return its graph.

    `calls` adds answers to invokes by token; `outputs` adds output properties by type token (camelCase).
    Give a `recording` to see what was registered before a failure.
    Raises what the program raises, in its body or in an `.apply`; AssertionError if it makes no resource.
    """
    recording = Recording() if recording is None else recording
    monitor = _Monitor(_Mocks(calls or {}, outputs or {}), recording)
    contextvars.Context().run(_run, program, monitor, (project, stack))
    assert recording.resources, "the program registered no resource"
    return recording


def _run(program: Callable[[], object], monitor: _Monitor, named: tuple[str, str]) -> None:
    project, stack = named
    engine = MockEngine(None)
    # Made here, not outside: Settings keeps its values in the context of its making.
    configure(Settings(project=project, stack=stack, monitor=monitor, engine=engine, dry_run=False))

    def run_program() -> None:
        program()

    async def run_quietly() -> None:
        # A failure is raised once, from here. Its echoes in abandoned futures would be logged by the garbage
        # collector, at moments when Python 3.11 cannot format a traceback (gh-106905).
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        await run_in_stack(run_program)

    asyncio.run(run_quietly())
