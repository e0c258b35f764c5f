"""Reads for the planning board: its teams and half-days, where else a line could go, and what waits for a place."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.dispatch.demand.queries import count_lines, lines_of_campaign, volunteers_for
from services.dispatch.directory.queries import all_campaigns
from services.dispatch.planning.problem.problem import Slot, Team
from services.dispatch.plans.domain.places import RankedPlace, ranked_places
from services.dispatch.plans.queries.candidates import evaluate_steps, line_view, verdict_view
from services.dispatch.plans.queries.evaluation import Evaluation
from services.dispatch.plans.queries.planning_problem import weights_of
from services.dispatch.plans.queries.plans import View, published_plan
from services.dispatch.plans.queries.wording import TEAMS, Localizer, names_of
from services.dispatch.policy import POLICY
from shared.unit_of_work import UnitOfWork

LINE_STATES = ("open", "planned", "served", "cancelled")


async def get_grid(uow: UnitOfWork, localizer: Localizer, candidate_id: str) -> View:
    """The days and teams of a candidate's problem as they are now, what is fixed in it, and whether it holds.

    :raises NotFound: there is no such candidate. :raises Conflict: nothing is left to plan.
    """
    uow.permit(POLICY, "read_candidates")
    evaluation = await evaluate_steps(uow, candidate_id, (), None)
    problem, dates = evaluation.inputs.problem, evaluation.inputs.dates
    days = [
        {"on": dates.half_day(Slot(day))[0], "is_open": day not in problem.closed}
        for day in range(problem.days)
    ]
    return verdict_view(localizer, evaluation) | {
        "days": days,
        "teams": [_team(evaluation, team) for team in problem.teams],
        "fixed": [{"line_id": fixed.booth.line, "why": fixed.why} for fixed in problem.fixed],
    }


def _team(evaluation: Evaluation, team: Team) -> View:
    problem, dates = evaluation.inputs.problem, evaluation.inputs.dates
    name, name_en = evaluation.names.get(TEAMS, team.id)
    away = [dates.half_day(slot) for slot in problem.slots() if slot not in team.free]
    return {
        "team_code": team.id,
        "team_name": name,
        "team_name_en": name_en,
        "members": team.members,
        "item_codes": sorted(team.items),
        "away": [{"on": on, "part": part} for on, part in away],
    }


async def rank_places(uow: UnitOfWork, candidate_id: str, line_id: str, limit: int) -> View:
    """Where else the line could go while all other booths stay, best first, and what each place changes.

    :raises NotFound: there is no such candidate. :raises Conflict: nothing is left to plan.
    """
    uow.permit(POLICY, "read_candidates")
    evaluation = await evaluate_steps(uow, candidate_id, (), None)
    places = await asyncio.to_thread(
        ranked_places, evaluation.inputs.problem, evaluation.booths, line_id
    )
    return {
        "items": [_place(evaluation, line_id, place) for place in places[:limit]],
        "in_all": len(places),
    }


def _place(evaluation: Evaluation, line_id: str, place: RankedPlace) -> View:
    name, name_en = evaluation.names.get(TEAMS, place.team)
    on, part = evaluation.inputs.dates.half_day(place.slot)
    row = evaluation.inputs.lines[line_id]
    return {
        "team_code": place.team,
        "team_name": name,
        "team_name_en": name_en,
        "on": on,
        "part": part,
        "volunteers": volunteers_for(row),
        "difference": dict(place.difference),
        "joins": place.joins,
    }


async def list_campaigns(uow: UnitOfWork) -> View:
    """Every campaign with the state of its demand, the latest first, and which day it is."""
    uow.permit(POLICY, "read_candidates")
    today = uow.today()
    async with uow.reading() as session:
        counted = await count_lines(session)
        items = []
        weight = weights_of(session).coverage
        for row in await all_campaigns(session):
            plan = await published_plan(session, row.code)
            items.append(
                _campaign(row, counted.get(row.code, {}), plan.id if plan else None, today)
            )
    return {"today": today, "coverage_weight": weight, "items": items}


def _campaign(row: Any, lines: Mapping[str, int], plan_id: str | None, today: date) -> View:
    return {
        "campaign_id": row.code,
        "campaign_name": row.name,
        "campaign_name_en": row.name_en,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "runs_today": row.starts_on <= today <= row.ends_on,
        "plan_id": plan_id,
        "lines": {state: lines.get(state, 0) for state in LINE_STATES},
    }


async def list_open_lines(
    uow: UnitOfWork, localizer: Localizer, campaign_id: str, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """The campaign's lines that wait for a place, by id, each with the reason that its township was told last."""
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        lines = await lines_of_campaign(
            session, campaign_id, ("open",), after=after, limit=limit + 1
        )
        names = await names_of(session, lines)
    rows = list(lines.values())
    views = [
        line_view(names, row.line_id)
        | {
            "volunteers": volunteers_for(row),
            "reason": row.told_reason,
            "detail": localizer.text_of(row.told_reason, {}) if row.told_reason else None,
        }
        for row in rows[:limit]
    ]
    return views, rows[limit - 1].line_id if len(rows) > limit else None
