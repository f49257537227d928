import base64

from rehearsal.providers.kubernetes.client import ApiError
from rehearsal.providers.kubernetes.objects import ObjectRef
from rehearsal.providers.kubernetes.rejections import lacks_namespace, names_unknown_field, refused

SERVICE = ObjectRef("v1", "Service", "apps", "web")


def test_one_line_names_the_object_and_what_the_server_said() -> None:
    said = "failed to create typed patch object (apps/web; /v1, Kind=Service): .spec.foo: field not\ndeclared in schema"
    error = ApiError(500, "", said)
    assert refused(SERVICE, error, {}).message == (
        "Service apps/web: the API server refuses it: .spec.foo: field not declared in schema"
    )


def test_a_quoted_secret_is_hidden_in_every_spelling() -> None:
    encoded = base64.b64encode(b"hunter2").decode()
    inputs = {"kind": "Secret", "data": {"a": encoded}, "stringData": {"b": "swordfish"}}
    error = ApiError(422, "", f"illegal data {encoded} near hunter2 and swordfish")
    message = refused(ObjectRef("v1", "Secret", "apps", "s"), error, inputs).message
    assert not any(secret in message for secret in (encoded, "hunter2", "swordfish"))


def test_a_missing_namespace_is_told_from_a_missing_object() -> None:
    assert lacks_namespace(ApiError(404, "NotFound", 'namespaces "apps" not found'))
    assert not lacks_namespace(ApiError(404, "NotFound", 'services "web" not found'))
    assert not lacks_namespace(ApiError(403, "Forbidden", "namespaces is forbidden"))


def test_a_misspelt_field_is_told_from_a_wrong_value() -> None:
    assert names_unknown_field(ApiError(400, "", 'strict decoding error: unknown field "spec.foo"'))
    assert not names_unknown_field(ApiError(422, "", "spec.port: Invalid value: 99999"))
