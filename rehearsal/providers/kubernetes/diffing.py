"""Last inputs against new inputs: what changed, and whether it can change in place."""

from collections.abc import Iterator
from typing import Any, cast

from rehearsal.providers.base import Diff, Properties
from rehearsal.providers.kubernetes.immutable import Mutability, Path, demands_replacement, dotted
from rehearsal.providers.kubernetes.objects import AUTONAMED, annotation, group_of, metadata


def changed_paths(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every difference; null and absent are the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = cast(dict[str, Any], old), cast(dict[str, Any], new)
        for key in sorted(olds.keys() | news.keys()):
            yield from changed_paths(olds.get(key), news.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _changed_items(cast(list[Any], old), cast(list[Any], new), path)
    elif old != new:
        yield path


def _changed_items(old: list[Any], new: list[Any], path: Path) -> Iterator[Path]:
    if len(old) != len(new):
        yield path
        return
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        yield from changed_paths(before, after, (*path, index))


def diff_objects(old_inputs: Properties, news: Properties, mutability: Mutability) -> Diff:
    """Compare the inputs of one object.

    A replacement under the same name deletes first: two objects cannot share a name.
    """
    paths = list(changed_paths(old_inputs, news))
    group, kind = group_of(str(news.get("apiVersion", ""))), str(news.get("kind", ""))
    replaces = tuple(
        text for text in map(dotted, paths) if demands_replacement(group, kind, text, mutability)
    )
    return Diff(
        changed=tuple(dict.fromkeys(str(path[0]) for path in paths)),
        replaces=replaces,
        delete_before_replace=bool(replaces) and _keeps_name(old_inputs, news),
    )


def _keeps_name(old_inputs: Properties, news: Properties) -> bool:
    if annotation(news, AUTONAMED) == "true":
        return False
    old, new = metadata(old_inputs), metadata(news)
    return all(old.get(key) == new.get(key) for key in ("name", "namespace"))
