"""TGI, the legacy engine, is guarded and scaled like the others."""

from dataclasses import replace

import pytest

from tests.components.answers import PASSWORD
from tests.components.serving.examples import TGI_OPTIONS, server, spec, tgi


def test_it_asks_for_a_key_and_knows_the_hubs() -> None:
    recording = tgi(hf_token="hf_example")
    secret = recording.one("kubernetes:core/v1:Secret")

    assert secret.inputs["stringData"] == {"HF_TOKEN": "hf_example", "API_KEY": PASSWORD}
    assert secret.secret_inputs == {"stringData"}


def test_it_scales_on_its_queue() -> None:
    (trigger,) = spec(tgi(waiting_requests=7).one("kubernetes:keda.sh/v1alpha1:ScaledObject"))["triggers"]

    assert trigger["metadata"]["query"] == 'sum(tgi_queue_size{job="inference/legacy"}) or vector(0)'
    assert trigger["metadata"]["threshold"] == "7"


def test_all_it_writes_is_on_the_cache_volume() -> None:
    environment = tgi().one("kubernetes:core/v1:ConfigMap").inputs["data"]

    for name in ("HOME", "HF_HOME", "HUGGINGFACE_HUB_CACHE", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
        assert environment[name].startswith("/cache")


def test_it_listens_where_its_service_sends_requests() -> None:
    recording = tgi()
    (port,) = spec(recording.one("kubernetes:core/v1:Service"))["ports"]

    assert f"--port={port['port']:.0f}" in server(recording)["command"]


def test_more_shards_than_gpus_are_refused() -> None:
    with pytest.raises(ValueError, match="num_shard: 4 needs as many GPUs"):
        tgi(options=replace(TGI_OPTIONS, num_shard=4))
