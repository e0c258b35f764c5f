"""Stores copies of what catalog announces.

Each event carries the whole state of what it is about, and events of one aggregate arrive in order, so the latest one
replaces what is there.
"""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from services.dispatch.directory.tables import campaign, item, team, township
from shared.contracts.catalog import (
    CampaignChanged,
    ServiceItemChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.db.engine import dialect_of
from shared.unit_of_work import Transaction


async def keep_township(tx: Transaction, event: TownshipChanged) -> None:
    row = {"code": event.code, "name": event.name, "name_en": event.name_en}
    await _replace(tx, township, row | {"lat": event.centre.lat, "lon": event.centre.lon})


async def keep_campaign(tx: Transaction, event: CampaignChanged) -> None:
    """Stores the campaign, unless a later revision is known already."""
    row = event.model_dump(mode="json", include={"name", "name_en", "state", "themes", "revision"})
    row |= {"code": event.campaign_id, "starts_on": event.starts_on, "ends_on": event.ends_on}
    known = select(campaign.c.revision).where(campaign.c.code == event.campaign_id)
    if (await tx.session.scalar(known) or 0) < event.revision:
        await _replace(tx, campaign, row)


async def keep_team(tx: Transaction, event: TeamRegistered) -> int:
    """Stores the team. Returns how many members it has lost since it was last announced."""
    row = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "members": event.members,
        "state": event.state,
    }
    before = await tx.session.scalar(select(team.c.members).where(team.c.code == event.code))
    await _replace(tx, team, row)
    return max(0, (before or 0) - event.members)


async def keep_item(tx: Transaction, event: ServiceItemChanged) -> set[str]:
    """Stores the item. Returns the teams that don't offer it any more."""
    row = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "teams": list(event.teams),
        "minutes_per_resident": event.minutes_per_resident,
        "weekly_capacity": event.weekly_capacity,
    }
    before = await tx.session.scalar(select(item.c.teams).where(item.c.code == event.code)) or []
    await _replace(tx, item, row)
    return set(before) - set(event.teams)


async def _replace(tx: Transaction, table: Table, row: dict[str, Any]) -> None:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    values = {name: value for name, value in row.items() if name != "code"}
    await tx.session.execute(
        make(table).values(**row).on_conflict_do_update(index_elements=["code"], set_=values)
    )
