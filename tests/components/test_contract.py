"""What every component promises, whatever it makes. A new component must have an example to be tested."""

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any, get_type_hints

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from components.inference_platform import InferencePlatform
from tests.components.contract.classes import BASES, Component, all_components, typed_outputs
from tests.components.contract.examples import EXAMPLES, PROVIDER, TAGS, example
from tests.components.recorder import Recorded

COMPONENTS = all_components()
every_component = pytest.mark.parametrize("cls", COMPONENTS, ids=[cls.__name__ for cls in COMPONENTS])

# A composite names its parts by what they are: there is one of each in a stack.
COMPOSITES = frozenset({InferencePlatform})
MARK = "of-the-caller"
K8S_PROVIDER = "pulumi:providers:kubernetes"


def test_every_component_has_an_example() -> None:
    assert set(EXAMPLES) == set(COMPONENTS)


def test_a_base_is_only_ever_inherited_from() -> None:
    assert {base for base in BASES if any(issubclass(cls, base) for cls in COMPONENTS)} == BASES


@every_component
def test_its_token_is_its_class(cls: Component) -> None:
    assert example(cls).root.type == f"inference-platform:index:{cls.__name__}"


@every_component
def test_everything_it_makes_is_below_it(cls: Component) -> None:
    it = example(cls)
    strays = {one.name for one in it.recording.resources} - {one.name for one in (it.root, *it.parts)}

    assert it.parts
    assert strays == {PROVIDER}
    assert all(not it.parent_of(part).custom for part in it.parts)


@every_component
def test_its_parts_are_named_after_it(cls: Component) -> None:
    it = example(cls)
    named = [(part.name, it.parent_of(part)) for part in it.parts]
    free = {f"inference-platform:index:{composite.__name__}" for composite in COMPOSITES}

    assert [name for name, up in named if up.type not in free and not name.startswith(f"{up.name}-")] == []


@every_component
def test_it_registers_the_outputs_it_declares(cls: Component) -> None:
    it = example(cls)
    declared = typed_outputs(cls)

    assert declared
    assert set(it.recording.registered_outputs[it.root.urn]) == declared
    assert all(isinstance(getattr(it.made, name), pulumi.Output) for name in declared)


def _marked_options() -> pulumi.ResourceOptions:
    """Options that show wherever they end up; but `protect`, which Pulumi itself hands down to children."""
    return pulumi.ResourceOptions(
        additional_secret_outputs=[MARK],
        aliases=[pulumi.Alias(name=MARK)],
        custom_timeouts=pulumi.CustomTimeouts(create="17m", update="17m", delete="17m"),
        delete_before_replace=True,
        depends_on=[k8s.Provider(MARK, kubeconfig="{}", cluster_identifier="other")],
        ignore_changes=[MARK],
        protect=True,
        plugin_download_url=f"https://{MARK}.example.com",
        providers=[k8s.Provider(f"{MARK}-provider", kubeconfig="{}", cluster_identifier="other")],
        replace_on_changes=[MARK],
        retain_on_delete=True,
        version="17.0.0",
    )


def _marks(part: Recorded) -> list[str]:
    """Return which of the caller's options a part was registered with."""
    asked = part.request
    signs = {
        "additional_secret_outputs": MARK in asked.additionalSecretOutputs,
        "aliases": any(MARK in (alias.urn, alias.spec.name) for alias in asked.aliases),
        "custom_timeouts": "17m" in (asked.customTimeouts.create, asked.customTimeouts.delete),
        "delete_before_replace": part.delete_before_replace,
        "depends_on": any(urn.endswith(f"::{MARK}") for urn in part.depends_on),
        "ignore_changes": MARK in part.ignore_changes,
        "plugin_download_url": MARK in asked.pluginDownloadURL,
        "providers": MARK in part.provider,
        "replace_on_changes": MARK in asked.replaceOnChanges,
        "retain_on_delete": part.retain_on_delete,
        "version": asked.version == "17.0.0",
    }
    return sorted(option for option, found in signs.items() if found)


@every_component
def test_it_keeps_the_callers_options_to_itself(cls: Component) -> None:
    it = example(cls, _marked_options)

    assert it.root.protect
    assert len(_marks(it.root)) > 5, "the caller's options must reach the component itself"
    assert {part.name: _marks(part) for part in it.parts if _marks(part)} == {}


def _takes_tags(part: Recorded) -> bool:
    service, _, kind = part.type.removeprefix("aws:").partition("/")
    made_by: Any = getattr(getattr(aws, service), kind.rpartition(":")[2])
    return "tags" in inspect.signature(made_by._internal_init).parameters


@every_component
def test_its_aws_resources_have_the_callers_tags(cls: Component) -> None:
    taggable = [part for part in example(cls).parts if part.type.startswith("aws:") and _takes_tags(part)]
    untagged = [part.name for part in taggable if not TAGS.items() <= (part.inputs.get("tags") or {}).items()]

    assert untagged == []


@every_component
def test_its_kubernetes_objects_use_the_provider_they_are_given(cls: Component) -> None:
    it = example(cls, _marked_options)
    own = [part for part in it.parts if part.type == K8S_PROVIDER]
    expected = own or [it.recording.one(K8S_PROVIDER, PROVIDER)]
    objects = [part for part in it.parts if part.type.startswith("kubernetes:")]

    assert {part.provider.rpartition("::")[0] for part in objects} <= {one.urn for one in expected}


@every_component
def test_its_constructor_takes_a_name_frozen_arguments_and_options(cls: Component) -> None:
    name, args, opts = list(inspect.signature(cls).parameters.values())
    hints = get_type_hints(cls.__init__)

    assert [name.name, args.name, opts.name] == ["name", "args", "opts"]
    assert [name.default, args.default, opts.default] == [inspect.Parameter.empty] * 2 + [None]
    assert hints["name"] is str
    assert hints["opts"] == pulumi.ResourceOptions | None
    assert hints["args"].__name__ == f"{cls.__name__}Args"
    assert is_dataclass(hints["args"])
    assert all(field.kw_only for field in fields(hints["args"]))
    with pytest.raises(FrozenInstanceError):
        setattr(example(cls).args, fields(hints["args"])[0].name, None)
