"""Stack files: the shipped ones load; one that cannot be read says why, in one line."""

from pathlib import Path

import pytest
import yaml

from settings import SettingsError, read_stack, stack_names
from tests.settings.stacks import ROOT, valid


def problem(project: Path, stack: str = "dev") -> str:
    with pytest.raises(SettingsError) as caught:
        read_stack(project, stack)
    (line,) = caught.value.problems
    return line


def write(project: Path, text: str, stack: str = "dev") -> Path:
    (project / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")
    return project


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_shipped_stacks_load(stack: str) -> None:
    config = read_stack(ROOT, stack)

    assert config.region == "us-east-1"
    assert config.settings.models
    assert config.secrets == frozenset()


def test_dev_and_prod_are_what_they_say() -> None:
    dev, prod = (read_stack(ROOT, stack).settings for stack in ("dev", "prod"))

    assert (len(dev.cluster.network.zones), len(prod.cluster.network.zones)) == (2, 3)
    assert [model.source for model in dev.models] == ["Qwen/Qwen2.5-7B-Instruct"]
    assert (prod.models[0].source, prod.models[0].max_model_len) == ("Qwen/Qwen2.5-72B-Instruct", 32_768)
    assert (prod.models[0].replicas.min, prod.models[0].replicas.max) == (2, 20)
    assert len(prod.triton_repositories[0].models) == 3


def test_a_file_with_an_encrypted_secret_loads(tmp_path: Path) -> None:
    write(tmp_path, yaml.safe_dump({"encryptionsalt": "v1:x", "config": valid()}))

    assert read_stack(tmp_path, "dev").secrets == {"hfToken"}


def test_stacks_are_found_by_their_files(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "Pulumi.eu.west.yaml", "other.yaml"):
        (tmp_path / name).touch()

    assert stack_names(tmp_path) == ["dev", "eu.west", "prod"]


@pytest.mark.parametrize(
    ("stack", "line"),
    [
        ("prd", "stack 'prd' does not exist. Did you mean prod? Known: dev, prod."),
        ("production-eu", "stack 'production-eu' does not exist. Known: dev, prod."),
        ("../dev", "stack '../dev' does not exist. Did you mean dev? Known: dev, prod."),
        ("", "stack '' does not exist. Known: dev, prod."),
    ],
)
def test_a_stack_that_does_not_exist_names_the_known_ones(stack: str, line: str) -> None:
    assert problem(ROOT, stack) == line


def test_a_folder_without_stacks_says_so(tmp_path: Path) -> None:
    assert problem(tmp_path) == "stack 'dev' does not exist. Known: none."


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("config: [unclosed", "Pulumi.dev.yaml: is not YAML: while parsing a flow sequence"),
        ("config:\n\t- tab", "found character '\\t' that cannot start any token"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("config: !!python/object:os.system x", "could not determine a constructor"),
        ("config: !!int word", "Pulumi.dev.yaml: is not YAML: invalid literal for int()"),
        ("config: !!bool word", "Pulumi.dev.yaml: is not YAML: "),
        ("config: !!timestamp word", "Pulumi.dev.yaml: is not YAML: "),
        ("config: 2026-99-99", "Pulumi.dev.yaml: is not YAML: month must be in 1..12"),
        ("config: {[a]: 1}", "found unhashable key"),
        ("config: \x00", "unacceptable character"),
        ("config: " + "[" * 5000, "Pulumi.dev.yaml: is not YAML: "),
        ("config:\n  a:b: 1\n  a:b: 2", "the key a:b appears twice"),
        ("config: &a {x: *a, y: {k: 1, k: 2}}", "the key k appears twice"),
    ],
)
def test_text_that_is_no_yaml_is_one_line(tmp_path: Path, text: str, part: str) -> None:
    assert part in problem(write(tmp_path, text))


@pytest.mark.parametrize("text", ["", "config:", "config: []", "config: text", "- config", "other: {}", "5"])
def test_a_file_without_configuration_says_where_to_look(tmp_path: Path, text: str) -> None:
    line = problem(write(tmp_path, text))

    assert line == "Pulumi.dev.yaml: has no `config:` mapping. See docs/configuration.md."


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_bytes(b"config: caf\xe9")

    assert problem(tmp_path) == "Pulumi.dev.yaml: is not UTF-8 text at byte 11. Save it as UTF-8."


def test_a_directory_is_no_stack_file(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").mkdir()

    assert problem(tmp_path) == "Pulumi.dev.yaml: cannot be read: Is a directory. Put the stack's file there."


def test_a_merge_key_is_no_double_key(tmp_path: Path) -> None:
    document = yaml.safe_dump({"config": valid()})
    base = "base: &tags { team: platform }\n"
    merged = document.replace("team: platform", "<<: *tags\n    team: serving")

    assert read_stack(write(tmp_path, base + merged), "dev").settings.tags == {"team": "serving"}
