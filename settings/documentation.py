"""Writes docs/configuration.md and docs/stack.schema.json from the settings: `python -m settings.documentation`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.instances import PRICE_DATE, PRICE_REGION, instances
from catalog.models import MODELS
from settings.loader import PROJECT, REGION
from settings.patterns import WORDS
from settings.schema import schema, settings_schema
from settings.stack import SECRETS

DOCS = Path(__file__).parents[1] / "docs"

EXAMPLE = f"""\
# yaml-language-server: $schema=docs/stack.schema.json
config:
  {REGION}: eu-central-1
  {PROJECT}:cluster:
    name: inference-eu
    network:
      zones: [eu-central-1a, eu-central-1b]
  {PROJECT}:models:
    - name: qwen
      source: Qwen/Qwen2.5-7B-Instruct
      maxModelLen: 16384
      replicas: {{ min: 1, max: 3 }}
  {PROJECT}:edge:
    hostname: inference.example.com
    tlsIssuer: letsencrypt-prod
    email: platform@example.com
"""
"""A small stack file that works."""

_HEAD = f"""\
# Configuration

Generated from `settings/` by `python -m settings.documentation`. Do not edit.

A stack is one file, `Pulumi.<stack>.yaml`, beside `Pulumi.yaml`. Everything stands under `config:`, each key
with the project's namespace `{PROJECT}:` in front; `{REGION}` names the AWS region. Keys that are not
listed here are refused, anywhere in that namespace. Keys of other namespaces, such as `aws:profile`, are
Pulumi's.

The smallest stack that serves a model:

```yaml
{EXAMPLE}```

The first line lets editors with a YAML language server complete and check the file.

## Setting a value

Edit the file, or let Pulumi do it:

```console
$ pulumi config set {REGION} eu-central-1
$ pulumi config set --path '{PROJECT}:models[0].replicas.max' 5
$ make check STACK=dev
```

`make check` names everything that is wrong, in one line each: the setting, its value, the limit, and what to do.
`pulumi preview` and `make rehearse` make the same checks before anything is created.
"""

_INT32_MAX = 2**31 - 1


def markdown() -> str:
    """Return the documentation of all settings as Markdown."""
    whole = settings_schema()
    parts = [_HEAD, "## Secrets\n", _secrets(), "## Settings\n"]
    parts += _section("", whole, whole["$defs"], seen={})
    parts += ["## GPUs\n", _gpus(), "## Models\n", _models()]
    return "\n".join(parts)


def _secrets() -> str:
    rows = [f"| `{PROJECT}:{key}` | {text} |" for key, text in SECRETS.items()]
    set_one = "".join(f"$ pulumi config set --secret {key}\n" for key in SECRETS)
    return _table("Key", "Meaning", rows=rows) + (
        "\nA secret in plain text is refused, and so is any other setting that is encrypted:\n"
        f"\n```console\n{set_one}```\n"
    )


def _section(
    path: str, section: Mapping[str, Any], definitions: Mapping[str, Any], seen: dict[str, str]
) -> Iterator[str]:
    """A table of the section at `path`, then its sub-sections; `seen` tells where a model was first described."""
    inner: list[tuple[str, str]] = []
    rows: list[str] = []
    for key, field in section["properties"].items():
        text, where = field.get("description", ""), ""
        for name, kind in _definitions(field, definitions):
            here = f"{_place(path, key, field)}{kind}"
            text = text or definitions[name]["description"]
            where += f" See `{seen.setdefault(name, here)}`."
            inner += [(here, name)] if seen[name] == here else []
        need = "**required**" if key in section.get("required", ()) else _default(field)
        rows.append(f"| `{key}` | {_words(field, definitions)} | {need} | {' '.join(text.split())}{where} |")
    if path:
        yield f"### `{path}`\n\n{section['description']}\n"
    yield _table("Key", "Type", "Default", "Meaning", rows=rows)
    for here, name in inner:
        yield from _section(here, definitions[name], definitions, seen)


def _place(path: str, key: str, field: Mapping[str, Any]) -> str:
    """Where a field stands: `models[].gpu`."""
    return f"{path}.{key}".removeprefix(".") + ("[]" if field.get("type") == "array" else "")


def _definitions(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The sections that a field holds, alone, in a list or as options, each with ` (its kind)` if it has several."""
    items = field.get("items", {})
    for place in (field, items, *field.get("anyOf", ())):
        name = _name(place)
        if name and "properties" in definitions[name]:
            yield name, ""
    for kind, reference in items.get("discriminator", {}).get("mapping", {}).items():
        yield _name({"$ref": reference}), f" ({kind})"


