"""Gauges that engines publish about their load, by engine: what a `prometheus` trigger may name.

Each is one number a replica, so a sum over replicas means something. Counters and histograms do not: use a query.
Sources: vllm/v1/metrics/loggers.py in the wheel of vLLM 0.33.0; Triton's docs/user_guide/metrics.md (2026-08);
TGI's docs/source/reference/metrics.md. Ollama publishes none.
"""

VLLM_WAITING = "vllm:num_requests_waiting"
VLLM_RUNNING = "vllm:num_requests_running"
VLLM_KV_CACHE = "vllm:kv_cache_usage_perc"
TGI_WAITING = "tgi_queue_size"
TRITON_PENDING = "nv_inference_pending_request_count"

GAUGES = {
    "vllm": (VLLM_WAITING, VLLM_RUNNING, VLLM_KV_CACHE),
    "tgi": (TGI_WAITING, "tgi_batch_current_size"),
    "triton": (TRITON_PENDING, "nv_gpu_utilization", "nv_gpu_memory_used_bytes"),
}
