"""Reads of rosters: who stands where, who may, and which booths are short."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.availability.queries import (
    Volunteer,
    covers,
    days_off,
    teams_with_volunteers,
    volunteers_by_no,
    volunteers_of,
)
from services.dispatch.directory.queries import demands_of_items, names_of_teams, names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.rosters.domain.eligibility import (
    Asked,
    Duty,
    Ranked,
    is_novice_alone,
    reasons_against,
)
from services.dispatch.rosters.domain.substitution import PENDING, Offer, Substitution
from services.dispatch.rosters.tables import duty, offer, roster, substitution
from services.dispatch.stops.domain.stop import LIVE, Assignment, Stop
from services.dispatch.stops.queries.lookups import (
    booth_rows,
    planned_booths,
    stop_of_assignment,
)
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound, Reason
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]
AHEAD_DAYS = 14
"""Booths of so many days are shown, and looked at for who is missing."""
MOST_BOOTHS = 300
AROUND = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A volunteer of the booth's team, with every reason why not, and the last day of duty before."""

    person: Volunteer
    reasons: Sequence[Reason]
    last_on: date | None
    duties: int


async def asked_of(session: AsyncSession, stop: Stop, entry: Assignment) -> Asked:
    """What a booth asks of whoever stands there."""
    return _asked(stop, entry, await demands_of_items(session, [entry.item_code]))


def _asked(
    stop: Stop, entry: Assignment, demands: Mapping[str, tuple[str | None, str | None, bool, bool]]
) -> Asked:
    demand = demands.get(entry.item_code, (None, None, False, False))
    return Asked(entry.id, entry.team_code, stop.half_day, *demand)


async def duties_between(
    session: AsyncSession, numbers: Collection[str], first: date, last: date
) -> dict[str, list[Duty]]:
    """The duties of these volunteers from ``first`` to ``last``, and on the days around that matter for their rest."""
    query = select(duty).where(
        duty.c.volunteer_no.in_(numbers), duty.c.on.between(first - AROUND, last + AROUND)
    )
    rows = list(await session.execute(query))
    booths = await booth_rows(session, {row.assignment_id for row in rows})
    found: dict[str, list[Duty]] = defaultdict(list)
    for row in rows:
        booth = booths.get(row.assignment_id)
        found[row.volunteer_no].append(
            Duty(
                row.volunteer_no,
                row.assignment_id,
                (row.on, row.part),
                booth.place if booth else "",
                booth.item_name if booth else "",
            )
        )
    return found


async def check_people(
    session: AsyncSession, asked: Asked, people: Mapping[str, Volunteer | None]
) -> dict[str, list[Reason]]:
    """Of each of these numbers, every reason why that volunteer may not stand at the booth."""
    (found,) = await check_booths(session, [(asked, people)])
    return found


async def check_booths(
    session: AsyncSession, booths: Sequence[tuple[Asked, Mapping[str, Volunteer | None]]]
) -> list[dict[str, list[Reason]]]:
    """The same of several booths, by as many queries."""
    if not booths:
        return []
    numbers = {no for _, people in booths for no in people}
    days = [asked.half_day[0] for asked, _ in booths]
    duties = await duties_between(session, numbers, min(days), max(days))
    away: dict[str, list[Row[tuple[str, date, date, str | None]]]] = defaultdict(list)
    for row in await days_off(session, "volunteer", numbers, min(days), max(days)):
        away[row.code].append(row)

    def against(asked: Asked, place: int, no: str, person: Volunteer | None) -> list[Reason]:
        is_away = any(covers(row, asked.half_day) for row in away.get(no, ()))
        where = f"volunteers[{place}]"
        return reasons_against(person, asked, duties.get(no, []), is_away, where)

    return [
        {no: against(asked, place, no, people[no]) for place, no in enumerate(people)}
        for asked, people in booths
    ]


async def last_duties(
    session: AsyncSession, numbers: Collection[str], before: date
) -> dict[str, tuple[date, int]]:
    """Of each volunteer with any duty before a day, the last such day and how many there were."""
    query = (
        select(duty.c.volunteer_no, func.max(duty.c.on).label("last"), func.count().label("duties"))
        .where(duty.c.volunteer_no.in_(numbers), duty.c.on <= before)
        .group_by(duty.c.volunteer_no)
    )
    return {row.volunteer_no: (row.last, row.duties) for row in await session.execute(query)}


