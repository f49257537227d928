"""What the provider does before a plan: names, tags, and what it can refuse without AWS."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.cloud.documents import malformed
from rehearsal.cloud.records import merged
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables import spec_for
from rehearsal.cloud.world import Scope
from rehearsal.providers.base import UNKNOWN, Checked, Diff, changed_properties, contains_unknown, is_unknown

_DEFAULTS = "__defaults"
# Pulumi's own suffix of generated names is 7 hexadecimal digits.
_SUFFIX_DIGITS = 7


def check(scope: Scope, token: str, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
    """Fill in the generated name and ``tagsAll``; list what can be seen to be wrong."""
    spec = spec_for(token)
    inputs = {name: value for name, value in news.items() if value is not None}
    if spec.named_by and spec.named_by not in inputs:
        inputs[spec.named_by] = _generated_name(spec, urn, olds, inputs)
        inputs[_DEFAULTS] = [spec.named_by]
    if spec.tagged:
        inputs["tagsAll"] = _all_tags(scope, inputs.get("tags") or {})
    return Checked(inputs, tuple(_failures(spec, inputs)))


def diff(token: str, old_inputs: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
    """Compare the inputs, and say which changes demand a new resource.

    A resource whose name the program fixed is deleted first: two of a name cannot be.
    """
    spec = spec_for(token)
    changed = tuple(name for name in changed_properties(old_inputs, news) if name != _DEFAULTS)
    replaces = tuple(
        path
        for path in (*spec.replace_on, "region")
        if path.split(".")[0] in changed and _at(old_inputs, path) != _at(news, path)
    )
    named = spec.named_by and spec.named_by not in news.get(_DEFAULTS, ())
    same_name = bool(named) and spec.named_by not in changed
    return Diff(changed, replaces, delete_before_replace=same_name and bool(replaces))


def planned_outputs(scope: Scope, token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a create as a preview knows them: what AWS decides is unknown."""
    spec = spec_for(token)
    decided = {name: UNKNOWN for name in spec.outputs if name not in inputs}
    nested = {
        name: _unknown_leaves(template)
        for name, template in spec.outputs.items()
        if name in inputs and isinstance(template, Mapping)
    }
    known: dict[str, Any] = {"region": scope.region_of(inputs)} if spec.regional else {}
    arn = {"arn": UNKNOWN} if spec.arn else {}
    stated = {name: value for name, value in inputs.items() if name != _DEFAULTS}
    return merged(merged({**known, **arn, **decided, **nested}, spec.defaults), stated)


def _unknown_leaves(template: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _unknown_leaves(part) if isinstance(part, Mapping) else UNKNOWN
        for name, part in template.items()
    }


def _generated_name(spec: ResourceSpec, urn: str, olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    old = olds.get(spec.named_by)
    if isinstance(old, str) and spec.named_by in olds.get(_DEFAULTS, ()):
        return old
    logical = urn.rsplit("::", 1)[-1]
    prefix = inputs.get(f"{spec.named_by}Prefix") or f"{logical}-"
    return spec.namer(prefix + secrets.token_hex(4)[:_SUFFIX_DIGITS], inputs)


def _all_tags(scope: Scope, tags: Mapping[str, Any]) -> Any:
    return UNKNOWN if contains_unknown(tags) else {**scope.default_tags, **tags}


def _failures(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name = inputs.get(spec.named_by)
    if spec.name_limit and isinstance(name, str) and not is_unknown(name) and len(name) > spec.name_limit:
        yield spec.named_by, f"expected length in the range 1 - {spec.name_limit}, got {len(name)}: {name}"
    yield from malformed(spec, inputs)


def _at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree
