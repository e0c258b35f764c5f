"""What catalog can be told to do. One function a use case; each owns its transaction."""

from collections.abc import Callable, Iterable
from datetime import date

from services.catalog.application.accounts_of_persons import close_leaders
from services.catalog.application.campaigns import add_standing_campaigns
from services.catalog.application.policy import POLICY
from services.catalog.domain.directory import Agency, Category, Entry, ServiceItem, Team, Township
from services.catalog.domain.edition import Edition
from shared.contracts.base import Point
from shared.contracts.catalog import (
    EditionPublished,
    EditionRetired,
    EditionWithdrawalRequested,
    MenuItem,
    ServiceItemChanged,
    TeamChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_agency(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Agency:
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        agency = await tx.find(Agency, code)
        if agency is None:
            tx.add(agency := Agency(code=code, name=name, name_en=name_en))
        else:
            agency.correct(name=name, name_en=name_en)
        return agency


async def enter_category(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Category:
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        category = await tx.find(Category, code)
        if category is None:
            tx.add(category := Category(code=code, name=name, name_en=name_en))
        else:
            category.correct(name=name, name_en=name_en)
        return category


async def enter_township(uow: UnitOfWork, code: str, *, name: str, name_en: str, lat: float, lon: float) -> Township:
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        township = await tx.find(Township, code)
        if township is None:
            tx.add(township := Township(code=code, name=name, name_en=name_en, lat=lat, lon=lon))
        elif not township.correct(name=name, name_en=name_en, lat=lat, lon=lon):
            return township
        tx.record(township, TownshipChanged(code=code, name=name, name_en=name_en, centre=Point(lat=lat, lon=lon)))
        return township


async def register_team(uow: UnitOfWork, code: str, *, name: str, name_en: str, agency_code: str, members: int) -> Team:
    """Enters a team, or corrects its entry. :raises InvalidInput: the agency is not known."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        agency = await tx.find(Agency, agency_code)
        if agency is None:
            raise InvalidInput("unknown_code", field="agency_code", kind=Agency.kind, codes=agency_code)
        team = await tx.find(Team, code)
        facts = {"name": name, "name_en": name_en, "agency_code": agency_code, "members": members}
        event: type[TeamRegistered] = TeamChanged
        if team is None:
            event = TeamRegistered
            tx.add(team := Team(code=code, name=name, name_en=name_en, agency_code=agency_code, members=members))
        elif not team.correct(**facts):
            return team
        tx.record(team, _as_event(event, team, agency))
        return team


async def retire_team(uow: UnitOfWork, code: str) -> Team:
    """The team leaves the corps: dispatch frees what it still has ahead, and offers it nothing any more; nobody leads
    it."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        team = await _change_team(tx, code, Team.retire)
        await close_leaders(uow, tx, code)
        return team


async def reinstate_team(uow: UnitOfWork, code: str) -> Team:
    """The team comes back; what was given to others meanwhile stays theirs."""
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


async def enter_item(
    uow: UnitOfWork,
    code: str,
    *,
    name: str,
    name_en: str,
    category_code: str,
    teams: list[str],
    volunteers_needed: int,
    minutes_per_resident: int,
) -> ServiceItem:
    """Enters a service item, or corrects it. :raises InvalidInput: its category or a team is not known."""
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        await _require_known(tx, Category, [category_code], field="category_code")
        await _require_known(tx, Team, teams, field="teams")
        item = await tx.find(ServiceItem, code)
        await _require_active(tx, set(teams) - set(item.teams if item else ()))
        wanted = ServiceItem(
            code=code,
            name=name,
            name_en=name_en,
            category_code=category_code,
            teams=teams,
            volunteers_needed=volunteers_needed,
            minutes_per_resident=minutes_per_resident,
        )
        if item is None:
            tx.add(item := wanted)
        elif not item.correct(
            name=name,
            name_en=name_en,
            category_code=category_code,
            teams=teams,
            volunteers_needed=volunteers_needed,
            minutes_per_resident=minutes_per_resident,
        ):
            return item
        tx.record(
            item,
            ServiceItemChanged(
                code=code,
                name=name,
                name_en=name_en,
                category_code=category_code,
                teams=tuple(teams),
                volunteers_needed=volunteers_needed,
                minutes_per_resident=minutes_per_resident,
            ),
        )
        return item


async def draft_edition(
    uow: UnitOfWork, code: str, *, title: str, effective_on: date, retires_on: date, item_codes: list[str]
) -> Edition:
    """:raises InvalidInput: an item is not known. :raises IllegalTransition: it is published already."""
    uow.permit(POLICY, "draft_edition")
    async with uow.transaction() as tx:
        await _require_known(tx, ServiceItem, item_codes, field="item_codes")
        edition = await tx.find(Edition, code)
        if edition is None:
            edition = Edition(
                code=code, title=title, effective_on=effective_on, retires_on=retires_on, item_codes=item_codes
            )
            tx.add(edition)
        else:
            edition.redraft(title=title, effective_on=effective_on, retires_on=retires_on, item_codes=item_codes)
        return edition


async def publish_edition(uow: UnitOfWork, code: str, confirmed: Confirmations = ()) -> Edition:
    """Every year that the edition is in force in has a 常态 from then on.

    :raises ConfirmationNeeded: its last day is over, so that nobody can order from it.
    """
    uow.permit(POLICY, "publish_edition")
    async with uow.transaction() as tx:
        await tx.lock_service()
        edition = await tx.get(Edition, code)
        doubts = Doubts(confirmed)
        if edition.state == "draft" and edition.retires_on < (today := uow.today()):
            doubts.add("edition_over", "retires_on", last=edition.retires_on, today=today)
        doubts.settle()
        items = [await tx.get(ServiceItem, item_code) for item_code in edition.item_codes]
        teams = await tx.find_all(Team, {code for item in items for code in item.teams})
        edition.publish(items, active_teams={code for code, team in teams.items() if team.state == "active"})
        await add_standing_campaigns(tx, edition.years())
        tx.record(
            edition,
            EditionPublished(
                edition_id=code,
                title=edition.title,
                effective_on=edition.effective_on,
                retires_on=edition.retires_on,
                items=tuple(MenuItem.model_validate(dish) for dish in edition.menu),
            ),
        )
        return edition


async def withdraw_edition(uow: UnitOfWork, code: str) -> Edition:
    """Asks for an edition that was published by mistake to be withdrawn. That is possible until the first order from
    it is handed in, and only requests knows that: it closes the edition, or refuses."""
    uow.permit(POLICY, "publish_edition")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, code)
        edition.ask_for_withdrawal()
        tx.record(edition, EditionWithdrawalRequested(edition_id=code))
        return edition


async def note_edition_closed(uow: UnitOfWork, event: EditionClosed) -> None:
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, event.edition_id)
        edition.withdraw()
        tx.record(edition, EditionRetired(edition_id=edition.code, title=edition.title, cause="withdrawn"))


async def note_withdrawal_refused(uow: UnitOfWork, event: EditionWithdrawalRefused) -> None:
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, event.edition_id)
        edition.keep_for(event.orders)


async def _require_active(tx: Transaction, codes: Iterable[str]) -> None:
    """:raises InvalidInput: a team has left the corps; names it."""
    gone = [code for code, team in (await tx.find_all(Team, set(codes))).items() if team.state == "retired"]
    if gone:
        raise InvalidInput("team_retired", field="teams", codes=", ".join(sorted(gone)))


async def _require_known(tx: Transaction, kind: type[Entry], codes: Iterable[str], *, field: str) -> None:
    unknown = [code for code in codes if await tx.find(kind, code) is None]
    if unknown:
        raise InvalidInput("unknown_code", field=field, kind=kind.kind, codes=", ".join(unknown))
