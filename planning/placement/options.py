"""What one server may run on."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning.placement.candidates import Way
from planning.placement.search import Demand
from planning.sizes import expected_pods, most_pods
from settings.references import Served


@dataclass(frozen=True, kw_only=True)
class Options:
    """A server, every way that works by the name of its kind of node, and those that do not."""

    item: Served
    works: Mapping[str, Way]
    lost: tuple[Way, ...]

    @property
    def demand(self) -> Demand:
        """Its pods and their units, as the search wants them."""
        return Demand(
            units={name: way.count for name, way in self.works.items()},
            expected=expected_pods(self.item.settings),
            most=most_pods(self.item.settings),
        )
