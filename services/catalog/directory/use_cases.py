"""Entering and correcting the directory, and teams that leave the corps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from services.catalog.accounts.use_cases.persons import close_accounts_of_leaders
from services.catalog.directory.domain import Agency, Category, Entry, Team, Township
from services.catalog.directory.queries import agencies_with_credit_code, require_known
from services.catalog.policy import POLICY
from shared.contracts.base import Point
from shared.contracts.catalog import TeamChanged, TeamRegistered, TownshipChanged
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.pinyin import initials, syllables
from shared.unit_of_work import Transaction, UnitOfWork

E = TypeVar("E", bound=Entry)

Facts = Mapping[str, Any]
"""Values of an entry by field: all that a new one needs, or some of one that exists."""


async def enter_agency(
    uow: UnitOfWork,
    code: str,
    *,
    name: str,
    name_en: str,
    credit_code: str | None = None,
    confirmed: Confirmations = (),
) -> Agency:
    """Enters an agency, or corrects its entry.

    :raises ConfirmationNeeded: another agency has the same credit code, as only parts of one body do.
    :raises Conflict: it was merged into another one.
    """
    uow.permit(POLICY, "enter_directory")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.find(Agency, code)
        if credit_code is not None and (found is None or found.credit_code != credit_code):
            others = await agencies_with_credit_code(tx.session, credit_code)
            if names := [name for other, name in others.items() if other != code]:
                doubts.add("credit_code_twice", "credit_code", agencies="、".join(names))
        doubts.settle()
        facts = {"code": code, "name": name, "name_en": name_en, "credit_code": credit_code}
        if found is not None:
            found.require_unmerged("code")
        return put_named(tx, Agency, found, facts)


async def enter_category(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Category:
    """Enters a heading of the menu, or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        found = await tx.find(Category, code)
        return put_named(tx, Category, found, {"code": code, "name": name, "name_en": name_en})


async def enter_township(
    uow: UnitOfWork,
    code: str,
    *,
    name: str,
    name_en: str,
    lat: float,
    lon: float,
    population: int | None = None,
    area_km2: float | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Township:
    """Enters a township with its centre in degrees (WGS-84), or corrects its entry.

    :raises InvalidInput: its code would end before it begins.
    :raises Conflict: the day on which its code ends is settled, for another one follows.
    """
    uow.permit(POLICY, "enter_directory")
    if Township.is_backwards(valid_from, valid_to):
        raise InvalidInput("validity_backwards", field="valid_to", first=valid_from)
    facts: dict[str, Any] = {"code": code, "name": name, "name_en": name_en}
    facts |= {"lat": lat, "lon": lon}
    facts |= {"population": population, "area_km2": area_km2}
    facts |= {"valid_from": valid_from, "valid_to": valid_to}
    async with uow.transaction() as tx:
        found = await tx.find(Township, code)
        if found is not None and found.new_code is not None and found.valid_to != valid_to:
            raise Conflict("township_has_new_code", field="valid_to", township_code=found.new_code)
        return put_township(tx, found, facts)


async def register_team(
    uow: UnitOfWork,
    code: str,
    *,
    name: str,
    name_en: str,
    agency_code: str,
    members: int,
    area: Sequence[str] = (),
) -> Team:
    """Enters a team, or corrects its entry.

    :raises InvalidInput: the agency or a township of its area is not known, or a township is named twice; or the agency
        was merged into another one. :raises Conflict: the team was.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        agency = await tx.find(Agency, agency_code)
        if agency is None:
            raise InvalidInput(
                "unknown_code", field="agency_code", kind=Agency.kind, codes=agency_code
            )
        agency.require_choosable("agency_code")
        if twice := sorted({one for one in area if area.count(one) > 1}):
            raise InvalidInput("repeated_code", field="area", codes=", ".join(twice))
        await require_known(tx, Township, area, field="area")
        facts: dict[str, Any] = {"name": name, "name_en": name_en, "agency_code": agency_code}
        facts |= {"members": members, "area": list(area)}
        return put_team(tx, await tx.find(Team, code), agency, {"code": code, **facts})


def put_named(tx: Transaction, kind: type[E], found: E | None, facts: Facts) -> E:
    """Enters what has a code and a name only, or takes ``facts`` over into the entry that was ``found``."""
    if found is None:
        tx.add(found := kind(**facts))
    else:
        found.correct(**facts)
    found.spelling = spelled(found.name)
    return found


def put_township(tx: Transaction, found: Township | None, facts: Facts) -> Township:
    """Enters a township, or takes ``facts`` over into the entry that was ``found``."""
    if found is None:
        tx.add(found := Township(**facts))
    elif not found.correct(**facts):
        return found
    found.spelling = spelled(found.name)
    tx.record(found, township_as_event(found))
    return found


def put_team(tx: Transaction, found: Team | None, agency: Agency, facts: Facts) -> Team:
    """Enters a team of ``agency``, or takes ``facts`` over into the entry that was ``found``.

    :raises Conflict: that one was merged into another.
    """
    if found is not None:
        found.require_unmerged("code")
    if found is None:
        tx.add(found := Team(**facts))
        tx.record(found, team_as_event(TeamRegistered, found, agency))
    elif found.correct(**facts):
        tx.record(found, team_as_event(TeamChanged, found, agency))
    found.spelling = spelled(found.name)
    return found


def spelled(name: str) -> str:
    """A name as it is typed in pinyin and by initials: 文化局 is ``wenhuaju whj``."""
    return f"{''.join(syllables(name))} {''.join(initials(name))}".lower()


async def retire_team(uow: UnitOfWork, code: str) -> Team:
    """Takes a team out of the corps, and ends its leaders' accounts.

    Dispatch frees what the team still has ahead, and offers it nothing any more.

    :raises NotFound: there is no such team. :raises IllegalTransition: it has left before.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        team = await _change_team(tx, code, Team.retire)
        await close_accounts_of_leaders(uow, tx, code)
        return team


async def reinstate_team(uow: UnitOfWork, code: str) -> Team:
    """Takes a team back into the corps; what was given to others meanwhile stays theirs.

    :raises NotFound: there is no such team. :raises IllegalTransition: it has not left.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        return await _change_team(tx, code, Team.reinstate)


async def _change_team(tx: Transaction, code: str, step: Callable[[Team], None]) -> Team:
    team = await tx.get(Team, code)
    step(team)
    tx.record(team, team_as_event(TeamChanged, team, await tx.get(Agency, team.agency_code)))
    return team


def township_as_event(township: Township) -> TownshipChanged:
    return TownshipChanged(
        code=township.code,
        name=township.name,
        name_en=township.name_en,
        centre=Point(lat=township.lat, lon=township.lon),
        population=township.population,
        valid_from=township.valid_from,
        valid_to=township.valid_to,
        former_code=township.former_code,
    )


def team_as_event(kind: type[TeamRegistered], team: Team, agency: Agency) -> TeamRegistered:
    """:raises RuntimeError: it was merged, after which nothing more is said of it."""
    if team.state == "merged":
        raise RuntimeError("a merged team changes no more")
    return kind(
        code=team.code,
        name=team.name,
        name_en=team.name_en,
        agency_code=agency.code,
        agency_name=agency.name,
        members=team.members,
        area=tuple(team.area),
        state=team.state,
    )
