"""Filling in the templates of the tables: ids, ARNs and outputs that hang together."""

import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.cloud.spec import ResourceSpec, Template

ACCOUNT_ID = "123456789012"
"""The account of the AWS documentation's examples."""

CALLER = "user/rehearsal"
"""Who the stack is run by, as the end of an IAM ARN."""

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _letters(count: int) -> str:
    return "".join(secrets.choice(_UPPER) for _ in range(count))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# The addresses are of the ranges kept for documentation (RFC 5737), and private ones.
_GENERATED: Mapping[str, Callable[[], str]] = {
    "hex6": lambda: secrets.token_hex(3),
    "hex12": lambda: secrets.token_hex(6),
    "hex17": lambda: secrets.token_hex(9)[:17],
    "hex32": lambda: secrets.token_hex(16),
    "upper13": lambda: _letters(13),
    "upper17": lambda: _letters(17),
    "upper26": lambda: _letters(26),
    "uuid": lambda: str(uuid.uuid4()),
    "now": _now,
    "public_ip": lambda: f"203.0.113.{secrets.randbelow(254) + 1}",
    "private_ip": lambda: f"10.0.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}",
}


def partition_of(region: str) -> str:
    """Return the ARN partition of a region: aws, aws-cn or aws-us-gov."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


class Form(Mapping[str, Any]):
    """The names that a resource's templates may use.

    A name is, in this order: an input, an output of the type (rendered once, on demand),
    its ``id`` or ``arn``, a default, one of ``context``, or something generated afresh.
    """

    def __init__(
        self,
        spec: ResourceSpec,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        computed: Mapping[str, Any] | None = None,
    ) -> None:
        self._templates: dict[str, Template] = {**spec.outputs, "id": spec.id, "arn": spec.arn}
        self._inputs = inputs
        self._rest = {**context, **spec.defaults}
        self._done: dict[str, Any] = dict(computed or {})

    def __getitem__(self, name: str) -> Any:
        if name != "id" and self._inputs.get(name) is not None:
            return self._inputs[name]
        return self.computed(name)

    def computed(self, name: str) -> Any:
        """Return what AWS decides for ``name``, whatever the inputs say."""
        if name not in self._done and name in self._templates:
            self._done[name] = self.render(self._templates[name])
        if name in self._done:
            return self._done[name]
        if name in self._rest:
            return self._rest[name]
        return _GENERATED[name]()

    def render(self, template: Template) -> Any:
        """Return the template with every name in it filled in."""
        if isinstance(template, str):
            return template.format_map(self)
        if callable(template):
            return template(self)
        if isinstance(template, Mapping):
            return {key: self.render(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.render(value) for value in template]
        return template

    def __iter__(self) -> Iterator[str]:
        return iter({*self._inputs, *self._templates, *self._rest})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def linked(token: str, name: str, output: str) -> Template:
    """Return a template for ``output`` of the resource of type ``token`` that ``name`` mentions."""

    def render(form: Mapping[str, Any]) -> Any:
        identifier = form.get(name)
        record = form["find"](identifier, token) if isinstance(identifier, str) else None
        return record.outputs.get(output) if record else None

    return render
