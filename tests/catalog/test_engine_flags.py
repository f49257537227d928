"""Every command line that any stack renders is one that the engine's own parser takes."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from catalog.engine_flags import Flag, Takes, flag_table
from catalog.engine_flags.annotations import Names, flag_for, names_of
from catalog.engine_flags.refresh import row, text
from catalog.engine_flags.vllm_source import vllm_flags
from catalog.images import TGI, TRITON, VLLM
from components.serving.flags import Lora, tgi_command, vllm_command
from tests.catalog.command_lines import engine_of, problems
from tests.components.contract.examples import EXAMPLES, example
from tests.components.recorder import Recording
from tests.components.serving.examples import OPTIONS, TGI_OPTIONS

FLAG = Flag(takes=Takes.ONE)


def _commands(recording: Recording) -> Iterator[list[str]]:
    """Return the command of every container of a graph, in whatever holds it."""
    waiting: list[Any] = [resource.inputs for resource in recording.resources]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("command"), list) and "image" in value:
                yield value["command"]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def test_the_engines_of_every_stack_take_their_command_lines(platform: Recording) -> None:
    lines = [command for command in _commands(platform) if engine_of(command)]

    assert lines
    assert {" ".join(line): problems(line) for line in lines if problems(line)} == {}


def test_the_stacks_of_the_tests_start_every_engine_that_has_options(platform: Recording, stack: str) -> None:
    if stack == "engines":
        started = {engine_of(command) for command in _commands(platform)}
        workers = [command for command in _commands(platform) if "--headless" in command]
        assert started >= {"vllm", "triton", "tgi"}
        assert workers


@pytest.mark.parametrize("cls", [cls for cls in EXAMPLES if cls.__name__.endswith("Server")])
def test_the_examples_of_the_components_are_taken_too(cls: Any) -> None:
    lines = [command for command in _commands(example(cls).recording) if engine_of(command)]

    assert [problems(line) for line in lines] == [[]] * len(lines)


def test_every_option_that_can_be_set_is_taken() -> None:
    options = replace(
        OPTIONS,
        max_num_batched_tokens=8192,
        kv_cache_dtype="fp8",
        revision="main",
        load_format="runai_streamer",
        max_num_queued_reqs=300,
        enable_prefix_caching=False,
        lora=Lora(adapters={"a": "acme/a", "b": "acme/b"}, rank=512),
    )
    tgi = replace(
        TGI_OPTIONS, max_batch_prefill_tokens=4096, kv_cache_dtype="fp8_e4m3fn", revision="refs/pr/1"
    )

    for leader in (True, False):
        assert problems(vllm_command(options, port=8000, shutdown_seconds=60, nodes=2, leader=leader)) == []
    assert problems(tgi_command(tgi, port=8000)) == []


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("--swap-space=4", "--swap-space: there is no such option"),
        ("--num-scheduler-steps=8", "--num-scheduler-steps: there is no such option"),
        ("--guided-decoding-backend=auto", "--guided-decoding-backend: there is no such option"),
        ("--task=embed", "--task: there is no such option"),
        ("--max-num-seqs=many", "--max-num-seqs: many is no int"),
        ("--max-lora-rank=24", "--max-lora-rank: 24 is none of"),
        ("--enforce-eager=true", "--enforce-eager: takes nothing"),
        ("--mamba-cache-mode=align", "--mamba-cache-mode: is deprecated"),
        ("--port=8001", "--port: is given twice"),
        ("--lora-modules", "--lora-modules: takes many, and has 0 values"),
    ],
)
def test_an_option_that_is_gone_or_wrong_is_found(extra: str, problem: str) -> None:
    options = replace(OPTIONS, extra=(extra,))
    # A stack's own line has both a port and the number of sequences.
    found = problems(vllm_command(options, port=8000, shutdown_seconds=60))

    assert any(line.startswith(problem) for line in found), found


@pytest.mark.parametrize(
    ("engine", "tag"), [("vllm", VLLM.tag.removeprefix("v")), ("tgi", TGI.tag), ("triton", TRITON.tag[:5])]
)
def test_a_table_is_of_the_version_of_the_image(engine: str, tag: str) -> None:
    """A new image needs a new table: `make engine-flags`, or for Triton and TGI the source that it names."""
    table = flag_table(engine)

    assert table.version == tag
    assert table.source
    assert len(table.flags) > 50


def test_vllms_table_is_of_a_wheel_that_can_be_told_again() -> None:
    assert len(flag_table("vllm").sha256) == 64
    assert VLLM.tag.removeprefix("v") in flag_table("vllm").source


def test_a_table_is_written_as_it_is_read() -> None:
    table = flag_table("vllm")
    flags = {name: row(flag) for name, flag in table.flags.items()}
    written = text(
        {**{key: getattr(table, key) for key in ("engine", "version", "source", "sha256")}, "flags": flags}
    )
    path = Path(__file__).parents[2] / "catalog" / "engine_flags" / "vllm.json"

    assert path.read_text(encoding="utf-8") == written


_ARG_UTILS = """
class EngineArgs:
    def add_cli_args(parser):
        load_kwargs = get_kwargs(LoadConfig)
        group = parser.add_argument_group(title="LoadConfig")
        group.add_argument("--load-format", "-l", **load_kwargs["load_format"])
        group.add_argument("--old", **{**load_kwargs["load_format"], "deprecated": True})
        group.add_argument("--enable-lora", action=argparse.BooleanOptionalAction)
        group.add_argument("--quiet", action="store_true")
        group.add_argument("--timeout", type=int, default=0)
        group.add_argument("--backend", choices=["a", "b"])
