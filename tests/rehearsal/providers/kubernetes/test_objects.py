import re
from typing import Any

import pytest

from rehearsal.providers.base import ProviderError, Secret
from rehearsal.providers.kubernetes.objects import AUTONAMED, gvk_of_token, named, outputs_of, to_apply

URN = "urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::settings"


def test_a_missing_name_is_the_logical_one_with_eight_hex_digits() -> None:
    name = named(URN, {}, {"data": {}})["metadata"]["name"]
    assert re.fullmatch(r"settings-[0-9a-f]{8}", name)


def test_an_automatic_name_is_kept_across_updates() -> None:
    first = named(URN, {}, {"metadata": {"labels": {"a": "1"}}})
    second = named(URN, first, {"metadata": {"labels": {"a": "2"}}})
    assert second["metadata"]["name"] == first["metadata"]["name"]
    assert second["metadata"]["labels"] == {"a": "2"}


def test_a_name_that_was_given_is_not_kept_once_it_is_gone() -> None:
    renamed = named(URN, {"metadata": {"name": "mine"}}, {})
    assert renamed["metadata"]["name"].startswith("settings-")


def test_a_given_name_is_left_alone() -> None:
    news = {"metadata": {"name": "mine"}}
    assert named(URN, {}, news) == news


def test_generate_name_is_the_prefix() -> None:
    meta = named(URN, {}, {"metadata": {"generateName": "job-"}})["metadata"]
    assert meta["name"].startswith("job-")
    assert "generateName" not in meta
    assert meta["annotations"][AUTONAMED] == "true"


@pytest.mark.parametrize(
    ("token", "gvk"),
    [
        ("kubernetes:apps/v1:Deployment", ("apps/v1", "Deployment")),
        ("kubernetes:core/v1:Secret", ("v1", "Secret")),
        ("kubernetes:karpenter.sh/v1:NodePool", ("karpenter.sh/v1", "NodePool")),
    ],
)
def test_a_token_names_the_kind(token: str, gvk: tuple[str, str]) -> None:
    assert gvk_of_token(token) == gvk


def test_a_patch_resource_is_refused_by_name() -> None:
    with pytest.raises(ProviderError, match="DaemonSetPatch"):
        gvk_of_token("kubernetes:apps/v1:DaemonSetPatch")


def test_outputs_leave_out_managers_and_mark_secret_data() -> None:
    live: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a", "uid": "u", "managedFields": [{}]},
        "data": {"p": "eA=="},
    }
    outputs = outputs_of(live)
    assert outputs["metadata"] == {"name": "a", "uid": "u"}
    assert outputs["data"] == Secret({"p": "eA=="})


def test_the_data_of_a_config_map_is_no_secret() -> None:
    live = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}, "data": {"a": "b"}}
    assert outputs_of(live)["data"] == {"a": "b"}


def test_a_crds_extensions_get_their_hyphens_back() -> None:
    inputs = {
        "kind": "CustomResourceDefinition",
        "spec": {"schema": [{"x_kubernetes_preserve_unknown_fields": True, "x_other": 1}]},
    }
    schema = to_apply(inputs)["spec"]["schema"]
    assert schema == [{"x-kubernetes-preserve-unknown-fields": True, "x_other": 1}]


def test_other_kinds_are_sent_as_they_are() -> None:
    inputs = {"kind": "ConfigMap", "data": {"x_kubernetes_a": "b"}}
    assert to_apply(inputs) == inputs
