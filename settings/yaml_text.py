"""Reads YAML as Pulumi does: plain values only, and no key twice."""

from typing import Any

import yaml


class YamlError(Exception):
    """Text that is no YAML, as one line."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader keeps the last of two equal keys; Pulumi refuses them, and so do we."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"the key {key.value} appears twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def parse(text: str) -> Any:
    """Return the document's value; raise `YamlError` for text that has none."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506  the loader is a safe one
    # A tag like !!int over a word fails with whatever Python raises there.
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise YamlError(" ".join(str(error).split()) or type(error).__name__) from None
