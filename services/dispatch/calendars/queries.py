"""Reads of calendars: the actor's own, the one of an address, and what belongs into one."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.availability.queries import volunteers_by_no
from services.dispatch.calendars.domain import Calendar, Occasion, Party
from services.dispatch.calendars.tables import calendar
from services.dispatch.directory.queries import is_retired, names_of_teams, names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.rosters.queries import booths_of_volunteer
from services.dispatch.stops.domain.stop import STANDING, Assignment, Stop
from services.dispatch.stops.queries.lookups import announced_booths, announced_since
from shared.db.successors import current_code
from shared.kernel.access import Grant
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]

SHOWN_DAYS = 60
"""A calendar shows what was in so many days before today, and all that is ahead."""

MOST_ENTRIES = 1000


async def list_calendars(uow: UnitOfWork) -> list[View]:
    """The calendars that the actor may subscribe to, each with the moment from which its address holds; None where
    the actor has none. What is not there (any more) has no calendar."""
    grant = uow.permit(POLICY, "subscribe_calendar")
    async with uow.reading() as session:
        query = select(calendar.c.party, calendar.c.code, calendar.c.made_at)
        rows = await session.execute(query.where(calendar.c.account_id == grant.subject))
        made = {(row.party, row.code): row.made_at for row in rows}
        return [
            {"party": party, "party_code": code, "made_at": made.get((party, code))}
            for party, code in own_parties(grant, uow.actor.volunteer_no)
            if await is_there(session, party, code)
        ]


def own_parties(grant: Grant, volunteer_no: str | None) -> list[tuple[Party, str]]:
    """What concerns an actor: whoever leads a team may have duties as well."""
    persons = grant.persons | ({volunteer_no} if volunteer_no else set())
    return [
        *(("volunteer", no) for no in sorted(persons)),
        *(("team", code) for code in sorted(grant.teams)),
        *(("township", code) for code in sorted(grant.townships)),
    ]


async def calendar_of_secret(session: AsyncSession, secret_hash: str) -> Calendar | None:
    query = select(Calendar).where(calendar.c.secret_hash == secret_hash)
    return (await session.scalars(query)).one_or_none()


async def id_of_calendar(
    session: AsyncSession, account_id: str, party: Party, code: str
) -> str | None:
    found: str | None = await session.scalar(
        select(calendar.c.id).where(
            calendar.c.account_id == account_id, calendar.c.party == party, calendar.c.code == code
        )
    )
    return found


async def is_there(session: AsyncSession, party: Party, code: str) -> bool:
    """Whether the party is still there: a volunteer who has not left, a team of the corps, a township by the code that
    it has now. One that turned out to be another one's double is not."""
    if await current_code(session, party, code) != code:
        return False
    if party == "township":
        return code in await names_of_townships(session, [code])
    if party == "team":
        is_known = code in await names_of_teams(session, [code])
        return is_known and not await is_retired(session, code)
    person = (await volunteers_by_no(session, [code])).get(code)
    return person is not None and person.active


async def occasions_of(
    session: AsyncSession, party: Party, code: str, since: date
) -> list[Occasion]:
    """What belongs into a party's calendar, from ``since`` on."""
    if party == "volunteer":
        ids = await booths_of_volunteer(session, code, since)
        booths = await announced_booths(session, ids)
        return await _occasions(session, [(entry.id, stop, [entry]) for stop, entry in booths])
    named = {"team": code} if party == "team" else {"township": code}
    stops = await announced_since(session, since, **named, limit=MOST_ENTRIES)
    return await _occasions(
        session,
        [
            (stop.id, stop, [entry for entry in _held(stop) if _is_of(entry, party, code)])
            for stop in stops
        ],
    )


async def names_of(session: AsyncSession, party: Party, code: str) -> tuple[str, str]:
    """What a team or township is called, in Chinese and in English; who a volunteer is, nobody knows here."""
    if party == "volunteer":
        return "", ""
    named = names_of_teams if party == "team" else names_of_townships
    return (await named(session, [code])).get(code, (code, code))


def first_shown(today: date) -> date:
    return today - timedelta(days=SHOWN_DAYS)


def uid_of(key: str) -> str:
    """The id of a stop or booth opens other operations to those who may use them; a calendar needs none of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _held(stop: Stop) -> Iterable[Assignment]:
    return (entry for entry in stop.assignments if entry.state in STANDING)


def _is_of(entry: Assignment, party: Party, code: str) -> bool:
    return party == "township" or entry.team_code == code


async def _occasions(
    session: AsyncSession, found: Sequence[tuple[str, Stop, Sequence[Assignment]]]
) -> list[Occasion]:
    townships = await names_of_townships(session, {stop.township_code for _, stop, _ in found})
    teams = await names_of_teams(
        session, {entry.team_code for _, _, booths in found for entry in booths}
    )
    return [
        Occasion(
            uid_of(key),
            stop.on,
            stop.part,
            {
                "township": list(townships.get(stop.township_code, (stop.township_code,) * 2)),
                "place": stop.place,
                "lat": round(stop.lat, 5),
                "lon": round(stop.lon, 5),
                "booths": [
                    [
                        [entry.item_name, entry.item_name_en],
                        list(teams.get(entry.team_code, (entry.team_code,) * 2)),
                    ]
                    for entry in booths
                ],
            },
        )
        for key, stop, booths in found
    ]
