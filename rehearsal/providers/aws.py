"""The simulated ``aws`` provider: the engine's calls, passed on to a Cloud."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from rehearsal.cloud import Cloud, CloudError, Record, Scope
from rehearsal.cloud.checks import check, diff, planned_outputs
from rehearsal.cloud.records import merged
from rehearsal.cloud.tables import spec_for
from rehearsal.providers.base import (
    UNKNOWN,
    Checked,
    Created,
    Diff,
    Properties,
    Provider,
    ProviderError,
    Secret,
)

_T = TypeVar("_T")


class AwsProvider(Provider):
    """Serves every provider resource of ``aws`` in a stack from one account.

    The engine does not say which provider resource a call is for, so all of them must have
    one region; a resource elsewhere has its own ``region`` input.
    """

    name = "aws"

    def __init__(self, cloud: Cloud, version: str) -> None:
        self._cloud = cloud
        self._scope: Scope | None = None
        self.version = version

    def configure(self, inputs: Properties) -> None:
        """Take ``region`` and ``defaultTags``; raise ProviderError where the region is missing."""
        region = inputs.get("region")
        if not region:
            raise ProviderError("aws: invalid provider configuration: aws:region is not set")
        if self._scope and self._scope.region != region and self._cloud.resources:
            raise ProviderError(
                f"aws: a second provider with region {region} beside {self._scope.region}; "
                "the rehearsal has one: set the resource's own `region` input instead"
            )
        tags = (inputs.get("defaultTags") or {}).get("tags") or {}
        self._scope = Scope(region, tags)

    def check(self, kind: str, urn: str, olds: Properties, news: Properties) -> Checked:
        """Fill in names and tags; list wrong names and policy documents."""
        return _told(kind, lambda: check(self._configured, kind, urn, olds, news))

    def diff(
        self,
        kind: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str],
    ) -> Diff:
        """Compare the inputs; the engine has dealt with ``ignore_changes`` already."""
        del resource_id, old_outputs, ignore_changes
        return _told(kind, lambda: diff(kind, old_inputs, news))

    def create(self, kind: str, urn: str, inputs: Properties, *, preview: bool) -> Created:
        """Create a resource in the account."""
        if preview:
            return Created("", _told(kind, lambda: planned_outputs(self._configured, kind, inputs)))
        record = _told(f"creating {kind}", lambda: self._cloud.create(self._configured, kind, urn, inputs))
        return Created(record.id, _shown(record))

    def read(
        self, kind: str, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> Created | None:
        """Return the resource as it lives in the account."""
        del urn, inputs
        scope = self._configured
        where = Scope(scope.region_of(state), scope.default_tags)
        record = _told(f"reading {kind}", lambda: self._cloud.read(where, kind, resource_id))
        return Created(record.id, _shown(record), dict(record.inputs)) if record else None

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
        """Change the resource in the account."""
        del urn
        if preview:
            return _planned_update(kind, olds, old_inputs, news)
        record = _told(
            f"updating {kind} {resource_id}",
            lambda: self._cloud.update(self._configured, kind, resource_id, news),
        )
        return _shown(record)

    def delete(self, kind: str, urn: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        """Delete the resource from the account."""
        del urn, inputs
        scope = self._configured
        where = Scope(scope.region_of(outputs), scope.default_tags)
        _told(f"deleting {kind} {resource_id}", lambda: self._cloud.delete(where, kind, resource_id))

    def invoke(self, token: str, args: Properties) -> Properties:
        """Answer a function."""
        return _told(token, lambda: self._cloud.invoke(self._configured, token, args))

    @property
    def _configured(self) -> Scope:
        if self._scope is None:
            raise ProviderError("aws: the provider was not configured")
        return self._scope


def _told(doing: str, work: Callable[[], _T]) -> _T:
    """Return what ``work`` does; a refusal becomes one line for the user."""
    try:
        return work()
    except CloudError as error:
        raise ProviderError(f"{doing}: {error}") from error


def _shown(record: Record) -> Properties:
    """Return the outputs, those that the type calls secret wrapped."""
    outputs = record.outputs
    for name in spec_for(record.token).secrets:
        if outputs.get(name) is not None:
            outputs[name] = Secret(outputs[name])
    return outputs


def _planned_update(
    kind: str, olds: Mapping[str, Any], old_inputs: Mapping[str, Any], news: Mapping[str, Any]
) -> Properties:
    """Return the last outputs with the new inputs on them; what is computed anew is unknown."""
    kept = {name: value for name, value in olds.items() if name in news or name not in old_inputs}
    renewed = dict.fromkeys(spec_for(kind).renewed, UNKNOWN)
    stated = {name: value for name, value in news.items() if name != "__defaults"}
    return merged({**kept, **renewed}, stated)
