import urllib.request

import psutil

from rehearsal.load.exporter import Exporter, triton, vllm
from rehearsal.load.model import TTFT_BUCKETS, Moment
from tests.rehearsal.load.test_model import SERVICE

MOMENT = Moment(
    at=1.0,
    rate=2.0,
    replicas=("pod-a", "pod-b"),
    running=16,
    waiting=7,
    arrived=10,
    late=1,
    failed=0,
    first_tokens=tuple(int(limit == 0.5) * 10 for limit in TTFT_BUCKETS),
    first_token_sum=3.0,
)


def scrape(exporter: Exporter) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"http://{exporter.address}/metrics", timeout=5) as answer:
        return answer.read().decode()


def test_vllm_s_gauges_are_served_for_each_replica() -> None:
    with Exporter(vllm, SERVICE, "models") as exporter:
        assert "vllm" not in scrape(exporter)
        exporter.show(MOMENT)
        text = scrape(exporter)
    labels = 'namespace="models",pod="pod-a"'
    assert f"vllm:num_requests_waiting{{{labels}}} 3.5" in text
    assert f"vllm:num_requests_running{{{labels}}} 8.0" in text
    # Half of the slots are busy, and all would take 60% of the cache.
    assert f"vllm:kv_cache_usage_perc{{{labels}}} 0.3" in text
    assert 'vllm:time_to_first_token_seconds_bucket{le="0.25",namespace="models"} 0.0' in text
    assert 'vllm:time_to_first_token_seconds_bucket{le="+Inf",namespace="models"} 10.0' in text


def test_triton_s_gauge_is_its_own() -> None:
    with Exporter(triton, SERVICE, "models") as exporter:
        exporter.show(MOMENT)
        text = scrape(exporter)
    assert 'nv_inference_pending_request_count{namespace="models",pod="pod-b"} 3.5' in text


def test_it_listens_on_loopback_only() -> None:
    with Exporter(vllm, SERVICE, "models") as exporter:
        rows = psutil.Process().net_connections("tcp")
        assert {row.laddr.ip for row in rows if row.laddr.port == exporter.port and not row.raddr} == {
            "127.0.0.1"
        }
