"""Entering and correcting the directory, and teams that leave the corps."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pypinyin import Style, lazy_pinyin

from services.catalog.accounts.use_cases.persons import close_accounts_of_leaders
from services.catalog.directory.domain import Agency, Category, Entry, Team, Township
from services.catalog.policy import POLICY
from shared.contracts.base import Point
from shared.contracts.catalog import TeamChanged, TeamRegistered, TownshipChanged
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork

E = TypeVar("E", bound=Entry)

Facts = Mapping[str, Any]
"""Values of an entry by field: all that a new one needs, or some of one that exists."""


async def enter_agency(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Agency:
    """Enters an agency, or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        found = await tx.find(Agency, code)
        return put_named(tx, Agency, found, {"code": code, "name": name, "name_en": name_en})


async def enter_category(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Category:
    """Enters a heading of the menu, or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        found = await tx.find(Category, code)
        return put_named(tx, Category, found, {"code": code, "name": name, "name_en": name_en})


async def enter_township(
    uow: UnitOfWork, code: str, *, name: str, name_en: str, lat: float, lon: float
) -> Township:
    """Enters a township with its centre in degrees (WGS-84), or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        facts = {"code": code, "name": name, "name_en": name_en, "lat": lat, "lon": lon}
        return put_township(tx, await tx.find(Township, code), facts)


async def register_team(
    uow: UnitOfWork, code: str, *, name: str, name_en: str, agency_code: str, members: int
) -> Team:
    """Enters a team, or corrects its entry.

    :raises InvalidInput: the agency is not known.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        agency = await tx.find(Agency, agency_code)
        if agency is None:
            raise InvalidInput(
                "unknown_code", field="agency_code", kind=Agency.kind, codes=agency_code
            )
        facts = {"name": name, "name_en": name_en, "agency_code": agency_code, "members": members}
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
    centre = Point(lat=found.lat, lon=found.lon)
    names = {"name": found.name, "name_en": found.name_en}
    tx.record(found, TownshipChanged(code=found.code, **names, centre=centre))
    return found


def put_team(tx: Transaction, found: Team | None, agency: Agency, facts: Facts) -> Team:
    """Enters a team of ``agency``, or takes ``facts`` over into the entry that was ``found``."""
    if found is None:
        tx.add(found := Team(**facts))
        tx.record(found, _as_event(TeamRegistered, found, agency))
    elif found.correct(**facts):
        tx.record(found, _as_event(TeamChanged, found, agency))
    found.spelling = spelled(found.name)
    return found


def spelled(name: str) -> str:
    """A name as it is typed in pinyin and by initials: 文化局 is ``wenhuaju whj``."""
    whole, initials = (
        "".join(lazy_pinyin(name, style=style)) for style in (Style.NORMAL, Style.FIRST_LETTER)
    )
    return f"{whole} {initials}".lower()


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
    tx.record(team, _as_event(TeamChanged, team, await tx.get(Agency, team.agency_code)))
    return team


def _as_event(kind: type[TeamRegistered], team: Team, agency: Agency) -> TeamRegistered:
    return kind(
        code=team.code,
        name=team.name,
        name_en=team.name_en,
        agency_code=agency.code,
        agency_name=agency.name,
        members=team.members,
        state=team.state,
    )
