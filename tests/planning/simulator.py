"""Tries every order in which Kubernetes, KEDA and Karpenter can do things on a small pool.

Pods come one by one, in any order, onto any node with room; a node is bought only where none has room, and goes
when it is empty. First replicas come and go, as KEDA wills; then, with all of them there, any of the servers are
updated: an old replica goes once enough others serve. The tests hold the prover's word against this.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from planning.rollout_prover import Roller

Pod = tuple[int, bool, int]
"""Which server, whether it is of the new version, and its replica's number (0 where a pod is a replica)."""
Node = tuple[int, tuple[Pod, ...]]
"""Which ground, and its pods, sorted."""


@dataclass(frozen=True)
class State:
    """Nodes with their pods, and how many new replicas each server has begun."""

    nodes: tuple[Node, ...]
    begun: tuple[int, ...]

    def pods(self, server: int, *, new: bool) -> list[Pod]:
        """The server's pods of one version that have a place."""
        return [pod for _, pods in self.nodes for pod in pods if pod[0] == server and pod[1] == new]


class Simulator:
    """Servers on a pool of at most `limit` GPUs."""

    def __init__(self, rollers: Sequence[Roller], limit: int) -> None:
        self._rollers = list(rollers)
        self._grounds = list(dict.fromkeys(roller.ground for roller in rollers))
        self._limit = limit

    def stuck(self) -> set[str] | None:
        """Servers that some order leaves unfinished; None where some order leaves a replica without a place."""
        everyone = range(len(self._rollers))
        before = self._reachable({State((), tuple(0 for _ in everyone))}, None)
        if any(self._lacks_room(state) for state in before):
            return None
        whole = {
            state for state in before if not any(list(self._waiting(state, i, new=False)) for i in everyone)
        }
        names: set[str] = set()
        for chosen in range(1, 2 ** len(self._rollers)):
            rolling = frozenset(i for i in everyone if chosen >> i & 1)
            for state in self._reachable(whole, rolling):
                if not self._following(state, rolling):
                    names |= {self._rollers[i].name for i in rolling if not self._updated(state, i)}
        return names

    def _reachable(self, starts: set[State], rolling: frozenset[int] | None) -> set[State]:
        """Every state that can come to be; without an update (`rolling` None), replicas come and go."""
        seen, queue = set(starts), list(starts)
        while queue:
            fresh = [one for one in self._following(queue.pop(), rolling) if one not in seen]
            seen.update(fresh)
            queue += fresh
        return seen

    def _following(self, state: State, rolling: frozenset[int] | None) -> list[State]:
        servers = range(len(self._rollers))
        if rolling is None:
            gone = [one for i in servers for one in self._removals(state, i)]
            return gone + [one for i in servers for one in self._next(state, i, rolling=False)]
        return [one for i in servers for one in self._next(state, i, rolling=i in rolling)]

    def _lacks_room(self, state: State) -> bool:
        """Whether a replica that is wanted can find no place."""
        servers = range(len(self._rollers))
        waiting = [pod for i in servers for pod in self._waiting(state, i, new=False)]
        return any(not list(self._places(state, pod)) for pod in waiting)

    def _next(self, state: State, server: int, *, rolling: bool) -> Iterator[State]:
        roller = self._rollers[server]
        if rolling:
            old, begun = self._serving(state, server, new=False), state.begun[server]
            if begun < roller.replicas and old + begun < roller.replicas + roller.surge:
                yield replace(state, begun=(*state.begun[:server], begun + 1, *state.begun[server + 1 :]))
            if old + self._serving(state, server, new=True) > roller.replicas - roller.unavailable:
                yield from self._removals(state, server)
        for pod in self._waiting(state, server, new=rolling):
            yield from self._places(state, pod)

    def _serving(self, state: State, server: int, *, new: bool) -> int:
        pods, each = state.pods(server, new=new), self._rollers[server].pods
        return len(pods) if each == 1 else sum(pods.count(pod) == each for pod in set(pods))

    def _waiting(self, state: State, server: int, *, new: bool) -> Iterator[Pod]:
        """One pod of each replica that lacks some, and of one that has none yet."""
        roller, pods = self._rollers[server], state.pods(server, new=new)
        begun = state.begun[server] if new else roller.replicas
        if roller.pods == 1:
            if len(pods) < begun:
                yield (server, new, 0)
            return
        yield from (pod for pod in set(pods) if pods.count(pod) < roller.pods)
        numbers = {pod[2] for pod in pods}
        if len(numbers) < begun:
            yield (server, new, next(number for number in range(begun) if number not in numbers))

    def _removals(self, state: State, server: int) -> Iterator[State]:
        """Each old replica that may go, with all its pods."""
        for at, (kind, pods) in enumerate(state.nodes):
            for pod in {pod for pod in pods if pod[0] == server and not pod[1]}:
                if self._rollers[server].pods > 1:
                    nodes = [(k, tuple(p for p in inside if p != pod)) for k, inside in state.nodes]
                else:
                    left = list(pods)
                    left.remove(pod)
                    nodes = [*state.nodes[:at], (kind, tuple(left)), *state.nodes[at + 1 :]]
                yield replace(state, nodes=tuple(sorted(node for node in nodes if node[1])))

    def _places(self, state: State, pod: Pod) -> Iterator[State]:
        """Each node with room; a new one only where there is none, and the limit allows it."""
        roller = self._rollers[pod[0]]
        ground = self._grounds.index(roller.ground)
        found = False
        for at, (kind, pods) in enumerate(state.nodes):
            used = sum(self._rollers[other[0]].size for other in pods)
            if kind == ground and used + roller.size <= roller.ground.units:
                found = True
                nodes = [*state.nodes[:at], (kind, tuple(sorted((*pods, pod)))), *state.nodes[at + 1 :]]
                yield replace(state, nodes=tuple(sorted(nodes)))
        held = sum(self._grounds[kind].gpus for kind, _ in state.nodes)
        if not found and held + roller.ground.gpus <= self._limit:
            yield replace(state, nodes=tuple(sorted([*state.nodes, (ground, (pod,))])))

    def _updated(self, state: State, server: int) -> bool:
        done = self._serving(state, server, new=True) == self._rollers[server].replicas
        return done and not state.pods(server, new=False)
