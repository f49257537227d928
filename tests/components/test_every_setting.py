"""No setting is a promise that nobody keeps."""

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from components.inference_platform import InferencePlatform, InferencePlatformArgs
from planning.plan import make_plan
from settings import Settings, from_values
from settings.base import Section
from settings.structure import models_in
from tests.components.answers import ACCOUNT
from tests.components.other import ADMIN, OTHER
from tests.components.recorder import record
from tests.golden.stacks import ALL_STACKS, stack_values
from tests.stacks import values_of


def _fields(section: type[Section]) -> Iterator[tuple[type[Section], str]]:
    """Return every field of a section and of the sections in it."""
    for name, field in section.model_fields.items():
        yield section, name
        for kind in models_in(field.annotation):
            if issubclass(kind, Section):
                yield from _fields(kind)


def test_no_setting_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that neither the plan nor a component reads would be a promise nobody keeps."""
    read: set[tuple[type, str]] = set()

    def noted(section: Section, name: str) -> Any:
        read.add((type(section), name))
        return object.__getattribute__(section, name)

    configs = [from_values(stack_values(stack)) for stack in ALL_STACKS]
    configs.append(from_values({**OTHER, "inference-platform:hfToken": {"secure": "AAA"}}))
    configs.append(from_values(values_of("sharing")))
    monkeypatch.setattr(Section, "__getattribute__", noted)
    for config in configs:
        record(lambda config=config: _build(config.settings, config.region))

    ignored = {
        f"{section.__name__}.{name}" for section, name in _fields(Settings) if (section, name) not in read
    }
    # Files are read where settings are read, before anything is built.
    files = {"ModelSettings.config_file", "ModelSettings.index_file"}
    assert ignored == files


def _build(settings: Settings, region: str) -> None:
    args = InferencePlatformArgs(
        settings=settings, plan=make_plan(settings), region=region, account_id=ACCOUNT, caller_arn=ADMIN
    )
    pulumi.export("url", InferencePlatform(settings.cluster.name, args).url)
