"""What waits for leaders and coordinators, put together from what each capability knows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.queries import first_open_lines, orders_with_open_lines
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
from shared.kernel.access import Role
from shared.tasks.kinds import SharedKind, SharedKinds, only
from shared.tasks.queries import Choice, HeldBy, choice_of, with_holders
from shared.tasks.task import MOST_OF_A_KIND, Task, Tasks
from shared.unit_of_work import UnitOfWork

Facts = dict[str, str | int]
Group = tuple[str, int, list[Task]]


OVERDUE = ("planned", "under_way")
"""The states of a stop whose day has passed, and that nobody completed or called off."""


async def list_tasks(uow: UnitOfWork, held_by: HeldBy | None = None) -> Tasks:
    """For a leader: booths to answer, stops to start and booths to report today. For the corps: stops whose day has
    passed, plans to publish, failed runs, and lines that no plan serves; with ``held_by`` only those of the corps that
    the asker works on, or nobody."""
    grant = uow.permit(POLICY, "read_tasks")
    choice = choice_of(uow, held_by)
    groups: list[Group] = []
    async with uow.reading() as session:
        if grant.teams and choice.is_all:
            groups += await _tasks_of_teams(session, grant.teams, choice.today)
        if Role.COORDINATOR in uow.actor.roles:
            groups += await _tasks_of_corps(session, choice)
        return await with_holders(session, SHARED_KINDS, choice, Tasks.of(*groups))


async def _overdue_stops(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    rows, _ = await first_stops(
        session,
        states=OVERDUE,
        last=today - timedelta(days=1),
        chosen=only(ids),
        limit=len(ids),
    )
    return {row.stop_id for row in rows}


async def _kept_candidates(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    campaigns = await open_campaigns(session, today)
    rows = await first_candidates_to_publish(session, campaigns, chosen=only(ids), limit=len(ids))
    return {row.id for row in rows}


async def _failed_runs(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    campaigns = await open_campaigns(session, today)
    rows = await first_failed_runs(session, campaigns, chosen=only(ids), limit=len(ids))
    return {row.id for row in rows}


async def _unserved_orders(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    return await orders_with_open_lines(session, await open_campaigns(session, today), ids)


SHARED_KINDS: SharedKinds = {
    "stop_overdue": SharedKind("stop", _overdue_stops),
    "candidate_to_publish": SharedKind("candidate", _kept_candidates),
    "run_failed": SharedKind("planning_run", _failed_runs),
    "line_unserved": SharedKind("order", _unserved_orders),
}
"""Whoever takes an unserved line has all such lines of its order: they are planned together."""


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


async def _tasks_of_corps(session: AsyncSession, choice: Choice) -> list[Group]:
    campaigns = await open_campaigns(session, choice.today)
    overdue, overdue_count = await first_stops(
        session,
        states=OVERDUE,
        last=choice.today - timedelta(days=1),
        chosen=choice.of("stop_overdue"),
        limit=MOST_OF_A_KIND,
    )
    lines, line_count = await first_open_lines(
        session, campaigns, chosen=choice.of("line_unserved"), limit=MOST_OF_A_KIND
    )
    names = await _townships_of(session, overdue, lines)
    return [
        ("stop_overdue", overdue_count, [_at_stop("stop_overdue", row, names) for row in overdue]),
        *await _tasks_of_planning(session, choice, campaigns),
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


async def _tasks_of_planning(
    session: AsyncSession, choice: Choice, campaigns: Mapping[str, BothNames]
) -> list[Group]:
    candidates = await first_candidates_to_publish(
        session, campaigns, chosen=choice.of("candidate_to_publish"), limit=MOST_OF_A_KIND
    )
    failed = await first_failed_runs(
        session, campaigns, chosen=choice.of("run_failed"), limit=MOST_OF_A_KIND
    )
    to_publish = [
        Task(
            "candidate_to_publish",
            f"candidate:{row.id}",
            _campaign(row, campaigns) | {"count": int(row.score["lines_served"])},
        )
        for row in candidates
    ]
    to_repeat = [
        Task("run_failed", f"planning_run:{row.id}", _campaign(row, campaigns)) for row in failed
    ]
    return [
        ("candidate_to_publish", len(candidates), to_publish),
        ("run_failed", len(failed), to_repeat),
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
