# ruff: noqa: ARG002, PLR0913 - the arguments are the contract's

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from rehearsal.providers.base import (
    Checked,
    Created,
    PartialError,
    Properties,
    Provider,
    ProviderError,
    Secret,
    request_timeout_seconds,
    serve,
)
from rehearsal.providers.wire import from_struct, to_struct

URN = "urn:pulumi:dev::shop::shop:index:Shop$shop:index:Till::front"


class Tills(Provider):
    name = "shop"
    version = "1.2.3"

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.cancelled = threading.Event()

    def configure(self, inputs: Properties) -> None:
        self.calls.append(("configure", inputs))

    def check(self, kind: str, urn: str, olds: Properties, news: Properties) -> Checked:
        if "bad" in news:
            raise ProviderError("bad input", [("bad", "is bad")])
        return super().check(kind, urn, olds, news)

    def create(self, kind: str, urn: str, inputs: Properties, *, preview: bool) -> Created:
        match inputs.get("fail"):
            case "clean":
                raise ProviderError("no room for a till")
            case "partial":
                raise PartialError("the till is empty", "till-1", {"coins": 0})
            case "bug":
                raise KeyError("oops")
            case "slow":
                self.cancelled.wait(30)
            case _:
                pass
        outputs = {**inputs, "kind": kind, "preview": preview, "timeout": request_timeout_seconds()}
        return Created("till-1", {**outputs, "pin": Secret("1234")})

    def read(
        self, kind: str, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> Created | None:
        return None if resource_id == "gone" else Created(resource_id, state, {"seen": True})

    def update(
        self,
        kind: str,
        urn: str,
        resource_id: str,
        olds: Properties,
        old_inputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        return {"was": old_inputs, "is": news}

    def delete(self, kind: str, urn: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        self.calls.append(("delete", kind, resource_id, outputs, inputs))

    def cancel(self) -> None:
        self.cancelled.set()


@pytest.fixture
def tills() -> Tills:
    return Tills()


@pytest.fixture
def stub(tills: Tills) -> Iterator[Any]:
    with serve([tills]) as served, grpc.insecure_channel(f"127.0.0.1:{served.ports['shop']}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


def create(stub: Any, timeout: float = 0, **inputs: Any) -> provider_pb2.CreateResponse:
    return stub.Create(
        provider_pb2.CreateRequest(urn=URN, properties=to_struct(inputs), timeout=timeout, preview=True)
    )


def failure(call: Callable[[], object]) -> Any:
    """Return the error of a call, untyped: grpc has no types."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def test_the_engine_is_told_where_each_provider_listens(tills: Tills) -> None:
    with serve([tills]) as served:
        assert served.debug_env == f"shop:{served.ports['shop']}"


def test_nothing_listens_afterwards(tills: Tills) -> None:
    with serve([tills]) as served:
        port = served.ports["shop"]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError):
        provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=2)


def test_the_version_is_the_providers(stub: Any) -> None:
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"


def test_the_kind_is_the_last_type_of_the_urn(stub: Any) -> None:
    made = create(stub, timeout=7, coins=3)
    outputs = from_struct(made.properties)
    assert made.id == "till-1"
    assert outputs == {
        "coins": 3,
        "kind": "shop:index:Till",
        "preview": True,
        "timeout": 7,
        "pin": "1234",
    }


def test_a_timeout_does_not_stay_for_the_next_request(stub: Any) -> None:
    create(stub, timeout=7)
    assert from_struct(create(stub).properties)["timeout"] is None


def test_a_provider_error_is_one_clean_line(stub: Any) -> None:
    assert failure(lambda: create(stub, fail="clean")).details() == "no room for a till"


def test_a_half_made_resource_is_handed_to_the_engine(stub: Any) -> None:
    metadata = dict(failure(lambda: create(stub, fail="partial")).trailing_metadata())
    assert b"ErrorResourceInitFailed" in metadata["grpc-status-details-bin"]
    assert b"till-1" in metadata["grpc-status-details-bin"]


def test_a_bug_names_the_provider_and_is_not_a_lost_connection(stub: Any) -> None:
    error = failure(lambda: create(stub, fail="bug"))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "shop provider: KeyError" in error.details()


def test_failed_checks_name_their_property(stub: Any) -> None:
    answer = stub.Check(provider_pb2.CheckRequest(urn=URN, news=to_struct({"bad": 1})))
    assert [(failure.property, failure.reason) for failure in answer.failures] == [("bad", "is bad")]


def test_by_default_inputs_are_compared_property_by_property(stub: Any) -> None:
    answer = stub.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            old_inputs=to_struct({"a": 1, "b": {"c": 1}, "d": 1}),
            news=to_struct({"a": 1, "b": {"c": 2}, "e": 1}),
            ignoreChanges=["e"],
        )
    )
    assert list(answer.diffs) == ["b", "d"]
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert not answer.replaces


def test_no_difference_is_said_to_be_none(stub: Any) -> None:
    same = to_struct({"a": [1, 2]})
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, old_inputs=same, news=same))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_resource_that_is_gone_reads_as_nothing(stub: Any) -> None:
    assert stub.Read(provider_pb2.ReadRequest(urn=URN, id="gone")).id == ""
    there = stub.Read(provider_pb2.ReadRequest(urn=URN, id="till-1", properties=to_struct({"x": 1})))
    assert (there.id, from_struct(there.inputs), from_struct(there.properties)) == (
        "till-1",
        {"seen": True},
        {"x": 1},
    )


def test_configuration_texts_are_parsed_but_numbers_stay_text(stub: Any, tills: Tills) -> None:
    args = {"account": "012345678901", "tags": '{"a": "b"}', "on": "true", "kubeconfig": "{broken"}
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(args)))
    assert tills.calls == [
        (
            "configure",
            {"account": "012345678901", "tags": {"a": "b"}, "on": True, "kubeconfig": "{broken"},
        )
    ]


def test_the_configuration_keeps_its_secrets_through_the_check(stub: Any) -> None:
    news = to_struct({"kubeconfig": Secret("k")})
    assert stub.CheckConfig(provider_pb2.CheckRequest(news=news)).inputs == news


def test_delete_knows_the_last_inputs(stub: Any, tills: Tills) -> None:
    stub.Delete(
        provider_pb2.DeleteRequest(
            urn=URN, id="till-1", properties=to_struct({"o": 1}), old_inputs=to_struct({"i": 1})
        )
    )
    assert tills.calls == [("delete", "shop:index:Till", "till-1", {"o": 1}, {"i": 1})]


def test_an_unknown_function_is_named(stub: Any) -> None:
    error = failure(lambda: stub.Invoke(provider_pb2.InvokeRequest(tok="shop:index:getTill")))
    assert "shop:index:getTill" in error.details()


def test_cancel_ends_a_wait(stub: Any, tills: Tills) -> None:
    pending = stub.Create.future(provider_pb2.CreateRequest(urn=URN, properties=to_struct({"fail": "slow"})))
    stub.Cancel(empty_pb2.Empty())
    assert pending.result(timeout=10).id == "till-1"
    assert tills.cancelled.is_set()
