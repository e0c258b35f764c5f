"""Where else a line of a plan could go, best first, and what each place is worth."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from services.dispatch.planning.problem.check import broken_by
from services.dispatch.planning.problem.circuit import Circuit
from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.fairness import fair_shares
from services.dispatch.planning.problem.problem import Booth, Line, PlanningProblem, Slot
from services.dispatch.planning.problem.score import Score, score

MOST_TRIED = 2000
"""Places that are scored at most; the earliest of each team come first."""

LOCAL = ("load_unfairness", "service_unfairness")
"""Goals that depend on the whole plan: a place's ``difference`` leaves them out."""


@dataclass(frozen=True, slots=True)
class RankedPlace:
    """A place that keeps every rule. ``difference`` is what each goal gains there against the plan as it is, by the
    names of :class:`Score`; ``joins`` is how many other booths its stop has already."""

    team: str
    slot: Slot
    difference: Mapping[str, float]
    joins: int

    @property
    def gain(self) -> float:
        return self.difference["objective"]


def ranked_places(
    problem: PlanningProblem, booths: Sequence[Booth], line_id: str
) -> list[RankedPlace]:
    """Every other place for the line that keeps the rules while all other booths stay: highest objective first, then
    earliest. Only what a move touches is scored and checked, so that a large plan takes no longer than a small one.

    :param booths: a plan that holds; a plan that does not may have no such place.
    """
    line = next((each for each in problem.lines if each.id == line_id), None)
    if line is None:
        return []
    others = [booth for booth in booths if booth.line != line_id]
    here = tuple(booth for booth in booths if booth.line == line_id)
    shares = fair_shares(problem)
    found: list[RankedPlace] = []
    for match in Eligibility(problem).matches(line):
        near = _Neighbourhood(problem, line, others, {match.team.id, *(b.team for b in here)})
        before = near.score(here, shares)
        for slot in match.slots[: MOST_TRIED - len(found)]:
            there = (Booth(line.id, match.team.id, slot, line.volunteers),)
            if there == here or not near.holds(there):
                continue
            difference = _difference(before, near.score(there, shares))
            found.append(RankedPlace(match.team.id, slot, difference, near.at(line.site, slot)))
    return sorted(found, key=lambda place: (-place.gain, place.slot, place.team))


class _Neighbourhood:
    """The part of a plan that a move of ``line`` between ``teams`` can affect: booths of its township, of its series,
    and of these teams."""

    def __init__(
        self, problem: PlanningProblem, line: Line, others: Iterable[Booth], teams: set[str]
    ) -> None:
        township = {site.id: site.township for site in problem.sites}
        lines = {each.id: each for each in problem.lines}
        self._site_of = {each.id: each.site for each in problem.lines}

        def concerned(booth: Booth) -> bool:
            other = lines.get(booth.line)
            return other is not None and (
                booth.team in teams
                or township.get(other.site) == township.get(line.site)
                or (line.series is not None and other.series == line.series)
            )

        self._booths = tuple(booth for booth in others if concerned(booth))
        kept = {line.id, *(booth.line for booth in self._booths)}
        self._problem = replace(
            problem,
            lines=tuple(each for each in problem.lines if each.id in kept),
            fixed=tuple(fixed for fixed in problem.fixed if fixed.booth.line in kept),
            published=tuple(booth for booth in problem.published if booth.line in kept),
            weights=replace(problem.weights, overload=0),  # counted apart: shares are the whole's
        )
        self._overload = problem.weights.overload

    def holds(self, there: tuple[Booth, ...]) -> bool:
        return not broken_by(self._problem, (*self._booths, *there))

    def at(self, site: str, slot: Slot) -> int:
        return sum(
            booth.slot == slot and self._site_of[booth.line] == site for booth in self._booths
        )

    def score(self, there: tuple[Booth, ...], shares: Mapping[str, int]) -> Score:
        booths = (*self._booths, *there)
        found = score(self._problem, Circuit(booths))
        visits = Counter(
            team for team, _, _ in {(b.team, self._site_of[b.line], b.slot) for b in booths}
        )
        beyond = sum(max(0, visits[team] - share) for team, share in shares.items())
        return replace(found, objective=found.objective - self._overload * beyond)


def _difference(before: Score, after: Score) -> dict[str, float]:
    return {
        each.name: round(getattr(after, each.name) - getattr(before, each.name), 6)
        for each in fields(Score)
        if each.name not in LOCAL
    }
