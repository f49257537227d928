"""The plan as plain values with stable keys: what `platformctl plan --json` prints, see docs/plan.md."""

from collections.abc import Sequence
from typing import Any

from catalog import throughput
from catalog.instances import PRICE_DATE, PRICE_REGION
from catalog.prices import HOURS_A_MONTH, PER_GB
from planning import fleet
from planning.cost import Bill, CostLine, bill, server_usd_per_hour, total, unpriced
from planning.placement.choice import Candidate, Choice
from planning.placement.quotas import QuotaUse
from planning.plan import Plan
from planning.servers import ServerPlan
from planning.startup import ColdStart
from settings.loader import StackConfig
from settings.models import ModelSettings
from settings.pools import GpuPoolSettings
from settings.references import served

Json = dict[str, Any]

_WHEN = {"floor": fleet.fewest, "expected": fleet.expected, "worst": fleet.most}


def summary(stack: str, config: StackConfig, plan: Plan) -> Json:
    """Return everything the plan says about a stack."""
    priced = bill(config.settings, plan)
    sources = {one.settings.name: _source(one.settings) for one in served(config.settings)}
    return {
        "stack": stack,
        "region": config.region,
        "servers": [_server(one, plan, sources[one.name]) for one in plan.servers.values()],
        "pools": [_pool(pool, plan) for pool in plan.pools],
        "quotas": [_quota(one) for one in plan.quotas],
        "money": _money(priced),
        "warnings": list(plan.warnings),
    }


def _source(thing: object) -> str:
    return thing.source if isinstance(thing, ModelSettings) else ""


def _server(server: ServerPlan, plan: Plan, source: str) -> Json:
    how = plan.rollouts[server.name]
    return {
        "name": server.name,
        "path": server.path,
        "source": source,
        "pool": server.pool,
        "instance_type": server.share.instance.name,
        "gpu": server.need.type,
        "gpus": server.gpus,
        "mig": server.need.mig,
        "share": server.need.share,
        "nodes": server.nodes,
        "tensor_parallel": server.tensor_parallel,
        "pipeline_parallel": server.pipeline_parallel,
        "replicas_per_node": server.share.replicas_per_node,
        "replicas": {
            "min": server.min_replicas,
            "expected": server.expected_replicas,
            "max": server.max_replicas,
            "buffer": server.buffer,
        },
        "memory": _memory(server),
        "requests": {
            "cpu_milli": server.share.cpu_milli,
            "memory_gib": server.share.memory_gib,
            "shm_gib": server.shm_gib,
            "disk_gib": server.cache_gib,
        },
        "rollout": {"max_surge": how.max_surge, "max_unavailable": how.max_unavailable},
        "cold_start": _start(server.cold_start),
        "usd_per_hour": {
            "floor": _round(server_usd_per_hour(server, server.min_replicas + server.buffer)),
            "expected": _round(server_usd_per_hour(server, server.expected_replicas + server.buffer)),
            "worst": _round(server_usd_per_hour(server, server.max_replicas + server.buffer)),
        },
        "throughput": _throughput(server, source),
        "choice": _choice(plan.choices.get(server.name)),
    }


def _memory(server: ServerPlan) -> Json:
    fit = server.fit
    return {
        "verdict": str(fit.verdict),
        "weights_gib": _round(fit.weights_gib),
        "kv_available_gib": _round(fit.kv_available_gib),
        "max_concurrency": _round(fit.max_concurrency),
        "max_model_len_that_fits": fit.max_model_len_that_fits,
        "reason": fit.reason,
    }


def _start(start: ColdStart) -> Json:
    phases = [
        {
            "name": phase.name,
            "seconds": round(phase.seconds),
            "because": phase.because,
            "measured": phase.measured,
            "source": phase.source,
            "shorten": phase.shorten,
        }
        for phase in start.phases
    ]
    return {
        "seconds": round(start.total),
        "dominant": start.dominant.name,
        "phases": phases,
        "limits": {
            "provision_seconds": start.provision_limit,
            "startup_probe_seconds": start.startup_limit,
            "first_request_seconds": start.first_request_limit,
            "cooldown_seconds": start.cooldown,
            "keep_empty_node_seconds": start.keep_empty_node,
        },
    }


def _throughput(server: ServerPlan, source: str) -> list[Json]:
    """Tokens a second and a dollar, where somebody measured them."""
    hourly = server_usd_per_hour(server, 1)
    return [
        {
            "tokens_per_second": round(row.tokens_per_second),
            "usd_per_million_tokens": _round(hourly / row.tokens_per_second / 3600 * 1e6) if hourly else None,
            "load": row.load,
            "source": row.source,
        }
        for row in throughput.measured(source, server.need.type, server.gpus)
    ]


def _choice(choice: Choice | None) -> Json:
    if choice is None:
        return {"runners_up": [], "refused": []}
    return {
        "runners_up": [_candidate(one) for one in choice.runners_up],
        "refused": [_candidate(one) for one in choice.refused],
    }


def _candidate(one: Candidate) -> Json:
    return {
        "instance_type": one.instance.name,
        "gpu": one.instance.gpu,
        "gpus": one.gpus_per_replica,
        "mig": one.mig,
        "usd_per_hour": _round(one.usd_per_hour),
        "why_lost": one.why_lost,
    }


def _pool(pool: GpuPoolSettings, plan: Plan) -> Json:
    mine = [server for server in plan.servers.values() if server.pool == pool.name]
    counts = {when: fleet.fleet(mine, replicas, plan.zones) for when, replicas in _WHEN.items()}
    return {
        "name": pool.name,
        "instance_types": list(pool.instance_types),
        "capacity": [str(one) for one in pool.capacity],
        "max_gpus": pool.max_gpus,
        "mig": pool.mig,
        "nodes": {when: sum(one.most for one in held) for when, held in counts.items()},
        "usd_per_hour": {
            when: round(sum(one.most * (one.instance.usd_per_hour or 0.0) for one in held), 2)
            for when, held in counts.items()
        },
    }


def _quota(use: QuotaUse) -> Json:
    return {
        "name": use.quota.name,
        "code": use.quota.code,
        "vcpus": use.vcpus,
        "limit": use.limit,
        "servers": list(use.servers),
    }


def _money(priced: Bill) -> Json:
    return {
        "price_region": PRICE_REGION,
        "price_date": PRICE_DATE,
        "hours_a_month": HOURS_A_MONTH,
        "floor": _sum(priced.floor),
        "expected": _sum(priced.expected),
        "worst": _sum(priced.worst),
        "lines": _lines(priced),
        "without_price": unpriced(priced.worst),
        "traffic": PER_GB,
    }


def _sum(lines: Sequence[CostLine]) -> Json:
    hourly = total(lines)
    return {"usd_per_hour": round(hourly, 2), "usd_per_month": round(hourly * HOURS_A_MONTH)}


def _lines(priced: Bill) -> list[Json]:
    """Each line of the bill with its counts at rest, as expected and at the most."""
    counts = [
        {line.what: line.count for line in lines} for lines in (priced.floor, priced.expected, priced.worst)
    ]
    prices = {
        line.what: line.each for lines in (priced.worst, priced.expected, priced.floor) for line in lines
    }
    names = list(dict.fromkeys(name for held in reversed(counts) for name in held))
    return [
        {
            "what": name,
            "each": None if prices[name] is None else round(prices[name] or 0.0, 6),
            **{
                when: held.get(name, 0)
                for when, held in zip(("floor", "expected", "worst"), counts, strict=True)
            },
        }
        for name in names
    ]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
