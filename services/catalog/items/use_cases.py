"""Entering and correcting service items."""

from collections.abc import Iterable

from services.catalog.directory.domain import Category, Team
from services.catalog.directory.queries import require_known
from services.catalog.directory.use_cases import Facts, spelled
from services.catalog.items.domain import ServiceItem
from services.catalog.items.queries import items_offered_by
from services.catalog.policy import POLICY
from shared.contracts.catalog import ServiceItemChanged
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_item(uow: UnitOfWork, wanted: ServiceItem) -> ServiceItem:
    """Enters a service item, or corrects the one of the same code to be like it.

    :raises InvalidInput: its category or a team is not known, or a team that is new to it has left the corps.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        await require_known(tx, Category, [wanted.category_code], field="category_code")
        await require_known(tx, Team, wanted.teams, field="teams")
        item = await tx.find(ServiceItem, wanted.code)
        await _require_active(tx, set(wanted.teams) - set(item.teams if item else ()))
        return put_item(tx, item, {"code": wanted.code, **wanted.content()})


def put_item(tx: Transaction, found: ServiceItem | None, facts: Facts) -> ServiceItem:
    """Enters a service item, or takes ``facts`` over into the one that was ``found``."""
    if found is None:
        tx.add(found := ServiceItem(**facts))
    elif not found.correct(**facts):
        return found
    found.spelling = spelled(found.name)
    announce_item(tx, found)
    return found


def announce_item(tx: Transaction, item: ServiceItem) -> None:
    """Publishes an item as it is now."""
    tx.record(item, ServiceItemChanged.model_validate(item, from_attributes=True))


async def _require_active(tx: Transaction, codes: Iterable[str]) -> None:
    """:raises InvalidInput: a team has left the corps; names it."""
    gone = [
        code
        for code, team in (await tx.find_all(Team, set(codes))).items()
        if team.state != "active"
    ]
    if gone:
        raise InvalidInput("team_retired", field="teams", codes=", ".join(sorted(gone)))


async def move_items_of_team(tx: Transaction, code: str, into: str) -> None:
    """Items that a team offered are offered by the one that it was merged into. There is no event: whoever hears of the
    merger changes them as well."""
    for item_code in await items_offered_by(tx.session, code):
        item = await tx.get(ServiceItem, item_code)
        item.teams = list(dict.fromkeys(into if each == code else each for each in item.teams))
