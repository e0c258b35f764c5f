"""Entering and correcting the directory, and teams that leave the corps."""

from collections.abc import Callable

from services.catalog.accounts.use_cases.persons import close_accounts_of_leaders
from services.catalog.directory.domain import Agency, Category, Team, Township
from services.catalog.policy import POLICY
from shared.contracts.base import Point
from shared.contracts.catalog import TeamChanged, TeamRegistered, TownshipChanged
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_agency(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Agency:
    """Enters an agency, or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        agency = await tx.find(Agency, code)
        if agency is None:
            tx.add(agency := Agency(code=code, name=name, name_en=name_en))
        else:
            agency.correct(name=name, name_en=name_en)
        return agency


async def enter_category(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Category:
    """Enters a heading of the menu, or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        category = await tx.find(Category, code)
        if category is None:
            tx.add(category := Category(code=code, name=name, name_en=name_en))
        else:
            category.correct(name=name, name_en=name_en)
        return category


async def enter_township(
    uow: UnitOfWork, code: str, *, name: str, name_en: str, lat: float, lon: float
) -> Township:
    """Enters a township with its centre in degrees (WGS-84), or corrects its entry."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        township = await tx.find(Township, code)
        if township is None:
            tx.add(township := Township(code=code, name=name, name_en=name_en, lat=lat, lon=lon))
        elif not township.correct(name=name, name_en=name_en, lat=lat, lon=lon):
            return township
        tx.record(
            township,
            TownshipChanged(code=code, name=name, name_en=name_en, centre=Point(lat=lat, lon=lon)),
        )
        return township


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
        team = await tx.find(Team, code)
        facts = {"name": name, "name_en": name_en, "agency_code": agency_code, "members": members}
        event: type[TeamRegistered] = TeamChanged
        if team is None:
            event = TeamRegistered
            tx.add(
                team := Team(
                    code=code, name=name, name_en=name_en, agency_code=agency_code, members=members
                )
            )
        elif not team.correct(**facts):
            return team
        tx.record(team, _as_event(event, team, agency))
        return team


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
