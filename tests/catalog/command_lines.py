"""Reads a command line as the engine's own parser would, by the table of its options."""

import re
from collections.abc import Iterator, Mapping, Sequence

from catalog.engine_flags import Flag, Takes, flag_table

# Put in by Kubernetes before the process starts: any value.
_LATER = re.compile(r"\$\(\w+\)")
_KINDS = {"int": r"-?\d+", "float": r"-?\d+(\.\d+)?", "bool": "true|false|0|1", "": ".*"}
# The words before the options, and how many positional words may follow.
_PROGRAMS = {"vllm": ("vllm", "serve"), "triton": ("tritonserver",), "tgi": ("text-generation-launcher",)}


def engine_of(command: Sequence[str]) -> str | None:
    """Return the engine that a command line starts, if a table has its options."""
    fits = (engine for engine, words in _PROGRAMS.items() if tuple(command[: len(words)]) == words)
    return next(fits, None)


def problems(command: Sequence[str]) -> list[str]:
    """Return what the engine's parser would refuse, or warn of; empty for a command line that it takes."""
    engine = engine_of(command)
    assert engine, f"no table has the options of {command[0]}"
    words = list(command[len(_PROGRAMS[engine]) :])
    if engine == "vllm":
        assert not words[0].startswith("-"), "vLLM takes the model before its options"
        words = words[1:]
    return list(_problems(words, flag_table(engine).flags))


def _problems(words: Sequence[str], flags: Mapping[str, Flag]) -> Iterator[str]:
    seen: set[str] = set()
    for option, values in _options(words):
        flag = flags.get(option)
        if flag is None:
            yield f"{option}: there is no such option"
            continue
        if option in seen and not flag.repeats:
            yield f"{option}: is given twice, and the last wins"
        seen.add(option)
        if flag.deprecated:
            yield f"{option}: is deprecated"
        yield from _wrong(option, values, flag)


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Return each option with the values after it, or after its equals sign."""
    option, values = "", list[str]()
    for word in words:
        if word.startswith("--"):
            if option:
                yield option, values
            option, equals, value = word.partition("=")
            values = [value] if equals else []
        else:
            values.append(word)
    if option:
        yield option, values


def _wrong(option: str, values: Sequence[str], flag: Flag) -> Iterator[str]:
    counts = {
        Takes.NOTHING: len(values) == 0,
        Takes.ONE: len(values) == 1,
        Takes.OPTIONAL: len(values) <= 1,
        Takes.MANY: len(values) >= 1,
    }
    if not counts[flag.takes]:
        yield f"{option}: takes {flag.takes}, and has {len(values)} values"
    for value in values:
        if flag.choices and value not in flag.choices:
            yield f"{option}: {value} is none of {', '.join(flag.choices)}"
        kind = "" if flag.takes == Takes.NOTHING else flag.kind
        if not re.fullmatch(_KINDS[kind], value) and not _LATER.fullmatch(value):
            yield f"{option}: {value} is no {flag.kind}"
