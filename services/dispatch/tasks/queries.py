"""What waits for leaders and coordinators, put together from what each capability knows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.attendance.queries.hours import (
    first_claimed,
    first_to_decide,
    stops_to_decide,
)
from services.dispatch.corrections.queries import first_waiting, stops_with_waiting
from services.dispatch.demand.queries import first_open_lines, orders_with_open_lines
from services.dispatch.directory.queries import (
    BothNames,
    names_of_teams,
    names_of_townships,
    open_campaigns,
)
from services.dispatch.incidents.queries import first_with_open, stops_with_open
from services.dispatch.plans.queries.candidates import first_candidates_to_publish
from services.dispatch.plans.queries.runs import first_failed_runs
from services.dispatch.policy import POLICY
from services.dispatch.preparation.queries import AHEAD, unprepared
from services.dispatch.rosters.queries import first_with_leader, offers_to, short_booths
from services.dispatch.stops.domain.reporting import report_until, reportable_from
from services.dispatch.stops.domain.stop import LIVE, Stop
from services.dispatch.stops.queries.confirmation import (
    first_asking,
    first_overdue,
    first_to_confirm,
)
from services.dispatch.stops.queries.first import (
    first_booths,
    first_doubted,
    first_overdue_stops,
    first_stops,
    stops_with_doubted,
)
from services.dispatch.tickets.queries import View, first_staffing
from shared.kernel.access import Role
from shared.tasks.kinds import SharedKind, SharedKinds, only
from shared.tasks.queries import Choice, HeldBy, choice_of, with_holders
from shared.tasks.task import MOST_OF_A_KIND, Task, Tasks
from shared.unit_of_work import UnitOfWork

Facts = dict[str, str | int]
Group = tuple[str, int, list[Task]]


TO_ANSWER = ("assignment_to_answer", "stop_to_confirm")
"""Tasks that are due before the stop's day."""


async def list_tasks(uow: UnitOfWork, held_by: HeldBy | None = None) -> Tasks:
    """For a leader: booths to answer, stops to start today, booths to report, places to fill that somebody left, and
    booths at which volunteers are missing. For a volunteer: places to take. For both: hours that the other side says
    differently. For an officer: stops to confirm and prepare. For the corps: incidents to see to, booths to come that
    need more volunteers, stops whose day has passed, for which somebody asks for another day or has not answered in
    time, odd figures to look at, reports that a team asks to correct, hours that a person must look at, plans to
    publish, failed runs, and lines that no plan serves; with ``held_by`` only those of the corps that the asker works
    on, or nobody."""
    grant = uow.permit(POLICY, "read_tasks")
    choice = choice_of(uow, held_by)
    groups: list[Group] = []
    async with uow.reading() as session:
        if choice.is_all and (grant.teams or uow.actor.volunteer_no is not None):
            rows, count = await first_claimed(
                session, grant.teams, uow.actor.volunteer_no, limit=MOST_OF_A_KIND
            )
            named = await _townships_of(session, rows)
            claimed = [_at_stop("hours_to_answer", row, named) for row in rows]
            groups.append(("hours_to_answer", count, claimed))
        if grant.teams and choice.is_all:
            groups += await _tasks_of_teams(session, grant.teams, choice.today)
        if uow.actor.volunteer_no is not None and choice.is_all:
            offers = await offers_to(session, uow.actor.volunteer_no, choice.today)
            about = [_of_booth("offer_to_answer", "offer", each, each["id"]) for each in offers]
            groups.append(("offer_to_answer", len(about), about[:MOST_OF_A_KIND]))
        if grant.townships and choice.is_all:
            groups += await _tasks_of_townships(session, grant.townships, choice.today)
        if Role.COORDINATOR in uow.actor.roles:
            groups += await _tasks_of_corps(session, choice)
        return await with_holders(session, SHARED_KINDS, choice, Tasks.of(*groups))


