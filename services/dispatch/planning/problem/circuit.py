"""What a plan is, and the port of whoever makes one."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.dispatch.planning.problem.certificate import Certificate
from services.dispatch.planning.problem.geography import shortest_way
from services.dispatch.planning.problem.problem import Booth, PlanningProblem, Site, Slot


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What would serve a line: a code of the locale files (relax.window and its like), which ``facts`` fill."""

    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unserved:
    """``reason`` is a code of the locale files (unserved.no_team and its like), which ``facts`` fill."""

    line: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    relaxation: Relaxation | None = None


@dataclass(frozen=True, slots=True)
class Circuit:
    """An answer to a problem: every line has a booth, or says why not."""

    booths: tuple[Booth, ...] = ()
    unserved: tuple[Unserved, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """The booths at one site in one slot."""

    site: Site
    slot: Slot
    booths: tuple[Booth, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A circuit, its objective, and a bound that no circuit's objective exceeds (None: not known).

    ``certificate`` proves ``certificate.bound``, which may be above ``bound``: what a search proved has no short proof.
    ``out_of_time``: the clock has run out, and may have ended the search before its work did; another run with the same
    seed may then give another circuit.
    """

    circuit: Circuit
    objective: int
    bound: int | None = None
    certificate: Certificate | None = None
    seed: int = 0
    out_of_time: bool = False

    @property
    def is_optimal(self) -> bool:
        return self.bound == self.objective


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: ``seconds`` by the clock at most, and ``work`` as the planner counts it (None: about what the
    seconds allow). Where the work ends the search, the same seed gives the same circuit on any machine. ``start`` is a
    circuit to go on from.
    """

    seconds: float = 20.0
    seed: int = 1
    start: Circuit | None = None
    work: float | None = None


USUAL = Effort()


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known after ``seconds``: the best circuit so far, feasible, and the bound."""

    seconds: float
    solution: Solution


OnProgress = Callable[[Progress], bool]
"""Hears of every improvement, and now and then of nothing new; False asks the planner to stop with what it has."""


def keep_going(_: Progress) -> bool:
    return True


class TourPlanner(Protocol):
    """Computes circuits. The same problem and effort give the same circuit; it holds by ``check_plan`` whenever it
    stops."""

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution: ...


def stops_of(problem: PlanningProblem, booths: Iterable[Booth]) -> tuple[PlannedStop, ...]:
    """The stops in the order of travel: slot by slot, within one by the shortest way on from the stop before."""
    lines = {line.id: line for line in problem.lines}
    sites = {site.id: site for site in problem.sites}
    at: defaultdict[Slot, defaultdict[str, list[Booth]]] = defaultdict(lambda: defaultdict(list))
    for booth in sorted(booths):
        at[booth.slot][lines[booth.line].site].append(booth)
    stops: list[PlannedStop] = []
    for slot in sorted(at):
        here = [sites[site] for site in sorted(at[slot])]
        for site in _travelled(problem, here, stops[-1].site if stops else None):
            stops.append(PlannedStop(site, slot, tuple(at[slot][site.id])))
    return tuple(stops)


def _travelled(problem: PlanningProblem, sites: list[Site], before: Site | None) -> list[Site]:
    start = before or min(sites, key=lambda site: site.township != problem.start_township)
    rest = (
        sites if before else [site for site in sites if site is not start]
    )  # before may be among them, once more
    km = [[problem.travel.distance_km(a, b) for b in (start, *rest)] for a in (start, *rest)]
    way = [rest[n - 1] for n in shortest_way(km)[1:]]
    return way if before else [start, *way]


def way_km(problem: PlanningProblem, stops: Iterable[PlannedStop]) -> float:
    """The length of the way through ``stops`` in their order, in km."""
    return sum(problem.travel.distance_km(a.site, b.site) for a, b in itertools.pairwise(stops))
