"""`platformctl fit`: exit codes, JSON, and one line for input that makes no sense."""

import json
from pathlib import Path

import pytest

from platformctl.app import app

KEYS = [
    "verdict",
    "weights_gib",
    "activation_gib",
    "overhead_gib",
    "kv_available_gib",
    "kv_bytes_per_token",
    "kv_tokens",
    "max_concurrency",
    "max_model_len_that_fits",
    "reason",
]
GOOD = {"--model": "Qwen/Qwen3-8B", "--gpu": "l40s", "--max-model-len": "8192"}
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
}


def run(*words: str) -> int:
    """Run the command line as a shell would."""
    with pytest.raises(SystemExit) as left:
        app(list(words))
    assert isinstance(left.value.code, int)
    return left.value.code


def fit(changes: dict[str, str | None] | None = None, *flags: str) -> int:
    """Run `fit` with the good options, changed."""
    options = {**GOOD, **(changes or {})}
    return run(
        "fit",
        *(word for name, value in options.items() if value is not None for word in (name, value)),
        *flags,
    )


@pytest.mark.parametrize(
    ("changes", "code", "verdict"),
    [
        ({}, 0, "fits"),
        ({"--gpu": "L4", "--max-model-len": "24576"}, 1, "marginal"),
        ({"--gpu": "T4"}, 3, "does_not_fit"),
    ],
)
def test_the_exit_code_is_the_verdict(
    changes: dict[str, str | None], code: int, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(changes, "--json") == code

    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == KEYS
    assert answer["verdict"] == verdict


def test_words_for_people_say_what_would_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert fit({"--model": "Qwen/Qwen3-32B", "--gpu": "RTX 4090"}) == 3

    printed = capsys.readouterr().out
    assert printed.startswith("does not fit: Qwen/Qwen3-32B, tensor parallel 1, vLLM ")
    assert "weights" in printed
    assert "Longest context that fits here: none." in printed
    assert "x rtx-4090" in printed.splitlines()[-1]


def test_gpus_share_a_model_by_tensor_parallel(capsys: pytest.CaptureFixture[str]) -> None:
    assert fit({"--model": "Qwen/Qwen3-32B", "--gpu-count": "4"}) == 0
    assert "tensor parallel 4" in capsys.readouterr().out


def test_a_model_of_ones_own_is_read_from_its_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, index = tmp_path / "config.json", tmp_path / "model.safetensors.index.json"
    config.write_text(json.dumps(CONFIG))
    index.write_text(json.dumps({"metadata": {"total_size": 16_060_522_496}}))
    own: dict[str, str | None] = {"--model": None, "--config": str(config)}
    answers: list[object] = []

    for size in ({"--weights-gib": "14.957527"}, {"--index": str(index)}):
        assert fit({**own, **size}, "--json") == 0
        answers.append({**json.loads(capsys.readouterr().out), "reason": ""})
    assert fit({"--model": "meta-llama/Llama-3.1-8B-Instruct"}, "--json") == 0
    answers.append({**json.loads(capsys.readouterr().out), "reason": ""})

    assert answers[0] == answers[1] == answers[2]


BAD: list[tuple[dict[str, str | None], str]] = [
    ({"--model": "Qwen/Qwen3-7B"}, "--model: Qwen/Qwen3-7B is not in the catalogue. Did you mean Qwen/Qwen"),
    (
        {"--model": "acme/own"},
        "--model: acme/own is not in the catalogue. Pass --config config.json and --weights-gib",
    ),
    ({"--model": None}, "--model or --config: name one of them."),
    ({"--config": "config.json"}, "--model or --config: name one of them."),
    ({"--gpu": "A100"}, "--gpu: A100 is not in the catalogue. Use one of a100-40gb, a100-80gb."),
    ({"--gpu": "H101"}, "--gpu: H101 is not in the catalogue. Did you mean h100?"),
    (
        {"--gpu-count": "3"},
        "--gpu-count: 3 GPUs cannot share 32 attention and 8 KV heads. Use one of 1, 2, 4, 8,",
    ),
    ({"--gpu-count": "0"}, "--gpu-count: 0 GPUs cannot share"),
    ({"--pipeline-parallel": "99"}, "--pipeline-parallel: 99 stages for 36 layers. Use fewer."),
    (
        {"--max-model-len": "50000"},
        "--max-model-len: 50000 tokens are beyond the model's 40960. Use 40960 or less.",
    ),
    ({"--max-model-len": "0"}, "--max-model-len: 0 is below 1. Use 1 or more."),
    ({"--max-num-seqs": "0"}, "--max-num-seqs: 0 is below 1."),
    ({"--gpu": "h100", "--mig": "1g.5gb"}, "h100 has no MIG profile 1g.5gb. Use one of 1g.10gb,"),
    ({"--mig": "1g.5gb"}, "l40s has no MIG profile 1g.5gb. Leave the profile out, or choose another GPU."),
    ({"--gpu": "h100", "--mig": "3g.40gb", "--gpu-count": "2"}, "--mig: parts of GPUs cannot work together."),
    ({"--share": "0.5", "--gpu-count": "2"}, "--share: parts of GPUs cannot work together."),
    ({"--share": "0"}, "--share: 0 is no part of a GPU. Use a number above 0, up to 1."),
    ({"--gpu-memory-utilization": "90"}, "--gpu-memory-utilization: 90 is no part of a GPU."),
    ({"--kv-cache-dtype": "fp9"}, "--kv-cache-dtype: fp9 is not known. Did you mean fp8?"),
    ({"--vllm-version": "1.0.0"}, "1.0.0: memory of vLLM is known from 0.4 to 0.33."),
    ({"--vllm-version": "newest"}, "'newest' is no version of vLLM. Write it like 0.28.0."),
    ({"--max-model-len": None}, "Missing option '--max-model-len'. See `"),
    ({"--max-model-len": "long"}, "Invalid value for '--max-model-len': "),
]


@pytest.mark.parametrize(("changes", "line"), BAD)
def test_bad_input_is_one_line_and_exit_code_2(
    changes: dict[str, str | None], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(changes, "--json") == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


FILES = [
    (None, "cannot be read: No such file or directory. Put the model's file there."),
    ('{"architectures": ["Llama', "cannot be read: it ends too early or is no JSON. Fetch the file again."),
    ("[]", "holds no mapping. Use the file of the model's repository."),
    ("\udcff", "cannot be read: it is no JSON. Fetch the file again."),
    ("{}", "architectures: is missing. Use the config.json of the model's repository."),
    (
        '{"architectures": ["WhisperForConditionalGeneration"]}',
        "architectures: WhisperForConditionalGeneration is not",
    ),
    (
        '{"architectures": ["LlamaForCausalLM"], "vocab_size": 1}',
        "num_hidden_layers or n_layer or num_layers: is missing.",
    ),
]


@pytest.mark.parametrize(("content", "line"), FILES)
def test_a_file_that_describes_no_model_is_named_with_what_is_wrong(
    content: str | None, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    if content is not None:
        config.write_bytes(content.encode("utf-8", "surrogateescape"))

    assert fit({"--model": None, "--config": str(config), "--weights-gib": "1"}) == 2

    said = capsys.readouterr().err
    assert said.startswith(f"{config}: {line}")
    assert said.count("\n") == 1


def test_a_config_without_a_size_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit({"--model": None, "--config": str(tmp_path / "config.json")}) == 2
    assert capsys.readouterr().err == (
        "--config: needs the size of the weights. Add --weights-gib or --index.\n"
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["fti"], "No such command 'fti'. Did you mean 'fit'? See `"),
        (["chek", "prod"], "No such command 'chek'. Did you mean 'check'? See `"),
        (["fit", "--modle", "x"], "No such option: --modle. Did you mean --model? See `"),
        (["check", "--jsn"], "No such option: --jsn. Did you mean --json? See `"),
        (["fit", "--zzz"], "No such option: --zzz. Known: --gpu,"),
    ],
)
def test_a_wrong_word_gets_the_nearest_right_one(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2

    said = capsys.readouterr().err
    assert said.startswith(line)
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "fit", "rehearse", "rehearse-stop"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert f"platformctl {command}" in capsys.readouterr().out
