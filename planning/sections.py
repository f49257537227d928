"""The plan as a reviewer reads it: a few sentences, and tables of words. Text and Markdown share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning.startup import duration

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, a table, and lines below it. Any of them may be empty."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def headline(plan: Json) -> str:
    """Return the plan in a sentence or two."""
    money = plan["money"]
    floor, expected, worst = (money[when] for when in ("floor", "expected", "worst"))
    missing = money["without_price"]
    without = f" Without a list price, and not counted: {', '.join(missing)}." if missing else ""
    return (
        f"{_times(len(plan['servers']), 'server')} on {_times(len(plan['pools']), 'GPU pool')}. "
        f"${floor['usd_per_hour']:,.2f} an hour at rest (${floor['usd_per_month']:,} a month), "
        f"${expected['usd_per_hour']:,.2f} as expected (${expected['usd_per_month']:,}), "
        f"${worst['usd_per_hour']:,.2f} at the limits (${worst['usd_per_month']:,}). "
        f"List prices on demand, {money['price_region']}, {money['price_date']}.{without}"
    )


def sections(plan: Json) -> list[Section]:
    """Return the plan's tables, what matters most first."""
    servers: Sequence[Json] = plan["servers"]
    parts = [
        Section(title="Warnings", lines=tuple(plan["warnings"])),
        _placement(servers),
        _alternatives(servers),
        _starts(servers),
        _money(plan["money"]),
        _pools(plan["pools"]),
        _throughput(servers),
        _quotas(plan["quotas"]),
    ]
    return [part for part in parts if part.rows or part.lines]


def _placement(servers: Sequence[Json]) -> Section:
    rows = tuple(
        (
            one["name"],
            _where(one),
            _replicas(one["replicas"]),
            _fits(one["memory"]),
            _rollout(one["rollout"]),
            _dollars_range(one["usd_per_hour"]),
        )
        for one in servers
    )
    columns = ("server", "a replica runs on", "replicas", "memory of a GPU", "update", "$/h at rest, most")
    return Section(title="What runs where", columns=columns, rows=rows)


def _where(one: Json) -> str:
    cut = f" cut to {one['mig']}" if one["mig"] else ""
    part = f"{one['share']:g} of " if one["share"] < 1 else ""
    span = f"{one['nodes']} nodes of " if one["nodes"] > 1 else ""
    each = one["replicas_per_node"]
    shared = f", {each} to a node" if each > 1 else ""
    return f"{span}{part}{one['gpus']} x {one['gpu']}{cut} ({one['instance_type']}{shared})"


def _replicas(replicas: Json) -> str:
    low, usual, high = replicas["min"], replicas["expected"], replicas["max"]
    usually = f", usually {usual}" if usual not in (low, high) else ""
    warm = f", room for {replicas['buffer']} more" if replicas["buffer"] else ""
    return f"{low} to {high}{usually}{warm}" if low != high else f"{low}{warm}"


def _fits(memory: Json) -> str:
    verdict = memory["verdict"].replace("_", " ")
    weights, cache = memory["weights_gib"], memory["kv_available_gib"]
    at_once = memory["max_concurrency"]
    held = f", {at_once:g} longest requests at once" if at_once else ""
    return f"{verdict}: weights {weights:g} GiB, {cache:g} left for the cache{held}"


def _rollout(how: Json) -> str:
    surge, gone = how["max_surge"], how["max_unavailable"]
    if not gone:
        return f"{surge} new first"
    return f"{gone} old first" if not surge else f"{surge} new and {gone} old at a time"


def _dollars_range(hourly: Json) -> str:
    low, high = hourly["floor"], hourly["worst"]
    return "no list price" if low is None else f"{low:,.2f}, {high:,.2f}"


def _alternatives(servers: Sequence[Json]) -> Section:
    rows = tuple(
        (
            one["name"],
            f"{other['gpus']} x {other['gpu']} ({other['instance_type']})",
            _price(other),
            other["why_lost"],
        )
        for one in servers
        for kind in ("runners_up", "refused")
        for other in one["choice"][kind]
    )
    return Section(
        title="What else was looked at", columns=("server", "instead", "$/h", "why not"), rows=rows
    )


def _price(other: Json) -> str:
    return "no list price" if other["usd_per_hour"] is None else f"{other['usd_per_hour']:,.2f}"


