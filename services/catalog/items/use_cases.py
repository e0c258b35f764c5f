"""Entering and correcting service items."""

from collections.abc import Iterable
from typing import Any

from services.catalog.directory.domain import Category, Team
from services.catalog.directory.queries import require_known
from services.catalog.items.domain import ServiceItem
from services.catalog.policy import POLICY
from shared.contracts.catalog import ServiceItemChanged
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


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
    """Enters a service item, or corrects it.

    :raises InvalidInput: its category or a team is not known, or a team that is new to it has left the corps.
    """
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        await require_known(tx, Category, [category_code], field="category_code")
        await require_known(tx, Team, teams, field="teams")
        item = await tx.find(ServiceItem, code)
        await _require_active(tx, set(teams) - set(item.teams if item else ()))
        content: dict[str, Any] = {
            "name": name,
            "name_en": name_en,
            "category_code": category_code,
            "teams": teams,
            "volunteers_needed": volunteers_needed,
            "minutes_per_resident": minutes_per_resident,
        }
        wanted = ServiceItem(code=code, **content)
        if item is None:
            tx.add(item := wanted)
        elif not item.correct(**content):
            return item
        tx.record(item, ServiceItemChanged(code=code, **content))
        return item


async def _require_active(tx: Transaction, codes: Iterable[str]) -> None:
    """:raises InvalidInput: a team has left the corps; names it."""
    gone = [
        code
        for code, team in (await tx.find_all(Team, set(codes))).items()
        if team.state == "retired"
    ]
    if gone:
        raise InvalidInput("team_retired", field="teams", codes=", ".join(sorted(gone)))
