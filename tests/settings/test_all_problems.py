"""Problems come all at once, on one line each, and one mistake is not reported twice."""

import pytest

from settings import SettingsError, from_values
from tests.settings.stacks import OWN, changed, drop, problems, put, valid


def test_mistakes_in_fields_keys_secrets_and_region_are_reported_together() -> None:
    config = changed(
        put("models.0.maxModelLen", "8192"),
        put("edge.hostname", "localhost"),
        put("cluster.nam", "x"),
        put("hfToken", "hf_abcdef"),
    )
    del config["aws:region"]

    paths = [line.partition(":")[0] for line in problems(config)]

    assert sorted(paths) == ["aws", "cluster.nam", "edge.hostname", "hfToken", "models[0].maxModelLen"]


def test_mistakes_between_sections_are_reported_together() -> None:
    config = changed(
        put("cluster.kubernetesVersion", "1.34"),
        put("models.0.replicas.min", 9),
        put("gpuPools.0.zones", ["us-east-1f"]),
        drop("hfToken"),
    )

    paths = [line.partition(":")[0] for line in problems(config)]

    assert paths == [
        "cluster.kubernetesVersion",
        "gpuPools[0].zones",
        "models[0].replicas.min",
        "models[1].source",
    ]


def test_without_a_region_zones_are_left_alone_and_the_rest_is_checked() -> None:
    config = changed(put("cluster.kubernetesVersion", "1.34"))
    del config["aws:region"]

    assert problems(config) == (
        "aws:region: is missing. Set the AWS region, for example us-east-1.",
        'cluster.kubernetesVersion: "1.34" is not supported. Use one of 1.35, 1.36.',
    )


def test_a_wrong_entry_does_not_make_its_list_too_short() -> None:
    lines = problems(changed(drop("models.1"), put("models.0.name", 5)))

    assert len(lines) == 1
    assert lines[0].startswith("models[0].name: 5 is not text.")


def test_a_short_list_with_a_wrong_entry_is_both() -> None:
    lines = problems(changed(put("cluster.network.zones", ["here"])))

    assert [line.partition(":")[0] for line in lines] == ["cluster.network.zones[0]", "cluster.network.zones"]


def test_an_unknown_instance_type_does_not_make_its_pool_unfit() -> None:
    lines = problems(changed(put("gpuPools.0.instanceTypes", ["g6.xlarg"])))

    assert len(lines) == 1


def test_two_pools_that_fit_call_for_a_name_each() -> None:
    lines = problems(changed(put("gpuPools.1.instanceTypes", ["g6e.12xlarge"]), put("gpuPools.0.maxGpus", 9)))
    assert lines == ()

    lines = problems(changed(put("gpuPools.0.instanceTypes", ["g6e.xlarge", "g6e.48xlarge"])))

    assert "models[1].pool: is missing, and 2 pools have 2 x l40s. Name one of small, large." in lines


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x1b[31mred", "a\u2028b", "\x85", "\x7f", "x" * 600])
def test_a_value_can_neither_break_its_line_nor_fill_the_screen(text: str) -> None:
    for path in ("models.0.source", "models.0.gpu.type", "gpuPools.0.instanceTypes.0", "cluster.admins"):
        lines = problems(changed(put(path, [text] if path == "cluster.admins" else text)))

        assert lines
        assert all(line.isprintable() and len(line) < 800 for line in lines), lines


def test_a_key_cannot_break_its_line() -> None:
    (line,) = problems(changed(put("models.0.gpu.a\nb", 1)))

    assert line == 'models[0].gpu."a\\nb": unknown key. Known: type, count, mig, share.'


@pytest.mark.parametrize("key", ["", " ", ":", ": ", "a b", ".", "[0]"])
def test_a_key_that_is_no_word_is_quoted(key: str) -> None:
    assert problems({**valid(), OWN + key: 1})[0].startswith(f'"{key}": unknown key.')


def test_the_error_text_has_a_line_for_each_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        from_values(changed(put("models.0.gpu.a\nb", 1), put("edge.hostname", "x")))

    assert str(caught.value).splitlines() == list(caught.value.problems)
    assert len(caught.value.problems) == 2


def test_a_secret_is_never_shown() -> None:
    secret = "hf_abcdefgh"
    for key in ("hfToken", "hfTokens", "hf_token"):
        assert secret not in " ".join(problems(changed(put(key, secret))))
    assert secret not in " ".join(problems(changed(put("models.0.hfToken", secret))))
    assert secret not in " ".join(problems(changed(put("models", {"hfToken": secret}))))


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("models", "models: has no namespace. Write it as inference-platform:models."),
        (
            "inference-plattform:models",
            "inference-plattform:models: unknown namespace. Did you mean inference-platform?",
        ),
        ("inference:models", None),
        ("aws:profile", None),
        ("kubernetes:context", None),
    ],
)
def test_only_keys_that_were_meant_for_the_project_are_refused(key: str, line: str | None) -> None:
    assert problems({**valid(), key: "x"}) == (() if line is None else (line,))


def test_a_region_that_is_no_text_is_missing() -> None:
    assert problems({**valid(), "aws:region": 5}) == (
        "aws:region: is missing. Set the AWS region, for example us-east-1.",
    )


def test_an_unreadable_section_is_not_called_missing_too() -> None:
    circle: list[object] = []
    circle.append(circle)

    assert problems({**valid(), f"{OWN}models": circle}) == (
        "models: cannot be read: Circular reference detected. Use texts, numbers, lists and mappings only.",
    )