def _starts(servers: Sequence[Json]) -> Section:
    """Starts phase by phase. A phase that rests on an assumption has a star."""
    names = list(dict.fromkeys(phase["name"] for one in servers for phase in one["cold_start"]["phases"]))
    rows = tuple(
        (
            one["name"],
            *(_phase(one["cold_start"], name) for name in names),
            duration(one["cold_start"]["seconds"]),
            duration(one["cold_start"]["limits"]["startup_probe_seconds"]),
        )
        for one in servers
    )
    assumed: dict[tuple[str, str], list[str]] = {}
    for one in servers:
        for phase in one["cold_start"]["phases"]:
            if not phase["measured"]:
                assumed.setdefault((phase["name"], phase["source"]), []).append(one["name"])
    lines = (f"* {name} ({', '.join(who)}) is assumed: {source}." for (name, source), who in assumed.items())
    shorter = (_shorter(one) for one in servers)
    return Section(
        title="A start on a new node",
        columns=("server", *names, "together", "probe waits"),
        rows=rows,
        lines=(*shorter, *lines),
    )


def _phase(start: Json, name: str) -> str:
    phase = next((phase for phase in start["phases"] if phase["name"] == name), None)
    return "" if phase is None else duration(phase["seconds"]) + ("" if phase["measured"] else "*")


def _shorter(one: Json) -> str:
    start = one["cold_start"]
    phase = next(phase for phase in start["phases"] if phase["name"] == start["dominant"])
    return f"{one['name']}: most of it is {phase['name']} ({phase['because']}). Shorter: {phase['shorten']}."


def _money(money: Json) -> Section:
    rows = [
        (
            line["what"],
            "no list price" if line["each"] is None else f"{line['each']:.4f}",
            *(_cell(line, when) for when in ("floor", "expected", "worst")),
        )
        for line in money["lines"]
    ]
    for unit, key, form in (("$/h", "usd_per_hour", "{:,.2f}"), ("$ a month", "usd_per_month", "{:,}")):
        sums = (form.format(money[when][key]) for when in ("floor", "expected", "worst"))
        rows.append((f"together, {unit}", "", *sums))
    return Section(
        title="Money",
        columns=("what", "$/h each", "at rest", "expected", "at the limits"),
        rows=tuple(rows),
        lines=(f"On top comes traffic: {money['traffic']}. Spot costs less than is counted here.",),
    )


def _pools(pools: Sequence[Json]) -> Section:
    rows = tuple(
        (
            one["name"],
            ", ".join(one["instance_types"]),
            ", ".join(one["capacity"]),
            str(one["max_gpus"]),
            *(
                f"{one['nodes'][when]} ({one['usd_per_hour'][when]:,.2f})"
                for when in ("floor", "expected", "worst")
            ),
        )
        for one in pools
    )
    columns = (
        "pool",
        "instance types",
        "bought as",
        "most GPUs",
        "nodes ($/h) at rest",
        "expected",
        "at the limits",
    )
    return Section(title="GPU pools", columns=columns, rows=rows)


def _cell(line: Json, when: str) -> str:
    count = line[when]
    return f"{count:g}" if line["each"] is None else f"{count:g} ({count * line['each']:,.2f})"


def _throughput(servers: Sequence[Json]) -> Section:
    rows = tuple(
        (
            one["name"],
            f"{row['tokens_per_second']:,}",
            "no list price"
            if row["usd_per_million_tokens"] is None
            else f"{row['usd_per_million_tokens']:.2f}",
            row["load"],
            row["source"],
        )
        for one in servers
        for row in one["throughput"]
    )
    columns = ("server", "tokens/s of a replica", "$ a million tokens", "under", "measured by")
    return Section(title="Tokens", columns=columns, rows=rows)


def _quotas(quotas: Sequence[Json]) -> Section:
    rows = tuple(
        (
            one["name"],
            one["code"],
            str(one["vcpus"]),
            "not set" if one["limit"] is None else str(one["limit"]),
            ", ".join(one["servers"]),
        )
        for one in quotas
    )
    columns = ("quota", "code", "vCPUs at the most", "quota has", "for")
    return Section(title="Quotas of EC2", columns=columns, rows=rows)


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
