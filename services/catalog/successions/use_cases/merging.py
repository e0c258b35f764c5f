"""Merging doubles: one entry goes, the other stays, and whatever named the former means the latter.

A merger can't be undone: once both are one, nobody can tell what was whose. Whoever merges says which state of both
entries was seen, so that nothing is merged that somebody has changed meanwhile. All of it takes the service's lock:
mergers are rare, and a chain of them must not run side by side.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import insert

from services.catalog.accounts.use_cases.persons import (
    move_account_of_person,
    move_accounts_of_team,
)
from services.catalog.activities.use_cases.persons import (
    move_activities_of_team,
    move_registrations,
)
from services.catalog.badges.use_cases.issuing import move_badges
from services.catalog.consultation.use_cases.opinions import move_opinions
from services.catalog.contacts.use_cases import move_contacts
from services.catalog.courses.use_cases.persons import move_places
from services.catalog.directory.domain import Agency, MergeableEntry, Team, Township
from services.catalog.directory.queries import require_known, teams_of_agency
from services.catalog.directory.use_cases import put_named, put_team, team_as_event
from services.catalog.honours.use_cases.awarding import move_honours
from services.catalog.items.use_cases import move_items_of_team
from services.catalog.policy import POLICY
from services.catalog.records.use_cases.certificates import move_certificates
from services.catalog.successions.domain import Kind, require_seen
from services.catalog.successions.queries import content_of, mergers_into, person_content
from services.catalog.successions.tables import merger
from services.catalog.survey.use_cases.merging import move_replies
from services.catalog.volunteers.domain import PersonalField, Volunteer
from services.catalog.volunteers.queries import (
    VolunteerView,
    require_reach,
    view_of,
    volunteers_of_team,
)
from services.catalog.volunteers.use_cases.entering import as_event
from services.catalog.volunteers.use_cases.merging import merge_values, move_requests
from services.catalog.volunteers.use_cases.qualifications import move_qualifications
from services.catalog.windows.use_cases.entering import move_windows_of_team
from services.catalog.windows.use_cases.holding import move_holdings
from services.catalog.wishes.use_cases import move_offers
from shared.contracts.catalog import TeamChanged, TeamMerged, VolunteerMerged
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork

M = TypeVar("M", bound=MergeableEntry)

Values = Mapping[str, Any]
"""What the entry that stays says from now on, by field."""


async def merge_agency(
    uow: UnitOfWork, code: str, *, into: str, values: Values, seen: str
) -> Agency:
    """Merges an agency into another one, which gets ``values``; the teams of both are that one's.

    :raises NotFound: there is no such agency. :raises Conflict: one of them was merged, or has changed since it was
        ``seen``. :raises InvalidInput: both are the same.
    """
    uow.permit(POLICY, "merge_entries")
    async with uow.transaction() as tx:
        gone, kept = await _lock_both(tx, Agency, code, into, seen)
        teams = await teams_of_agency(tx.session, code)
        gone.merge_into(kept)
        put_named(tx, Agency, kept, {"code": into, **values})
        await move_contacts(tx, "agency", code, into)
        for team_code in teams:
            team = await tx.get(Team, team_code)
            team.agency_code = into
            tx.record(team, team_as_event(TeamChanged, team, kept))
        await _note(uow, tx, "agency", code, into)
        return kept


async def merge_team(uow: UnitOfWork, code: str, *, into: str, values: Values, seen: str) -> Team:
    """Merges a team into another one, which gets ``values``. Its people, accounts, items, answers and opinions are that
    one's; what other services keep follows there.

    :raises NotFound: there is no such team. :raises Conflict: one of them was merged, the other one has left the corps,
        or one has changed since it was ``seen``. :raises InvalidInput: both are the same, or a value is not possible.
    """
    uow.permit(POLICY, "merge_entries")
    async with uow.transaction() as tx:
        gone, kept = await _lock_both(tx, Team, code, into, seen)
        agency = await tx.find(Agency, values["agency_code"])
        if agency is None:
            raise InvalidInput(
                "unknown_code",
                field="values.agency_code",
                kind=Agency.kind,
                codes=values["agency_code"],
            )
        agency.require_choosable("values.agency_code")
        area: Sequence[str] = values["area"]
        if twice := sorted({one for one in area if area.count(one) > 1}):
            raise InvalidInput("repeated_code", field="values.area", codes=", ".join(twice))
        await require_known(tx, Township, area, field="values.area")
        earlier = await mergers_into(tx.session, "team", code)
        gone.merge_into(kept)
        await _move_team(uow, tx, code, into)
        for former, name, name_en in [
            *((each.code, each.name, each.name_en) for each in reversed(earlier)),
            (gone.code, gone.name, gone.name_en),
        ]:
            tx.record(kept, TeamMerged(code=former, name=name, name_en=name_en, into_code=into))
        put_team(tx, kept, agency, {"code": into, **values})
        await _note(uow, tx, "team", code, into)
        return kept


async def _move_team(uow: UnitOfWork, tx: Transaction, code: str, into: str) -> None:
    for no in await volunteers_of_team(tx.session, code):
        person = await tx.get(Volunteer, no)
        person.team_code = into
        if person.state in ("active", "left"):
            tx.record(person, as_event(person))
    await move_accounts_of_team(uow, tx, code, into)
    await move_items_of_team(tx, code, into)
    await move_replies(tx, code, into)
    await move_offers(tx, code, into)
    await move_windows_of_team(tx, code, into)
    await move_opinions(tx, "team", code, into)
    await move_contacts(tx, "team", code, into)
    await move_activities_of_team(tx, code, into)


async def merge_volunteer(
    uow: UnitOfWork, no: str, *, into: str, take: Sequence[PersonalField], seen: str
) -> VolunteerView:
    """Merges a volunteer's entry into another one of the same person, which takes over the values named in ``take``.
    The others of the entry that goes are erased; it keeps its number.

    :raises NotFound: there is no such volunteer. :raises IllegalTransition: one of them is erased, or was merged.
    :raises InvalidInput: both are the same, or a value to take over is missing.
    :raises Conflict: one of them has changed since it was ``seen``.
    """
    grant = uow.permit(POLICY, "merge_entries")
    async with uow.transaction() as tx:
        await tx.lock_service()
        found = await tx.find_all(Volunteer, {no, into})
        gone, kept = [require_reach(grant, found.get(each), each) for each in (no, into)]
        require_seen([person_content(gone), person_content(kept)], seen)
        earlier = await mergers_into(tx.session, "volunteer", no)
        await merge_values(tx, uow.vault, gone, kept, take)
        await move_account_of_person(uow, tx, no, into, kept.team_code)
        await move_requests(tx, no, into)
        await move_qualifications(tx, no, kept)
        await move_certificates(tx, no, into)
        await move_registrations(tx, no, into)
        await move_holdings(tx, no, into)
        await move_badges(tx, no, into)
        await move_honours(tx, no, into)
        await move_places(tx, no, into)
        for former in [*(each.code for each in reversed(earlier)), no]:
            tx.record(kept, VolunteerMerged(volunteer_no=former, into_no=into))
        await _note(uow, tx, "volunteer", no, into)
        return view_of(uow.vault, kept)


async def _lock_both(
    tx: Transaction, kind: type[M], code: str, into: str, seen: str
) -> tuple[M, M]:
    await tx.lock_service()
    found = await tx.find_all(kind, {code, into})
    gone, kept = [found.get(each) or await tx.get(kind, each) for each in (code, into)]
    require_seen([content_of(gone), content_of(kept)], seen)
    return gone, kept


async def _note(uow: UnitOfWork, tx: Transaction, kind: Kind, code: str, into: str) -> None:
    row = {"kind": kind, "code": code, "into": into, "merged_on": uow.today()}
    await tx.session.execute(insert(merger).values(**row))
    tx.note(kind, code, merged_into=into)