async def candidates_for(
    session: AsyncSession, asked: Asked, named: Collection[str] = ()
) -> list[Candidate]:
    """The volunteers of the booth's team, and whoever is named beside: those who may come first, the longest waiting
    of them first."""
    people = {each.no: each for each in await volunteers_of(session, asked.team_code)}
    if missing := set(named) - people.keys():
        people |= await volunteers_by_no(session, missing)
    against = await check_people(session, asked, dict(people))
    last = await last_duties(session, list(people), asked.half_day[0])
    found = [
        Candidate(person, against[no], *last.get(no, (None, 0))) for no, person in people.items()
    ]
    return sorted(
        found,
        key=lambda each: (bool(each.reasons), Ranked(each.person, each.last_on, each.duties).rank),
    )


async def get_roster(uow: UnitOfWork, assignment_id: str) -> View:
    """A booth's roster, with everybody of the team who may stand there or may not, and why.

    :raises NotFound: there is no such booth, or it is another team's.
    """
    grant = uow.permit(POLICY, "read_rosters")
    async with uow.reading() as session:
        stop, entry = await _booth(session, grant, assignment_id)
        asked = await asked_of(session, stop, entry)
        kept = (
            await session.execute(select(roster).where(roster.c.assignment_id == assignment_id))
        ).one_or_none()
        named = list(kept.volunteers) if kept else []
        standby = list(kept.standby) if kept else []
        candidates = await candidates_for(session, asked, [*named, *standby])
        (view,) = await _views(session, [(stop, entry, named)])
        pending = (await pending_by_booth(session, [assignment_id])).get(assignment_id, [])
    by_no = {each.person.no: each for each in candidates}
    fit = [no for no in named if no in by_no and not by_no[no].reasons]
    people = [by_no[no].person for no in named if no in by_no]
    return view | {
        "revision": kept.revision if kept else 0,
        "standby": standby,
        "substitutions": [substitution_view(each) for each in pending],
        "substitutes_wanted": len(pending),
        "fit": len(fit),
        "short": max(0, entry.volunteers - len(fit)),
        "novice_alone": is_novice_alone(people),
        "qualification": asked.qualification,
        "is_open": entry.is_live and stop.state == "planned" and stop.on >= uow.today(),
        "candidates": [
            {
                "volunteer_no": each.person.no,
                "novice": each.person.novice,
                "is_named": each.person.no in named,
                "reasons": list(each.reasons),
                "last_on": each.last_on,
                "duties": each.duties,
            }
            for each in candidates
        ],
    }


async def list_rosters(
    uow: UnitOfWork, *, team_code: str | None, short_only: bool, days: int
) -> list[View]:
    """The booths of the coming days with who stands there and who is missing, in the order of time: the own team's,
    for the corps all of teams that keep a list."""
    grant = uow.permit(POLICY, "read_rosters")
    async with uow.reading() as session:
        booths = await booths_to_man(
            session,
            None if grant.everything else grant.teams,
            uow.today(),
            uow.today() + timedelta(days=days),
            team_code=team_code,
        )
    return [view for view in booths if view["short"] or not short_only]


async def booths_to_man(
    session: AsyncSession,
    teams: frozenset[str] | None,
    first: date,
    last: date,
    *,
    team_code: str | None = None,
    states: Collection[str] = LIVE,
) -> list[View]:
    """Live booths of planned stops from ``first`` to ``last``, of these teams (None: of all), with how many volunteers
    stand there who may, and how many are missing. Teams without a list of volunteers are left out."""
    wanted = await teams_with_volunteers(session, teams)
    if team_code is not None:
        wanted &= {team_code}
    rows = await planned_booths(session, wanted, first, last, states, limit=MOST_BOOTHS)
    kept = await _rosters(session, [entry.id for _, entry in rows])
    views = await _views(session, [(stop, entry, kept.get(entry.id, [])) for stop, entry in rows])
    demands = await demands_of_items(session, {entry.item_code for _, entry in rows})
    people = await volunteers_by_no(session, {no for named in kept.values() for no in named})
    booths = [
        (
            _asked(stop, entry, demands),
            {no: people.get(no) for no in kept.get(entry.id, [])},
        )
        for stop, entry in rows
    ]
    pending = await pending_by_booth(session, [entry.id for _, entry in rows])
    for view, against in zip(views, await check_booths(session, booths), strict=True):
        view["fit"] = sum(not reasons for reasons in against.values())
        view["short"] = max(0, view["needed"] - view["fit"])
        view["substitutes_wanted"] = len(pending.get(view["assignment_id"], ()))
    return views


async def short_booths(session: AsyncSession, teams: frozenset[str], today: date) -> list[View]:
    """The booths of the coming days that these teams have taken and at which more volunteers are missing than have
    dropped out: others are asked to come instead of those."""
    until = today + timedelta(days=AHEAD_DAYS)
    views = await booths_to_man(session, teams, today, until, states=("accepted",))
    return [view for view in views if view["short"] > view["substitutes_wanted"]]


