"""Puts a stop on paper: the names of who stands there, for those who may know them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.contacts.domain import Contact
from services.catalog.contacts.queries import first_contact
from services.catalog.contacts.queries import open_value as open_contact
from services.catalog.directory.domain import Team, Township
from services.catalog.directory.queries import entries_of
from services.catalog.policy import POLICY
from services.catalog.records.domain import BoothOnPaper, OnPaper, PaperForm, StopOnPaper
from services.catalog.records.queries import booths_of_stop
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import open_value, volunteers_among
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)


class Mergeable(Protocol):
    merged_into: str | None


Entry = TypeVar("Entry", bound=Mergeable)


async def print_sheet(uow: UnitOfWork, stop_id: str, sheet: PaperForm) -> StopOnPaper:
    """Returns the booths of a stop that are in the actor's reach with the names of who stands there, and notes of each
    whose name it shows that it did, for which sheet and to whom. A volunteer who is another team's now is listed by
    number alone, except to the corps.

    :raises NotFound: no booth of the stop is in the actor's reach, or its day is longer ago than they are kept.
    """
    grant = uow.permit(POLICY, "print_sheets")
    async with uow.transaction() as tx:
        rows = await booths_of_stop(tx.session, stop_id)
        teams = await _present(
            partial(entries_of, tx.session, Team), {row.team_code for row in rows}
        )
        own = [
            (row, team)
            for row in rows
            for team in [teams.get(row.team_code)]
            if grant.covers(teams=[row.team_code if team is None else team.code])
        ]
        if not own:
            raise NotFound("stop_sheet", stop_id)
        numbers = {no for row, _ in own for no in (*row.volunteer_nos, *row.standby_nos)}
        people = await _people(uow, tx, grant, numbers)
        in_charge = {
            code: await _in_charge(uow, tx, code, sheet)
            for code in dict.fromkeys(team.code for _, team in own if team is not None)
        }
        for no in sorted({each.no for each in people.values() if each.name is not None}):
            tx.note(Volunteer.kind, no, shown="name", purpose=sheet, stop_id=stop_id)
        booths = [
            _booth(row, team, in_charge.get(team.code) if team else None, people)
            for row, team in own
        ]
        first = own[0][0]
        named = await _townships(tx.session, [row.township_code for row, _ in own])
    log.info("sheet printed", sheet=sheet, stop_id=stop_id, by=uow.actor.subject)
    return StopOnPaper(
        place=first.place,
        on=first.on,
        part=first.part,
        townships=named,
        booths=sorted(booths, key=lambda each: each.team_code),
    )


async def _people(
    uow: UnitOfWork, tx: Transaction, grant: Grant, numbers: Collection[str]
) -> dict[str, OnPaper]:
    """Of each number who it is now: of an entry that was merged, the one that stayed."""
    found = await _present(partial(volunteers_among, tx.session), numbers)

    def listed(no: str) -> OnPaper:
        person = found.get(no)
        if person is None:
            return OnPaper(no, None)
        may_know = grant.covers(teams=[person.team_code])
        return OnPaper(person.no, open_value(uow.vault, person, "name") if may_know else None)

    return {no: listed(no) for no in numbers}


async def _in_charge(
    uow: UnitOfWork, tx: Transaction, team_code: str, sheet: PaperForm
) -> str | None:
    """The name of the team's first contact; that it was shown is noted."""
    found = await first_contact(tx.session, "team", team_code)
    name = None if found is None else open_contact(uow.vault, found, "name")
    if found is not None and name is not None:
        tx.note(Contact.kind, found.id, shown="name", purpose=sheet)
    return name


async def _present(
    read: Callable[[Collection[str]], Awaitable[dict[str, Entry]]], codes: Collection[str]
) -> dict[str, Entry]:
    """By the code that the events said, the entry that stands for it now: of one that was merged, the one that
    stayed."""
    found = await read(codes)
    while ahead := {one.merged_into for one in found.values() if one.merged_into} - found.keys():
        found |= await read(ahead)

    def now(entry: Entry) -> Entry:
        while entry.merged_into is not None:
            entry = found[entry.merged_into]
        return entry

    return {code: now(found[code]) for code in codes if code in found}


async def _townships(session: AsyncSession, codes: Sequence[str]) -> list[tuple[str, str]]:
    found = await entries_of(session, Township, set(codes))
    return [
        (found[code].name, found[code].name_en) if code in found else (code, code)
        for code in dict.fromkeys(codes)
    ]


def _booth(
    row: Row[Any], team: Team | None, in_charge: str | None, people: Mapping[str, OnPaper]
) -> BoothOnPaper:
    return BoothOnPaper(
        item_name=row.item_name,
        item_name_en=row.item_name_en,
        team_code=row.team_code if team is None else team.code,
        team_name=row.team_code if team is None else team.name,
        team_name_en=row.team_code if team is None else team.name_en,
        in_charge=in_charge,
        needed=row.volunteers,
        volunteers=[people[no] for no in row.volunteer_nos],
        standby=[people[no] for no in row.standby_nos],
    )
