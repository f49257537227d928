"""What else a server could run on, and why it does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from planning.placement.candidates import Way
from planning.placement.choice import Candidate, Choice
from planning.placement.options import Options
from planning.placement.packing import nodes
from planning.placement.result import candidate
from planning.placement.search import Bin, Demand
from settings.stack import Settings

_SHOWN = 2
_MICRO = 10**6


class Table:
    """The chosen assignment, against which another for one server is compared while the others stay."""

    def __init__(
        self, bins: Iterable[Bin], demands: Sequence[Demand], picks: Sequence[str], limits: Mapping[str, int]
    ) -> None:
        self._bins = {one.name: one for one in bins}
        self._demands = demands
        self._picks = tuple(picks)
        self._limits = limits
        self._cost = self._cost_of(self._picks)

    def choice(self, place: int, options: Options, settings: Settings) -> Choice:
        """Return the choice for the server at `place`: what won, the next best of other GPUs, and cheaper refused."""
        capacity = settings.placement.capacity
        won = options.works[self._picks[place]]
        others = sorted(
            (self._cost_with(place, name), way.count, name)
            for name, way in options.works.items()
            if way is not won
        )
        chosen = candidate(options.item, won, capacity)
        seconds = _each_gpu(((options.works[name], name) for _, _, name in others), won)
        return Choice(
            chosen=chosen,
            runners_up=tuple(
                candidate(options.item, options.works[name], capacity, self._why(place, name))
                for name in seconds
            ),
            refused=_refused(chosen, options, settings),
        )

    def _why(self, place: int, name: str) -> str:
        """Why the server does not run there."""
        for key, limit in self._limits.items():
            needed = self._vcpus(place, name, key)
            if needed > limit:
                return f"needs {needed} vCPUs of quotas.{key}, which has {limit}"
        usd, gpus = self._cost_with(place, name)
        if usd > self._cost[0]:
            return f"costs ${(usd - self._cost[0]) / _MICRO:.2f} an hour more"
        if gpus > self._cost[1]:
            return f"costs the same and takes {gpus - self._cost[1]} GPUs more"
        return "costs the same; the first name was taken"

    def _cost_with(self, place: int, name: str) -> tuple[int, int]:
        return self._cost_of(self._swap(place, name))

    def _swap(self, place: int, name: str) -> tuple[str, ...]:
        return (*self._picks[:place], name, *self._picks[place + 1 :])

    def _cost_of(self, picks: Sequence[str]) -> tuple[int, int]:
        """Dollars in millionths and GPUs of an assignment."""
        counts = {name: self._nodes(name, picks, most=False) for name in set(picks)}
        usd = sum(round(self._bins[name].usd_per_hour * _MICRO) * count for name, count in counts.items())
        return usd, sum(self._bins[name].gpus * count for name, count in counts.items())

    def _vcpus(self, place: int, name: str, key: str) -> int:
        picks = self._swap(place, name)
        return sum(
            self._bins[one].vcpus.get(key, 0) * self._nodes(one, picks, most=True)
            for one in sorted(set(picks))
        )

    def _nodes(self, name: str, picks: Sequence[str], *, most: bool) -> int:
        mine = [demand for demand, pick in zip(self._demands, picks, strict=True) if pick == name]
        loads = [(one.units[name], one.most if most else one.expected) for one in mine]
        return nodes(loads, self._bins[name].units)


def _each_gpu(ways: Iterable[tuple[Way, str]], won: Way) -> list[str]:
    """The best of each other GPU or cut first; the same GPU on other instances where that leaves room."""
    kinds, first, more = {_kind(won)}, list[str](), list[str]()
    for way, name in ways:
        (more if _kind(way) in kinds else first).append(name)
        kinds.add(_kind(way))
    return [*first, *more][:_SHOWN]


def _kind(way: Way) -> tuple[object, ...]:
    cut = way.cut
    return cut.instance.gpu, cut.instance.vram_mib, cut.mig, cut.sharing


def _refused(chosen: Candidate, options: Options, settings: Settings) -> tuple[Candidate, ...]:
    """What would cost less and cannot work: the nearest in price, one of each GPU. Without a price comes last."""
    limit = chosen.usd_per_hour or 0.0
    shown = [
        (candidate(options.item, way, settings.placement.capacity, way.lost), _kind(way))
        for way in options.lost
    ]
    cheaper = [one for one in shown if one[0].usd_per_hour is None or one[0].usd_per_hour < limit]
    cheaper.sort(
        key=lambda one: (one[0].usd_per_hour is None, -(one[0].usd_per_hour or 0), one[0].instance.name)
    )
    firsts = {kind: one for one, kind in reversed(cheaper)}
    ordered = [one for one, kind in cheaper if firsts[kind] is one]
    return tuple(replace(one) for one in ordered[:_SHOWN])
