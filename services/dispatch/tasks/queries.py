"""What waits for leaders and coordinators, put together from what each capability knows."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.queries import first_open_lines
from services.dispatch.directory.queries import (
    BothNames,
    names_of_townships,
    open_campaigns,
)
from services.dispatch.plans.queries.candidates import first_candidates_to_publish
from services.dispatch.plans.queries.runs import first_failed_runs
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import LIVE
from services.dispatch.stops.queries.first import first_booths, first_stops
from shared.http.tasks import MOST_OF_A_KIND, Task, Tasks
from shared.kernel.access import Role
from shared.unit_of_work import UnitOfWork

Facts = dict[str, str | int]
Group = tuple[str, int, list[Task]]


async def list_tasks(uow: UnitOfWork) -> Tasks:
    """For a leader: booths to answer, stops to start and booths to report today. For the corps: stops whose day has
    passed, plans to publish, failed runs, and lines that no plan serves."""
    grant = uow.permit(POLICY, "read_tasks")
    groups: list[Group] = []
    async with uow.reading() as session:
        if grant.teams:
            groups += await _tasks_of_teams(session, grant.teams, uow.today())
        if Role.COORDINATOR in uow.actor.roles:
            groups += await _tasks_of_corps(session, uow.today())
    return Tasks.of(*groups)


async def _tasks_of_teams(session: AsyncSession, teams: frozenset[str], today: date) -> list[Group]:
    offers = await first_booths(
        session,
        teams,
        states=("offered",),
        stop_state="planned",
        first=today,
        limit=MOST_OF_A_KIND,
    )
    to_start = await first_stops(
        session, states=("planned",), teams=teams, first=today, last=today, limit=MOST_OF_A_KIND
    )
    to_report = await first_booths(
        session,
        teams,
        states=LIVE,
        stop_state="under_way",
        first=today,
        last=today,
        limit=MOST_OF_A_KIND,
    )
    names = await _townships_of(session, *(rows for rows, _ in (offers, to_start, to_report)))
    return [
        (code, count, [_at_stop(code, row, names) for row in rows])
        for code, (rows, count) in (
            ("booth_to_report", to_report),
            ("stop_to_start", to_start),
            ("assignment_to_answer", offers),
        )
    ]


async def _tasks_of_corps(session: AsyncSession, today: date) -> list[Group]:
    campaigns = await open_campaigns(session, today)
    overdue, overdue_count = await first_stops(
        session,
        states=("planned", "under_way"),
        last=today - timedelta(days=1),
        limit=MOST_OF_A_KIND,
    )
    candidates = await first_candidates_to_publish(session, campaigns, limit=MOST_OF_A_KIND)
    failed = await first_failed_runs(session, campaigns, limit=MOST_OF_A_KIND)
    lines, line_count = await first_open_lines(session, campaigns, limit=MOST_OF_A_KIND)
    names = await _townships_of(session, overdue, lines)
    return [
        ("stop_overdue", overdue_count, [_at_stop("stop_overdue", row, names) for row in overdue]),
        (
            "candidate_to_publish",
            len(candidates),
            [
                Task(
                    "candidate_to_publish",
                    f"candidate:{row.id}",
                    _campaign(row, campaigns) | {"count": int(row.score["lines_served"])},
                )
                for row in candidates
            ],
        ),
        (
            "run_failed",
            len(failed),
            [
                Task("run_failed", f"planning_run:{row.id}", _campaign(row, campaigns))
                for row in failed
            ],
        ),
        (
            "line_unserved",
            line_count,
            [
                Task(
                    "line_unserved",
                    f"order:{row.order_id}",
                    _item(row) | _where(row, names) | _campaign(row, campaigns),
                )
                for row in lines
            ],
        ),
    ]


async def _townships_of(
    session: AsyncSession, *lists: Sequence[Row[Any]]
) -> Mapping[str, BothNames]:
    return await names_of_townships(session, {row.township_code for rows in lists for row in rows})


def _at_stop(code: str, row: Row[Any], names: Mapping[str, BothNames]) -> Task:
    """About a stop, or about a booth where the row is of one."""
    facts = _where(row, names) | {"on": row.on.isoformat(), "part": row.part}
    booth = row._mapping.get("assignment_id")
    if booth is not None:
        facts |= _item(row)
    # A booth is reported on the page of its stop; an offer is answered by itself.
    about = f"assignment:{booth}" if code == "assignment_to_answer" else f"stop:{row.stop_id}"
    return Task(code, about, facts, due_on=row.on)


def _item(row: Row[Any]) -> Facts:
    return {"item": row.item_name, "item_en": row.item_name_en}


def _where(row: Row[Any], names: Mapping[str, BothNames]) -> Facts:
    name, name_en = names.get(row.township_code, (row.township_code, row.township_code))
    return {"place": row.place, "township": name, "township_en": name_en}


def _campaign(row: Row[Any], campaigns: Mapping[str, BothNames]) -> Facts:
    name, name_en = campaigns[row.campaign_id]
    return {"campaign": name, "campaign_en": name_en}