async def _overdue_stops(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    rows, _ = await first_overdue_stops(
        session, today, reportable_from(today), chosen=only(ids), limit=len(ids)
    )
    return {row.stop_id for row in rows}


async def _asking_stops(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    rows, _ = await first_asking(session, today, chosen=only(ids), limit=len(ids))
    return {row.stop_id for row in rows}


async def _unconfirmed_stops(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    rows, _ = await first_overdue(session, today, chosen=only(ids), limit=len(ids))
    return {row.stop_id for row in rows}


async def _stops_to_correct(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    return await stops_with_waiting(session, ids)


async def _stops_with_incidents(
    session: AsyncSession, _today: date, ids: Collection[str]
) -> set[str]:
    return await stops_with_open(session, ids)


async def _stops_with_odd_figures(
    session: AsyncSession, _today: date, ids: Collection[str]
) -> set[str]:
    return await stops_with_doubted(session, ids)


async def _hours_to_decide(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    return await stops_to_decide(session, ids)


async def _kept_candidates(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    campaigns = await open_campaigns(session, today)
    rows = await first_candidates_to_publish(session, campaigns, chosen=only(ids), limit=len(ids))
    return {row.id for row in rows}


async def _unstaffed_booths(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    campaigns = await open_campaigns(session, today)
    views, _ = await first_staffing(session, campaigns, today, chosen=only(ids), limit=len(ids))
    return {view["line_id"] for view in views}


async def _failed_runs(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    campaigns = await open_campaigns(session, today)
    rows = await first_failed_runs(session, campaigns, chosen=only(ids), limit=len(ids))
    return {row.id for row in rows}


async def _unserved_orders(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    return await orders_with_open_lines(session, await open_campaigns(session, today), ids)


SHARED_KINDS: SharedKinds = {
    "stop_overdue": SharedKind("stop", _overdue_stops),
    "another_day_asked": SharedKind("stop", _asking_stops),
    "confirmation_overdue": SharedKind("stop", _unconfirmed_stops),
    "incident_to_see": SharedKind("stop", _stops_with_incidents),
    "figures_to_look_at": SharedKind("stop", _stops_with_odd_figures),
    "correction_to_decide": SharedKind("stop", _stops_to_correct),
    "hours_to_decide": SharedKind("stop", _hours_to_decide),
    "candidate_to_publish": SharedKind("candidate", _kept_candidates),
    "booth_to_staff": SharedKind("staffing", _unstaffed_booths),
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
        first=reportable_from(today),
        last=today,
        limit=MOST_OF_A_KIND,
    )
    names = await _townships_of(session, *(rows for rows, _ in (offers, to_start, to_report)))
    short = await short_booths(session, teams, today)
    left = [
        _of_booth("substitute_to_name", "roster", each, each["assignment_id"])
        for each in await first_with_leader(session, teams, today)
    ]
    return [
        *(
            (code, count, [_at_stop(code, row, names) for row in rows])
            for code, (rows, count) in (
                ("booth_to_report", to_report),
                ("stop_to_start", to_start),
                ("assignment_to_answer", offers),
            )
        ),
        ("substitute_to_name", len(left), left[:MOST_OF_A_KIND]),
        ("roster_short", len(short), [_short(view) for view in short[:MOST_OF_A_KIND]]),
    ]


async def _tasks_of_townships(
    session: AsyncSession, townships: frozenset[str], today: date
) -> list[Group]:
    rows, count = await first_to_confirm(session, townships, today, limit=MOST_OF_A_KIND)
    names = await _townships_of(session, rows)
    near = await unprepared(session, today, today + AHEAD, townships)
    named = await names_of_townships(session, townships)
    return [
        ("stop_to_confirm", count, [_at_stop("stop_to_confirm", row, names) for row in rows]),
        (
            "stop_to_prepare",
            len(near),
            [_to_prepare(*each, named) for each in near[:MOST_OF_A_KIND]],
        ),
    ]


def _to_prepare(stop: Stop, missing: Sequence[str], names: Mapping[str, BothNames]) -> Task:
    name, name_en = names.get(stop.township_code, (stop.township_code,) * 2)
    facts: Facts = {"place": stop.place, "township": name, "township_en": name_en}
    facts |= {"on": stop.on.isoformat(), "part": stop.part, "count": len(missing)}
    return Task("stop_to_prepare", f"stop:{stop.id}", facts, due_on=stop.on)


async def _tasks_of_corps(session: AsyncSession, choice: Choice) -> list[Group]:
    campaigns = await open_campaigns(session, choice.today)
    overdue, overdue_count = await first_overdue_stops(
        session,
        choice.today,
        reportable_from(choice.today),
        chosen=choice.of("stop_overdue"),
        limit=MOST_OF_A_KIND,
    )
    lines, line_count = await first_open_lines(
        session, campaigns, chosen=choice.of("line_unserved"), limit=MOST_OF_A_KIND
    )
    asking, asking_count = await first_asking(
        session, choice.today, chosen=choice.of("another_day_asked"), limit=MOST_OF_A_KIND
    )
    silent, silent_count = await first_overdue(
        session, choice.today, chosen=choice.of("confirmation_overdue"), limit=MOST_OF_A_KIND
    )
    incidents, incident_count = await first_with_open(
        session, chosen=choice.of("incident_to_see"), limit=MOST_OF_A_KIND
    )
    odd, odd_count = await first_doubted(
        session, chosen=choice.of("figures_to_look_at"), limit=MOST_OF_A_KIND
    )
    to_correct, correction_count = await first_waiting(
        session, chosen=choice.of("correction_to_decide"), limit=MOST_OF_A_KIND
    )
    doubtful, doubtful_count = await first_to_decide(
        session, chosen=choice.of("hours_to_decide"), limit=MOST_OF_A_KIND
    )
    staffed, staffed_count = await first_staffing(
        session,
        campaigns,
        choice.today,
        chosen=choice.of("booth_to_staff"),
        limit=MOST_OF_A_KIND,
    )
    names = await _townships_of(
        session, overdue, asking, silent, incidents, odd, to_correct, doubtful, lines
    )
    teams = await names_of_teams(session, {row.team_code for row in odd})
    return [
        *(
            (code, count, [_at_stop(code, row, names) for row in rows])
            for code, rows, count in (
                ("incident_to_see", incidents, incident_count),
                ("stop_overdue", overdue, overdue_count),
                ("another_day_asked", asking, asking_count),
                ("confirmation_overdue", silent, silent_count),
            )
        ),
        ("figures_to_look_at", odd_count, [_to_look_at(row, names, teams) for row in odd]),
        *(
            (code, count, [_at_stop(code, row, names) for row in rows])
            for code, rows, count in (
                ("correction_to_decide", to_correct, correction_count),
                ("hours_to_decide", doubtful, doubtful_count),
            )
        ),
        ("booth_to_staff", staffed_count, [_to_staff(view) for view in staffed]),
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


def _short(view: dict[str, Any]) -> Task:
    """About a booth at which volunteers are missing."""
    count = view["short"] - view["substitutes_wanted"]
    return _of_booth("roster_short", "roster", view, view["assignment_id"], count=count)


def _of_booth(code: str, kind: str, view: dict[str, Any], key: str, **more: int) -> Task:
    facts: Facts = {
        "place": view["place"],
        "part": view["part"],
        "on": view["on"].isoformat(),
        "township": view["township_name"],
        "township_en": view["township_name_en"],
        "item": view["item_name"],
        "item_en": view["item_name_en"],
    }
    return Task(code, f"{kind}:{key}", facts | more, due_on=view["on"])


def _at_stop(code: str, row: Row[Any], names: Mapping[str, BothNames]) -> Task:
    """About a stop, or about a booth where the row is of one."""
    facts = _where(row, names) | {"on": row.on.isoformat(), "part": row.part}
    booth = row._mapping.get("assignment_id")
    if booth is not None:
        facts |= _item(row)
    # A booth is reported on the page of its stop; an offer is answered by itself.
    about = f"assignment:{booth}" if code == "assignment_to_answer" else f"stop:{row.stop_id}"
    answer_by = row._mapping.get("answer_by") if code in TO_ANSWER else None
    if answer_by is not None:
        facts["until"] = answer_by.isoformat()
    if code == "booth_to_report":
        return Task(code, about, facts, due_on=report_until(row.on))
    return Task(code, about, facts, due_on=answer_by or row.on)


def _to_look_at(
    row: Row[Any], names: Mapping[str, BothNames], teams: Mapping[str, BothNames]
) -> Task:
    """About a booth whose figures are odd; it is looked at on the page of its stop."""
    team, team_en = teams.get(row.team_code, (row.team_code, row.team_code))
    facts = _where(row, names) | _item(row) | {"on": row.on.isoformat(), "part": row.part}
    facts |= {"team": team, "team_en": team_en}
    return Task("figures_to_look_at", f"stop:{row.stop_id}", facts, due_on=row.on)


def _to_staff(view: View) -> Task:
    names = ("township", "township_en", "part")
    facts: Facts = {name: view[name] for name in names}
    facts |= {"item": view["item_name"], "item_en": view["item_name_en"]}
    facts |= {"on": view["on"].isoformat(), "now": view["planned"], "then": view["to_volunteers"]}
    facts |= {"wait_now": round(view["wait_now"]), "wait_then": round(view["wait_then"])}
    return Task("booth_to_staff", f"staffing:{view['line_id']}", facts, due_on=view["on"])


def _item(row: Row[Any]) -> Facts:
    return {"item": row.item_name, "item_en": row.item_name_en}


def _where(row: Row[Any], names: Mapping[str, BothNames]) -> Facts:
    name, name_en = names.get(row.township_code, (row.township_code, row.township_code))
    return {"place": row.place, "township": name, "township_en": name_en}


def _campaign(row: Row[Any], campaigns: Mapping[str, BothNames]) -> Facts:
    name, name_en = campaigns[row.campaign_id]
    return {"campaign": name, "campaign_en": name_en}
