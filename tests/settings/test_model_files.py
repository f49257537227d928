"""A stack may serve a model that the catalogue does not know, once its files say what it is."""

import json
from pathlib import Path

import pytest

from settings import SettingsError, from_values
from tests.settings.stacks import Change, changed, put

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 16384,
}
OWN = put("models.0.source", "acme/own")
FILE = put("models.0.configFile", "own/config.json")
INDEX = put("models.0.indexFile", "own/model.safetensors.index.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder with the files of a model."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "config.json").write_text(json.dumps(CONFIG))
    index = {"metadata": {"total_size": 16_060_522_496}}
    (tmp_path / "own" / "model.safetensors.index.json").write_text(json.dumps(index))
    return tmp_path


def problems(folder: Path, *changes: Change) -> tuple[str, ...]:
    try:
        from_values(changed(*changes), folder=folder)
    except SettingsError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("size", "weight_bytes"), [(INDEX, 16_060_522_496), (put("models.0.weightsGib", 2), 2**31)]
)
def test_its_card_comes_from_its_files(folder: Path, size: Change, weight_bytes: int) -> None:
    model = from_values(changed(OWN, FILE, size), folder=folder).settings.models[0]

    assert model.card is not None
    assert model.card.weight_bytes == weight_bytes
    assert model.card.max_context == 16_384


def test_a_size_that_is_set_goes_before_the_catalogue(folder: Path) -> None:
    model = from_values(changed(put("models.0.weightsGib", 3)), folder=folder).settings.models[0]

    assert model.card is not None
    assert model.card.weight_bytes == 3 * 2**30
    assert model.card.heads == 28


def test_a_known_model_needs_no_size_beside_its_config(folder: Path) -> None:
    model = from_values(changed(FILE), folder=folder).settings.models[0]

    assert model.card is not None
    assert model.card.heads == 32
    assert model.card.weight_bytes == pytest.approx(14.19 * 2**30, rel=1e-3)


def test_what_the_file_says_is_checked(folder: Path) -> None:
    lines = problems(folder, OWN, FILE, INDEX, put("models.0.maxModelLen", 32_768))

    assert lines == (
        "models[0].maxModelLen: 32768 tokens are beyond the model's 16384. Set it to 16384 or less.",
    )


def test_an_unknown_model_with_a_size_and_no_shape_is_refused(folder: Path) -> None:
    (line,) = problems(folder, OWN, put("models.0.weightsGib", 15))

    assert line == (
        "models[0].source: acme/own is not in the catalogue. "
        "Set configFile to its config.json, and weightsGib or indexFile."
    )


def test_a_name_that_is_nearly_right_is_offered(folder: Path) -> None:
    (line,) = problems(folder, put("models.0.source", "Qwen/Qwen2.5-7B-Instrct"))

    assert "Did you mean Qwen/Qwen2.5-7B-Instruct?" in line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            [OWN, FILE],
            "models[0].weightsGib: is missing beside configFile. Set it to the size of the safetensors",
        ),
        (
            [INDEX],
            "models[0].indexFile: needs configFile beside it. Set configFile to the model's config.json.",
        ),
        (
            [OWN, INDEX, put("models.0.configFile", "own/missing.json")],
            "models[0].configFile: {folder}/own/missing.json: cannot be read: No such file or directory.",
        ),
        (
            [OWN, FILE, put("models.0.indexFile", "own/config.json")],
            "models[0].indexFile: {folder}/own/config.json: metadata.total_size: is missing.",
        ),
        ([put("models.0.configFile", "/etc/passwd")], "models[0].configFile: "),
    ],
)
def test_what_is_wrong_with_the_files_is_one_line(folder: Path, changes: list[Change], line: str) -> None:
    found = problems(folder, *changes)

    assert len(found) == 1
    assert found[0].startswith(line.format(folder=folder))


def test_a_broken_config_is_one_line(folder: Path) -> None:
    (folder / "own" / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]')

    (line,) = problems(folder, OWN, FILE, INDEX)

    assert line == (
        f"models[0].configFile: {folder}/own/config.json: cannot be read: it ends too early or is no JSON. "
        "Fetch the file again."
    )