"""
_CLI_ARGS = """
@config
class BaseFrontendArgs:
    api_key: list[str] | None = None
@config
class FrontendArgs(BaseFrontendArgs):
    port: int = 8000
    middleware: list[str] = field(default_factory=lambda: [])
    def _customize_cli_kwargs(cls, frontend_kwargs):
        frontend_kwargs["middleware"]["action"] = "append"
        if "nargs" in frontend_kwargs["middleware"]:
            del frontend_kwargs["middleware"]["nargs"]
"""
_CONFIG = """
Format = Literal["auto", "safetensors"]
@config
class LoadConfig:
    load_format: Format = "auto"
"""


def test_options_are_read_from_sources_that_are_not_imported(tmp_path: Path) -> None:
    wheel = tmp_path / "vllm.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("vllm/engine/arg_utils.py", _ARG_UTILS)
        archive.writestr("vllm/entrypoints/common/cli_args.py", _CLI_ARGS)
        archive.writestr("vllm/config/load.py", _CONFIG)
    with ZipFile(wheel) as archive:
        flags = vllm_flags(archive)

    assert flags == {
        "--api-key": Flag(takes=Takes.MANY),
        "--backend": Flag(takes=Takes.ONE, choices=("a", "b")),
        "--disable-lora": Flag(takes=Takes.NOTHING, kind="bool"),
        "--enable-lora": Flag(takes=Takes.NOTHING, kind="bool"),
        "--load-format": Flag(takes=Takes.ONE, choices=("auto", "safetensors")),
        "--middleware": Flag(takes=Takes.ONE, repeats=True),
        "--no-enable-lora": Flag(takes=Takes.NOTHING, kind="bool"),
        "--old": Flag(takes=Takes.ONE, choices=("auto", "safetensors"), deprecated=True),
        "--port": Flag(takes=Takes.ONE, kind="int"),
        "--quiet": Flag(takes=Takes.NOTHING),
        "--timeout": Flag(takes=Takes.ONE, kind="int"),
    }


@pytest.mark.parametrize(
    ("annotation", "flag"),
    [
        ("int | None", Flag(takes=Takes.ONE, kind="int")),
        ("float", Flag(takes=Takes.ONE, kind="float")),
        ("bool | None", Flag(takes=Takes.NOTHING, kind="bool")),
        ("bool | str | None", Flag(takes=Takes.OPTIONAL)),
        ("list[str] | None", Flag(takes=Takes.MANY)),
        ("'str'", FLAG),
        ("dict[str, Any]", FLAG),
        ("Ranks", Flag(takes=Takes.ONE, kind="int", choices=("1", "8"))),
        ("Ranks | str", Flag(takes=Takes.ONE, kind="int")),
        ("Annotated[int, Field(ge=1)]", Flag(takes=Takes.ONE, kind="int")),
        ("Nested", FLAG),
    ],
)
def test_an_option_is_what_vllm_makes_of_the_fields_type(annotation: str, flag: Flag) -> None:
    source = "Ranks = Literal[1, 8]\n@config\nclass Nested:\n    enabled: bool = True\n"
    names: Names = names_of([ast.parse(source)])

    assert flag_for(ast.parse(annotation, mode="eval").body, names) == flag
