"""Makes the events of a scenario happen, each at its moment, while the player plays."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rehearsal.control_plane import Api
from rehearsal.scenarios import actions
from rehearsal.scenarios.model import EventKind, EventSettings
from rehearsal.scenarios.observer import Observer
from rehearsal.scenarios.player import Player
from rehearsal.timeline import NodeState

# EC2 gives a spot instance two minutes between the notice and the end.
NOTICE_SECONDS = 120.0
_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class Director:
    """What events need: the cluster, eyes, the player's clock, and a way to roll a new image out."""

    api: Api
    observer: Observer
    player: Player
    compression: float
    roll_out: Callable[[], None]

    def direct(self, events: Iterable[EventSettings]) -> None:
        """Make all events happen in order; those after the play's end do not."""
        for event in sorted(events, key=lambda one: one.minute):
            if self.player.wait_until(event.minute * _MINUTE / self.compression):
                self._happen(event.kind)

    def _happen(self, kind: EventKind) -> None:
        if kind == EventKind.NODE_RECLAIM:
            self._reclaim()
        elif kind == EventKind.ZONE_LOSS:
            self._lose_zone()
        else:
            self.player.happened("a new image rolls out")
            self.roll_out()
            self.player.happened("rolled out")

    def _reclaim(self) -> None:
        node = actions.busiest_node(self.observer)
        if node is None:
            self.player.happened("no node had a Ready replica")
            return
        self.player.happened(f"notice: {node.instance_type} in {node.zone} goes in two minutes")
        actions.give_notice(self.api, node)
        self.player.wait_until(self.player.at + NOTICE_SECONDS / self.compression)
        if node.claim in {one.claim for one in self.observer.nodes()}:
            self.player.happened(f"time is up: {self._take([node])} replicas are cut off")
        else:
            self.player.happened("drained in time")

    def _lose_zone(self) -> None:
        zone = actions.busiest_zone(self.observer)
        nodes = [node for node in self.observer.nodes() if node.zone == zone]
        actions.close_zone(self.api, zone)
        self.player.happened(f"{zone} is lost with {len(nodes)} GPU nodes")
        self._take(nodes)

    def _take(self, nodes: list[NodeState]) -> int:
        """Take nodes away, and tell the load; return how many replicas served there until then."""
        serving = self.player.serving
        return self.player.cut(actions.take(self.api, nodes), serving)
