"""What the rehearsal's Prometheus says about the load, as KEDA asks it."""

import json
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from rehearsal.scenarios.observer import asked, query_path, query_value

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """A Prometheus at `url`, and the (query, threshold) pairs of a ScaledObject."""

    url: str
    triggers: Sequence[tuple[str, float]]

    def asked(self) -> float:
        """Return the replicas that the metrics call for now; 0 while Prometheus does not answer."""
        with suppress(OSError, KeyError, ValueError):
            return asked([(self._value(query), threshold) for query, threshold in self.triggers])
        return 0.0

    def _value(self, query: str) -> float:
        with _DIRECT.open(f"{self.url}{query_path(query)}", timeout=_TIMEOUT_SECONDS) as answer:
            return query_value(json.load(answer))