def _name(place: Mapping[str, Any]) -> str:
    return str(place.get("$ref", "")).rpartition("/")[2]


def _default(field: Mapping[str, Any]) -> str:
    """The default as YAML; a section's own defaults stand in its table."""
    value = field.get("default")
    if value in (None, [], {}) or "default" not in field:
        return "none"
    return "its own defaults" if isinstance(value, dict) else f"`{json.dumps(value)}`"


def _words(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A field's type in words."""
    if "$ref" in field:
        field = definitions[field["$ref"].rpartition("/")[2]]
    if "anyOf" in field:
        return _words(next(one for one in field["anyOf"] if one.get("type") != "null"), definitions)
    if "enum" in field or "const" in field:
        return " or ".join(f"`{word}`" for word in field.get("enum", [field.get("const")]))
    kind = field.get("type", "object")
    if kind == "array":
        return f"list{_counted(field)}: {_words(field['items'], definitions)}"
    if kind == "object":
        known = "properties" in field or "oneOf" in field
        return "mapping" if known else "mapping of texts to texts"
    plain = {
        "integer": f"whole number{_range(field)}",
        "number": f"number{_range(field)}",
        "string": WORDS.get(field.get("pattern", ""), "text"),
        "boolean": "`true` or `false`",
    }
    return plain[kind]


def _counted(field: Mapping[str, Any]) -> str:
    """How many entries a list takes, where that is limited to more than one."""
    low, high = field.get("minItems", 0), field.get("maxItems")
    if high is not None:
        return f", {low} to {high} entries"
    return f", {low} or more entries" if low else ""


def _range(field: Mapping[str, Any]) -> str:
    """The limits of a number. 32 bits are no limit that anyone meets."""
    keys = ("minimum", "exclusiveMinimum", "maximum")
    low, above, high = (_whole(field.get(key)) for key in keys)
    parts = [f"from {low}"] if low is not None else []
    parts += [f"above {above}"] if above is not None else []
    parts += [f"up to {high}"] if high not in (None, _INT32_MAX) else []
    return f", {' '.join(parts)}" if parts else ""


def _whole(number: float | None) -> float | None:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _gpus() -> str:
    """Which instance types have which GPU; the same name with more memory is another GPU."""
    kinds: dict[tuple[str, int], list[str]] = {}
    for one in instances().values():
        if one.gpus:
            price = "no list price" if one.usd_per_hour is None else f"{one.usd_per_hour:.2f}"
            kinds.setdefault((one.gpu, one.vram_mib), []).append(f"{one.name} ({one.gpus}, {price})")
    rows = [
        f"| `{gpu}` | {mib / 1024:.1f} | {', '.join(types)} |" for (gpu, mib), types in sorted(kinds.items())
    ]
    said = (
        "What `gpu.type` and `instanceTypes` may name, and what the plan chooses from. Behind an instance type stand\n"
        f"its GPUs and its list price on demand, in dollars an hour, in {PRICE_REGION} on {PRICE_DATE}.\n\n"
    )
    return said + _table("GPU", "GiB each", "Instance types", rows=rows)


def _models() -> str:
    """Models the catalogue knows; others need their config.json."""
    rows: list[str] = []
    for model in MODELS.values():
        gated = "yes" if model.gated else "no"
        rows.append(f"| `{model.name}` | {model.weight_bytes / 2**30:.1f} | {model.max_context} | {gated} |")
    said = (
        "Any other model of Hugging Face works too: set `configFile` to its config.json, and `weightsGib` or\n"
        "`indexFile`. See [sizing.md](sizing.md) for the architectures that can be sized.\n\n"
    )
    return said + _table("Source", "Weights, GiB", "Longest context, tokens", "Gated", rows=rows)


def _table(*titles: str, rows: list[str]) -> str:
    head = f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}"
    return "\n".join([head, *rows]) + "\n"


def files() -> dict[Path, str]:
    """Return the generated files with their contents."""
    return {
        DOCS / "configuration.md": markdown(),
        DOCS / "stack.schema.json": json.dumps(schema(), indent=2) + "\n",
    }


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