async def list_duties(uow: UnitOfWork, volunteer_no: str | None) -> list[View]:
    """The duties from today on of the actor, or of a volunteer within reach, in the order of time.

    :raises NotFound: the volunteer is out of the actor's reach, or not known here.
    """
    grant = uow.permit(POLICY, "read_duties")
    no = volunteer_no or uow.actor.volunteer_no
    if no is None:
        return []
    async with uow.reading() as session:
        if volunteer_no is not None:
            await _require_volunteer(session, grant, no)
        query = select(duty).where(duty.c.volunteer_no == no, duty.c.on >= uow.today())
        rows = list(await session.execute(query.order_by(duty.c.on, duty.c.part.desc())))
        return await _duty_views(session, rows)


async def _duty_views(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[View]:
    booths = await booth_rows(session, {row.assignment_id for row in rows})
    names = await names_of_townships(session, {each.township_code for each in booths.values()})
    views = []
    for row in rows:
        booth = booths.get(row.assignment_id)
        if booth is None:
            continue
        name, name_en = names.get(booth.township_code, (booth.township_code,) * 2)
        views.append(
            {
                "volunteer_no": row.volunteer_no,
                "assignment_id": row.assignment_id,
                "stop_id": booth.stop_id,
                "on": row.on,
                "part": row.part,
                "place": booth.place,
                "township_name": name,
                "township_name_en": name_en,
                "item_name": booth.item_name,
                "item_name_en": booth.item_name_en,
            }
        )
    return views


async def _booth(
    session: AsyncSession, grant: Grant, assignment_id: str
) -> tuple[Stop, Assignment]:
    """:raises NotFound: there is no such booth, or it is another team's."""
    stop = await session.get(Stop, await stop_of_assignment(session, assignment_id))
    if stop is None:
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)
    entry = stop.assignment(assignment_id)
    grant.require(Assignment.kind, assignment_id, teams=[entry.team_code], states=Assignment.STEPS)
    return stop, entry


async def _rosters(session: AsyncSession, assignment_ids: Collection[str]) -> dict[str, list[str]]:
    query = select(roster.c.assignment_id, roster.c.volunteers)
    rows = await session.execute(query.where(roster.c.assignment_id.in_(assignment_ids)))
    return {row.assignment_id: list(row.volunteers) for row in rows}


async def _views(
    session: AsyncSession, booths: Sequence[tuple[Stop, Assignment, list[str]]]
) -> list[View]:
    townships = await names_of_townships(session, {stop.township_code for stop, _, _ in booths})
    teams = await names_of_teams(session, {entry.team_code for _, entry, _ in booths})
    views = []
    for stop, entry, named in booths:
        name, name_en = townships.get(stop.township_code, (stop.township_code,) * 2)
        team, team_en = teams.get(entry.team_code, (entry.team_code,) * 2)
        views.append(
            {
                "assignment_id": entry.id,
                "stop_id": stop.id,
                "on": stop.on,
                "part": stop.part,
                "place": stop.place,
                "township_name": name,
                "township_name_en": name_en,
                "team_code": entry.team_code,
                "team_name": team,
                "team_name_en": team_en,
                "item_name": entry.item_name,
                "item_name_en": entry.item_name_en,
                "state": entry.state,
                "needed": entry.volunteers,
                "volunteers": named,
            }
        )
    return views


async def rosters_of_stop(session: AsyncSession, stop_id: str) -> list[str]:
    """The booths of a stop that have a roster, in order."""
    query = select(roster.c.assignment_id).where(roster.c.stop_id == stop_id)
    return list(await session.scalars(query.order_by(roster.c.assignment_id)))


async def booths_of_volunteer(session: AsyncSession, no: str, today: date) -> list[str]:
    """The booths at which a volunteer stands from a day on."""
    query = select(duty.c.assignment_id).where(duty.c.volunteer_no == no, duty.c.on >= today)
    return list(await session.scalars(query.order_by(duty.c.assignment_id)))


# Substitutions


async def pending_of_booth(session: AsyncSession, assignment_id: str) -> list[str]:
    """The substitutions of a booth that somebody has to see to."""
    query = select(substitution.c.id).where(
        substitution.c.assignment_id == assignment_id, substitution.c.state.in_(PENDING)
    )
    return list(await session.scalars(query.order_by(substitution.c.id)))


async def waiting_at_booth(session: AsyncSession, assignment_id: str) -> set[str]:
    """Who is asked to take a place at a booth and has not answered."""
    query = (
        select(offer.c.volunteer_no)
        .join(substitution, substitution.c.id == offer.c.substitution_id)
        .where(substitution.c.assignment_id == assignment_id, offer.c.state == "waiting")
    )
    return set(await session.scalars(query))


