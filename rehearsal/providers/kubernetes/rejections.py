"""What the API server said, in one line that names the object and no secret."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, cast

from rehearsal.providers.base import Properties, ProviderError
from rehearsal.providers.kubernetes.client import ApiError
from rehearsal.providers.kubernetes.cluster import NOT_FOUND
from rehearsal.providers.kubernetes.objects import PATCH_FORCE, ObjectRef

# How the server names a field that its schema lacks: typed objects, then custom resources.
_SCHEMA_WORDS = ("field not declared in schema", "unknown field")

_CONFLICT_ADVICE = (
    f'; leave the field out of the program, or take it over with the annotation {PATCH_FORCE}: "true"'
)

# The server puts this before a schema error; it repeats what the line begins with.
_WRAPPING = re.compile(r"^failed to create typed patch object \([^()]*\): ")


def refused(ref: ObjectRef, error: ApiError, inputs: Properties) -> ProviderError:
    """Return the error for an object that the server did not take."""
    message = _WRAPPING.sub("", " ".join(error.message.split()))
    for secret in sorted(_secret_texts(inputs), key=len, reverse=True):
        message = message.replace(secret, "[secret]")
    advice = _CONFLICT_ADVICE if error.reason == "Conflict" else ""
    return ProviderError(f"{ref}: the API server refuses it: {message}{advice}")


def names_unknown_field(error: ApiError) -> bool:
    """Tell whether the server refused a field that the kind does not have."""
    return any(words in error.message for words in _SCHEMA_WORDS)


def lacks_namespace(error: ApiError) -> bool:
    """Tell whether only the object's namespace is missing."""
    return error.status == NOT_FOUND and error.message.startswith("namespaces ")


def lacks_endpoint(error: ApiError) -> bool:
    """Tell whether the kind's path is not served yet, as just after its CRD came."""
    return error.status == NOT_FOUND and "could not find the requested resource" in error.message


def _secret_texts(inputs: Properties) -> Iterator[str]:
    """Yield the secret values of a Secret, as given and decoded: the server may quote either."""
    if inputs.get("kind") != "Secret":
        return
    for field in ("data", "stringData"):
        values = inputs.get(field)
        for value in cast(dict[str, Any], values).values() if isinstance(values, dict) else ():
            if isinstance(value, str) and value:
                yield value
                yield from _decoded(value)


def _decoded(value: str) -> Iterator[str]:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    if text:
        yield text
