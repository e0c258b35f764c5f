"""What is on offer today, and one edition with the names that paper needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Agency, Category, Team
from services.catalog.directory.queries import entries_by_code
from services.catalog.editions.domain import Dish, Edition
from services.catalog.editions.queries import editions_in_force, require_edition
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.eventlog.tables import event_log
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offer:
    """A dish of an edition, and the agencies whose teams in the corps serve it."""

    edition: Edition
    dish: Dish
    category: Category | None
    agencies: tuple[Agency, ...]

    @property
    def item_code(self) -> str:
        return str(self.dish["item_code"])


async def offers_today(uow: UnitOfWork) -> list[Offer]:
    """Returns what may be ordered today. Of an item in several editions, the latest edition counts."""
    uow.permit(POLICY, "read_open_menu")
    async with uow.reading() as session:
        editions = await editions_in_force(session, uow.today())
        latest: dict[str, tuple[Edition, Dish]] = {}
        for edition in editions:  # the earliest first
            for dish in edition.menu:
                latest[str(dish["item_code"])] = edition, dish
        return await _offers(session, latest.values())


async def menu_mark(uow: UnitOfWork) -> str:
    """Returns what what is on offer is known by: the day, and the last event of this service. Whatever publishes
    anything, an edition first of all, changes it; of two who publish at the same moment perhaps the earlier one only,
    so what is kept by it must be kept for a short time."""
    uow.permit(POLICY, "read_open_menu")
    async with uow.reading() as session:
        last = await session.scalar(select(func.max(event_log.c.id)))
    return f"{uow.today()}:{last or 0}"


async def offers_of(uow: UnitOfWork, code: str) -> tuple[Edition, list[Offer]]:
    """Returns an edition, and what is on it; of a draft, as its items are now.

    :raises NotFound: there is no such edition.
    """
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        edition = await require_edition(session, code)
        dishes = edition.dishes(await items_of(session, edition.item_codes))
        return edition, await _offers(session, ((edition, dish) for dish in dishes))


async def _offers(session: AsyncSession, dishes: Iterable[tuple[Edition, Dish]]) -> list[Offer]:
    said = list(dishes)
    codes = {str(dish["item_code"]) for _, dish in said}
    teams_of = {item.code: item.teams for item in await items_of(session, codes)}
    teams = await entries_by_code(
        session, Team, {code for its in teams_of.values() for code in its}
    )
    agencies = await entries_by_code(session, Agency, {t.agency_code for t in teams.values()})
    categories = await entries_by_code(
        session, Category, {str(d["category_code"]) for _, d in said}
    )
    return [
        Offer(
            edition=edition,
            dish=dish,
            category=categories.get(str(dish["category_code"])),
            agencies=_agencies(teams_of.get(str(dish["item_code"]), []), teams, agencies),
        )
        for edition, dish in said
    ]


def _agencies(
    codes: Iterable[str], teams: Mapping[str, Team], agencies: Mapping[str, Agency]
) -> tuple[Agency, ...]:
    found = dict.fromkeys(
        teams[code].agency_code for code in codes if code in teams and teams[code].state == "active"
    )
    return tuple(agencies[code] for code in found if code in agencies)
