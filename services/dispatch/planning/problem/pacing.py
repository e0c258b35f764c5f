"""A circuit's pace: which day suits a place that names none."""

from dataclasses import replace
from functools import lru_cache

from services.dispatch.planning.problem.geography import shortest_way
from services.dispatch.planning.problem.problem import PlanningProblem


def paced(problem: PlanningProblem) -> PlanningProblem:
    """The same problem, in which lines that prefer no day prefer the one on which an even circuit comes by.

    The circuit goes from ``start_township`` by the shortest way through all sites that want something, spread evenly
    over the open days.
    """
    wanted = {line.site for line in problem.lines}
    sites = [site for site in problem.sites if site.id in wanted]
    sites.sort(key=lambda site: (site.township != problem.start_township, site.id))
    days = [day for day in range(problem.days) if day not in problem.closed]
    if not sites or not days:
        return problem
    way = _way(tuple(tuple(problem.travel.distance_km(a, b) for b in sites) for a in sites))
    due = {
        sites[n].id: days[round(turn * (len(days) - 1) / max(1, len(way) - 1))]
        for turn, n in enumerate(way)
    }
    lines = (
        line
        if line.preferred_days or line.site not in due
        else replace(line, preferred_days=(due[line.site],))
        for line in problem.lines
    )
    return replace(problem, lines=tuple(lines))


@lru_cache(maxsize=32)
def _way(km: tuple[tuple[float, ...], ...]) -> tuple[int, ...]:
    """Remembered: a campaign's places are looked at again and again, and the way takes a quarter of a second."""
    return tuple(shortest_way(km))
