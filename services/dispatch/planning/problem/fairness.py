"""How many visits are a team's fair share of what is asked."""

from collections import defaultdict
from math import ceil

from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.problem import PlanningProblem

ROUNDING = 1e-9


def fair_shares(problem: PlanningProblem) -> dict[str, int]:
    """The visits of each team beyond which ``weights.overload`` is due; by team id, empty where nothing is due.

    Every line asks the near teams that offer it, in proportion to the days they can come; what one site asks of one
    team is a visit at most. The sum is rounded up.
    """
    if not problem.weights.overload:
        return {}
    eligibility = Eligibility(problem)
    days = {
        team.id: len({slot.day for slot in team.free if problem.is_open(slot)})
        for team in problem.teams
    }
    asked: defaultdict[tuple[str, str], float] = defaultdict(float)
    for line in problem.lines:
        site = eligibility.sites.get(line.site)
        able = [
            team
            for team in eligibility.offering[line.item]
            if site is not None and eligibility.near(team, site)
        ]
        together = sum(days[team.id] for team in able)
        for team in able if together else ():
            asked[team.id, line.site] += days[team.id] / together
    shares = dict.fromkeys(days, 0.0)
    for (team_id, _), visits in asked.items():
        shares[team_id] += min(1.0, visits)
    return {team_id: ceil(visits - ROUNDING) for team_id, visits in shares.items()}
