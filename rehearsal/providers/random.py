"""The built-in ``random`` provider: pulumi-random's resources, without its plugin.

``bcryptHash`` of a password is not given: no package of the project hashes with bcrypt.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.providers.base import (
    UNKNOWN,
    Checked,
    Created,
    Diff,
    Properties,
    Provider,
    ProviderError,
    Secret,
    changed_properties,
    contains_unknown,
)
from rehearsal.providers.random_values import (
    CHARACTER_DEFAULTS,
    MAKERS,
    PASSWORD,
    SECRET_OUTPUTS,
    STRING,
    failures,
)


class RandomProvider(Provider):
    """Random values that live in the stack's state and nowhere else."""

    name = "random"

    def __init__(self, version: str) -> None:
        self.version = version

    def check(self, kind: str, urn: str, olds: Properties, news: Properties) -> Checked:
        """Refuse an unknown type, and lengths and ranges that cannot be met."""
        del urn, olds
        if kind not in MAKERS:
            where = "add it to rehearsal/providers/random_values.py"
            raise ProviderError(f"random: the rehearsal does not know {kind}; {where}")
        return Checked(news, () if contains_unknown(news) else tuple(failures(kind, news)))

    def diff(
        self,
        kind: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str],
    ) -> Diff:
        """Compare the inputs, keepers among them; every change demands a new value."""
        del kind, resource_id, old_outputs
        changed = tuple(name for name in changed_properties(old_inputs, news) if name not in ignore_changes)
        return Diff(changed, replaces=changed)

    def create(self, kind: str, urn: str, inputs: Properties, *, preview: bool) -> Created:
        """Draw the value; in a preview it is unknown."""
        del urn
        make, names = MAKERS[kind]
        if preview:
            return Created("", {**_defaults(kind), **inputs, **dict.fromkeys(names, UNKNOWN)})
        resource_id, drawn = make(inputs)
        return Created(resource_id, _wrapped(kind, {**_defaults(kind), **inputs, **drawn}))

    def read(
        self, kind: str, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> Created | None:
        """Return the last state: nothing else knows the value."""
        del inputs
        if not state:
            raise ProviderError(f"random: {urn} cannot be imported in a rehearsal: give it no id")
        return Created(resource_id, _wrapped(kind, state))

    def update(  # noqa: PLR0913 - the fields of Pulumi's own request
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
        """Refuse: every change replaces, so the engine never asks."""
        del kind, resource_id, olds, old_inputs, news, preview
        raise ProviderError(f"random: {urn} cannot change in place")

    def delete(self, kind: str, urn: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        """Do nothing: the value goes with the state."""


def _defaults(kind: str) -> Mapping[str, Any]:
    return CHARACTER_DEFAULTS if kind in (PASSWORD, STRING) else {}


def _wrapped(kind: str, outputs: Properties) -> Properties:
    hidden = SECRET_OUTPUTS.get(kind, ())
    return {name: Secret(value) if name in hidden else value for name, value in outputs.items()}
