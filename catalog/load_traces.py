"""How requests to public LLM services spread over a day: small tables of shapes, with their sources.

Only the shape is used: a scenario says how many replicas the highest hour needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LoadTrace:
    """A day of a real service: `hourly` has the requests of each hour, from midnight on."""

    source: str
    hourly: tuple[int, ...]

    @property
    def quietest_hour(self) -> int:
        """The hour of the day with the fewest requests."""
        return self.hourly.index(min(self.hourly))


# Both read from the hourly counts of github.com/diegohommer/tcc-offloading-ai-edge (implementation/data/load_traces,
# commit 97abc7a, 2026-11), which sums up the raw traces; both licensed CC BY 4.0.
_BURSTGPT_WEEKDAY = (
    507, 234, 189, 74, 75, 62, 16, 31, 197, 951, 1526, 1192,
    559, 744, 1188, 1579, 1271, 1036, 812, 851, 920, 992, 985, 808,
)  # fmt: skip
_AZURE_TUESDAY = (
    174957, 182799, 190269, 154981, 152887, 164484, 190120, 210175, 209074, 204837, 192633, 207715,
    233533, 245422, 269237, 252946, 232856, 217289, 229912, 211832, 194067, 170439, 147377, 138771,
)  # fmt: skip

LOAD_TRACES: Mapping[str, LoadTrace] = {
    # People chatting with GPT-3.5 and GPT-4 on a campus, five weekdays (days 5 to 9) added up: quiet nights, a
    # steep morning, a lunch break. The highest hour has 2.3 times the mean.
    "burstgpt-weekday": LoadTrace(
        source="BurstGPT (Wang et al., KDD 2025), BurstGPT_1.csv, conversation log, weekdays 5 to 9",
        hourly=_BURSTGPT_WEEKDAY,
    ),
    # A worldwide service: it never sleeps. The highest hour has 1.4 times the mean.
    "azure-conversation": LoadTrace(
        source="Azure LLM inference trace 2024 (DynamoLLM, HPCA 2025), conversation, Tuesday 2024-05-14 UTC",
        hourly=_AZURE_TUESDAY,
    ),
}