async def booth_of_substitution(session: AsyncSession, substitution_id: str) -> str:
    """:raises NotFound: there is no such substitution."""
    query = select(substitution.c.assignment_id).where(substitution.c.id == substitution_id)
    found: str | None = await session.scalar(query)
    if found is None:
        raise NotFound(Substitution.kind, substitution_id, states=Substitution.STEPS)
    return found


async def overdue_substitutions(
    session: AsyncSession, now: datetime, today: date
) -> list[Row[tuple[str, str, str]]]:
    """Id, booth and stop of those that nobody has taken in time, and of those whose day is over, in the order of
    ids."""
    late = and_(substitution.c.state == "open", substitution.c.until <= now)
    over = and_(substitution.c.state.in_(PENDING), substitution.c.on < today)
    query = select(substitution.c.id, substitution.c.assignment_id, substitution.c.stop_id)
    return list(await session.execute(query.where(or_(late, over)).order_by(substitution.c.id)))


async def pending_by_booth(
    session: AsyncSession, assignment_ids: Collection[str]
) -> dict[str, list[Substitution]]:
    """The substitutions of these booths that somebody has to see to, the oldest first."""
    query = select(Substitution).where(
        substitution.c.assignment_id.in_(assignment_ids), substitution.c.state.in_(PENDING)
    )
    found: dict[str, list[Substitution]] = defaultdict(list)
    for each in await session.scalars(query.order_by(substitution.c.made_at, substitution.c.id)):
        found[each.assignment_id].append(each)
    return found


async def first_with_leader(
    session: AsyncSession, teams: frozenset[str], today: date
) -> list[View]:
    """The substitutions that these teams' leaders have to see to, in the order of time."""
    query = select(Substitution).where(
        substitution.c.team_code.in_(teams),
        substitution.c.on >= today,
        substitution.c.state == "with_leader",
    )
    query = query.order_by(substitution.c.on, substitution.c.part.desc(), substitution.c.id)
    return await _with_places(session, list(await session.scalars(query.limit(MOST_BOOTHS))))


async def list_offers(uow: UnitOfWork, volunteer_no: str | None) -> list[View]:
    """The places that the actor, or a volunteer within reach, is asked to take, in the order of time.

    :raises NotFound: the volunteer is out of the actor's reach, or not known here.
    """
    no, grant = volunteer_no or uow.actor.volunteer_no, uow.permit(POLICY, "read_duties")
    if no is None:
        return []
    async with uow.reading() as session:
        if volunteer_no is not None:
            await _require_volunteer(session, grant, no)
        return await offers_to(session, no, uow.today())


async def offers_to(session: AsyncSession, no: str, today: date) -> list[View]:
    """The places that a volunteer is asked to take, in the order of time."""
    query = (
        select(Substitution)
        .join(Offer, offer.c.substitution_id == substitution.c.id)
        .where(
            offer.c.volunteer_no == no,
            offer.c.state == "waiting",
            substitution.c.state.in_(PENDING),
            substitution.c.on >= today,
        )
    )
    query = query.order_by(substitution.c.on, substitution.c.part.desc(), substitution.c.id)
    return await _with_places(session, list(await session.scalars(query)))


async def _require_volunteer(session: AsyncSession, grant: Grant, no: str) -> None:
    """:raises NotFound: the volunteer is out of reach, or not known here."""
    person = (await volunteers_by_no(session, [no])).get(no)
    teams = [] if person is None else [person.team_code]
    grant.require("volunteer", no, teams=teams, person=no)


async def _with_places(session: AsyncSession, found: Sequence[Substitution]) -> list[View]:
    booths = await booth_rows(session, {each.assignment_id for each in found})
    names = await names_of_townships(session, {each.township_code for each in booths.values()})
    views = []
    for each in found:
        booth = booths[each.assignment_id]
        name, name_en = names.get(booth.township_code, (booth.township_code,) * 2)
        views.append(
            substitution_view(each)
            | {
                "stop_id": booth.stop_id,
                "place": booth.place,
                "township_name": name,
                "township_name_en": name_en,
                "item_name": booth.item_name,
                "item_name_en": booth.item_name_en,
            }
        )
    return views


def substitution_view(each: Substitution) -> View:
    return {
        "id": each.id,
        "assignment_id": each.assignment_id,
        "volunteer_no": each.volunteer_no,
        "on": each.on,
        "part": each.part,
        "until": each.until,
        "state": each.state,
        "by_no": each.by_no,
        "offers": [{"volunteer_no": one.volunteer_no, "state": one.state} for one in each.offers],
    }
