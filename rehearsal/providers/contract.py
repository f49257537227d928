"""What a built-in provider is: plain Python dicts in, plain Python dicts out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

Properties: TypeAlias = dict[str, Any]
"""A tree of JSON values: inputs, or outputs (which may hold Secrets)."""

_timeout: ContextVar[float | None] = ContextVar("provider_request_timeout", default=None)


def request_timeout_seconds() -> float | None:
    """Return the ``customTimeouts`` of the request being served, in seconds; None where unset."""
    return _timeout.get()


def set_request_timeout_seconds(seconds: float) -> None:
    """Set what ``request_timeout_seconds`` returns in this thread; 0 means unset."""
    _timeout.set(seconds or None)


class ProviderError(Exception):
    """A failure to tell the user of in one line; ``failures`` are (property, reason) pairs."""

    def __init__(self, message: str, failures: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.failures = tuple(failures)


class PartialError(ProviderError):
    """A resource that exists but is not right, as when a wait fails after a create.

    The engine keeps ``resource_id`` and ``outputs`` in its state, so the resource is
    updated or deleted later and never forgotten.
    """

    def __init__(self, message: str, resource_id: str, outputs: Properties) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.outputs = outputs


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs with defaults filled in, and the (property, reason) pairs that are wrong."""

    inputs: Properties
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """Property paths that changed, and those of them that demand a replacement."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """A resource as it is. ``inputs`` is for ``read`` alone: the inputs that would give it."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


def changed_properties(olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sorted names of the properties whose values differ."""
    return tuple(sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key)))


class Provider(ABC):
    """One Pulumi provider. ``kind`` is a resource's type token, ``urn`` its name in the stack.

    Methods run in many threads at once. They raise ProviderError for what the user should
    read. In a preview inputs may hold ``UNKNOWN``, and nothing may be changed.
    """

    name: str
    version: str

    def configure(self, inputs: Properties) -> None:
        """Take the configuration; called for each provider resource in each operation.

        Values that are no strings come as JSON text, and are parsed; so is a string that
        is itself a JSON object or list.
        """
        del inputs

    def check(self, kind: str, urn: str, olds: Properties, news: Properties) -> Checked:
        """Validate ``news`` and fill in defaults; ``olds`` are the last inputs, or empty."""
        del kind, urn, olds
        return Checked(news)

    def diff(
        self,
        kind: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str],
    ) -> Diff:
        """Compare ``news`` with the last inputs, property by property; nothing replaces."""
        del kind, resource_id, old_outputs
        changed = changed_properties(old_inputs, news)
        return Diff(tuple(name for name in changed if name not in ignore_changes))

    def diff_config(self, old_inputs: Properties, news: Properties) -> Diff:
        """Compare two configurations of the provider; a replacement replaces all it made."""
        return Diff(changed_properties(old_inputs, news))

    @abstractmethod
    def create(self, kind: str, urn: str, inputs: Properties, *, preview: bool) -> Created:
        """Create the resource; in a preview return the outputs known so far."""

    @abstractmethod
    def read(
        self, kind: str, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> Created | None:
        """Return the live resource, or None when it is gone."""

    @abstractmethod
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
        """Change the resource to ``news`` and return its outputs; ``olds`` are the last outputs."""

    @abstractmethod
    def delete(self, kind: str, urn: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        """Delete the resource and wait until it is gone; one already gone is a success."""

    def invoke(self, token: str, args: Properties) -> Properties:
        """Answer the look-up ``token``."""
        del args
        raise ProviderError(f"{self.name}: the rehearsal does not know the function {token}")

    def cancel(self) -> None:  # noqa: B027 - most providers never wait
        """End every wait soon; the next ``configure`` takes this back."""
