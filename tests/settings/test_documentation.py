"""The generated documentation and schema are current, complete, and agree with what loads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest
import yaml
from jsonschema import Draft202012Validator

from planning.plan import make_plan
from settings import PROJECT, SECRETS, Settings, from_values
from settings.documentation import EXAMPLE, files, markdown, schema
from settings.structure import models_in
from tests.settings.stacks import OWN, ROOT, Change, changed, drop, problems, put, valid

VALIDATOR = Draft202012Validator(schema())


def sections(root: type[Any]) -> Iterator[type[Any]]:
    """The model and every model in it."""
    yield root
    for field in root.model_fields.values():
        for inner in models_in(field.annotation):
            yield from sections(inner)


def accepted(config: dict[str, Any]) -> bool:
    # Through JSON: what YAML reads as a date or a number stays one.
    return VALIDATOR.is_valid({"config": json.loads(json.dumps(config))})


@pytest.mark.parametrize("path", sorted(files()), ids=lambda path: path.name)
def test_the_committed_files_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run python -m settings.documentation"


def test_everything_has_a_docstring() -> None:
    for section in sections(Settings):
        assert section.__doc__, section
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"
            assert field.description.endswith("."), f"{section.__name__}.{name}"


def test_every_key_and_secret_is_in_the_documentation() -> None:
    text = markdown()

    for section in sections(Settings):
        for field in section.model_fields.values():
            assert f"| `{field.alias}` | " in text
    assert all(f"`{PROJECT}:{secret}`" in text for secret in SECRETS)


def test_the_project_file_declares_every_section_with_its_type_and_description() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]

    assert list(declared) == [field.alias for field in Settings.model_fields.values()]
    for field in Settings.model_fields.values():
        key = declared[str(field.alias)]
        many = get_origin(field.annotation) is tuple
        assert key["description"] == field.description
        assert (key["type"], key.get("items")) == (
            ("array", {"type": "object"}) if many else ("object", None)
        )
        # Without a default Pulumi demands the key.
        assert key.get("default") == (None if field.is_required() else [] if many else {})


def test_pulumis_defaults_change_nothing() -> None:
    config = changed(drop("tritonRepositories"), drop("data"), drop("tags"))
    defaults = {f"{OWN}tritonRepositories": [], f"{OWN}data": {}, f"{OWN}tags": {}, f"{OWN}monitoring": {}}

    assert from_values({**defaults, **config}) == from_values(config)


def test_no_row_of_a_table_is_broken() -> None:
    tables = [block for block in markdown().split("\n\n") if block.startswith("| ")]

    assert len(tables) > 15
    for table in tables:
        assert len({line.count(" |") for line in table.strip().splitlines()}) == 1


def test_the_example_works() -> None:
    config = yaml.safe_load(EXAMPLE)["config"]

    assert make_plan(from_values(config).settings).servers
    assert accepted(config)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_shipped_stacks_fit_the_schema(name: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))

    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_what_pulumi_writes_beside_the_configuration_fits() -> None:
    assert VALIDATOR.is_valid({"secretsprovider": "awskms://x", "encryptedkey": "y", "config": valid()})
    assert not VALIDATOR.is_valid({"encryptionsalt": "v1:x"})


@pytest.mark.parametrize("key", ["aws:profile", "aws:defaultTags", "kubernetes:context", "pulumi:tags"])
def test_keys_of_providers_may_hold_anything(key: str) -> None:
    assert accepted({**valid(), key: {"tags": {"a": 1}}})


@pytest.mark.parametrize(
    "change",
    [
        put("model", []),
        put("cluster.nam", "x"),
        put("models.0.gpu.cuont", 1),
        put("tritonRepositories.0.scaling", {"pendingRequest": 1}),
        put("cluster.kubernetesVersion", "1.34"),
        put("cluster.kubernetesVersion", 1.36),
        put("cluster.systemNodes", {"instanceType": "g6.xlarge"}),
        put("gpuPools.0.instanceTypes", ["g6.xlrge"]),
        put("models.0.gpu.type", "l40"),
        put("models.0.engine", "vlm"),
        put("models.0.maxModelLen", "8192"),
        put("models.0.replicas.max", 0),
        put("edge.hostname", "not a host"),
        put("hfToken", "hf_abcdef"),
        put("tags.team", 5),
        drop("models.0.maxModelLen"),
        put("placement", {"instanceTypes": ["g6.xlrge"]}),
        drop("edge"),
    ],
)
def test_a_mistake_that_the_settings_refuse_is_marked_by_the_editor(change: Change) -> None:
    config = changed(change)

    assert problems(config)
    assert not accepted(config)


@pytest.mark.parametrize("key", ["models", "inference-platform:", "inference-platform:modells"])
def test_a_key_without_or_wrong_in_the_namespace_is_marked(key: str) -> None:
    assert not accepted({**valid(), key: []})


def test_the_valid_stack_fits_and_its_optional_parts_may_go() -> None:
    assert accepted(valid())
    assert accepted(changed(drop("tritonRepositories"), drop("data"), drop("tags"), drop("hfToken")))
    assert accepted({**valid(), f"{OWN}data": {"postgres": None}})
