"""Policy documents: what AWS refuses of them without looking at their meaning."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from rehearsal.cloud.errors import CloudError
from rehearsal.cloud.forms import ACCOUNT_ID, CALLER
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.world import World
from rehearsal.providers.base import contains_unknown

_ROLE_ARN = re.compile(rf"arn:[a-z-]+:iam::{ACCOUNT_ID}:(?!{CALLER})(role|user)/(?!aws-service-role/)[^*?]+")


def malformed(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield property and reason for every policy document that is none."""
    for name in spec.documents:
        value = inputs.get(name)
        if not value or contains_unknown(value):
            continue
        try:
            document = _parsed(value)
        except ValueError as error:
            yield name, f"contains an invalid JSON policy: {error}"
            continue
        if not _statements(document):
            yield name, "contains an invalid JSON policy: it has no Statement"


def refuse_documents(world: World, spec: ResourceSpec, inputs: Mapping[str, Any]) -> None:
    """Raise CloudError for a document that is too long, or names a principal that does not exist."""
    for name, limit in spec.documents.items():
        value = inputs.get(name)
        if not value:
            continue
        size = len(re.sub(r"\s", "", value if isinstance(value, str) else json.dumps(value)))
        if size > limit:
            raise CloudError(
                "LimitExceeded", f"{name}: {size} characters without whitespace; the limit is {limit}"
            )
        for arn in _principals(_parsed(value)):
            if _ROLE_ARN.fullmatch(arn) and arn not in world.existing and not world.find(arn):
                raise CloudError(
                    "MalformedPolicyDocument", f'{name}: invalid principal in policy: "AWS":"{arn}"'
                )


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _statements(document: Any) -> list[Any]:
    if not isinstance(document, Mapping):
        return []
    found = cast("Mapping[str, Any]", document).get("Statement")
    return cast("list[Any]", found) if isinstance(found, list) else [found] if found else []


def _principals(document: Any) -> Iterator[str]:
    for statement in _statements(document):
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        named = principal.get("AWS") if isinstance(principal, Mapping) else None
        for arn in named if isinstance(named, list) else [named]:
            if isinstance(arn, str):
                yield arn
