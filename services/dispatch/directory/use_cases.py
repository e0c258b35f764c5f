"""Stores copies of what catalog announces.

Each event carries the whole state of what it is about, and events of one aggregate arrive in order, so the latest one
replaces what is there.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.dispatch.directory.tables import campaign, item, team, township
from shared.contracts.catalog import (
    CampaignChanged,
    ServiceItemChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.db.engine import dialect_of
from shared.db.successors import current_code, current_codes
from shared.unit_of_work import Transaction


async def keep_township(tx: Transaction, event: TownshipChanged) -> None:
    row = {"code": event.code, "name": event.name, "name_en": event.name_en}
    await _replace(tx, township, row | {"lat": event.centre.lat, "lon": event.centre.lon})


async def lock_township(tx: Transaction, code: str) -> None:
    """Until the transaction ends, whoever writes of the township by this code waits."""
    await tx.session.execute(
        select(township.c.code).where(township.c.code == code).with_for_update()
    )


async def hold_township(tx: Transaction, code: str) -> str:
    """Returns the code that the township has now, which it keeps until the transaction ends."""
    held = select(township.c.code).where(township.c.code == code).with_for_update(read=True)
    await tx.session.execute(held)
    return await current_code(tx.session, "township", code)


async def hold_townships(tx: Transaction) -> None:
    """All townships keep their codes until the transaction ends."""
    held = select(township.c.code).order_by(township.c.code).with_for_update(read=True)
    await tx.session.execute(held)


async def lock_teams(tx: Transaction, codes: Collection[str]) -> None:
    """Until the transaction ends, whoever writes of one of these teams waits."""
    held = select(team.c.code).where(team.c.code.in_(codes)).order_by(team.c.code)
    await tx.session.execute(held.with_for_update())


async def hold_teams(tx: Transaction, codes: Collection[str] | None = None) -> None:
    """These teams, or all of them, keep their codes until the transaction ends. Plans and stops are locked later."""
    held = select(team.c.code).order_by(team.c.code).with_for_update(read=True)
    await tx.session.execute(held if codes is None else held.where(team.c.code.in_(codes)))


async def merge_teams(tx: Transaction, code: str, into: str) -> bool:
    """The team is the same as another one: its copy goes, and items name the other one. Returns whether that one can
    do less, as far as it is known here: it has fewer members, or serves fewer townships."""
    both = select(team).where(team.c.code.in_((code, into)))
    found = {row.code: row for row in await tx.session.execute(both)}
    await tx.session.execute(delete(team).where(team.c.code == code))
    for row in await tx.session.execute(select(item.c.code, item.c.teams).order_by(item.c.code)):
        if code in row.teams:
            teams = list(dict.fromkeys(into if each == code else each for each in row.teams))
            await tx.session.execute(
                update(item).where(item.c.code == row.code).values(teams=teams)
            )
    gone, kept = found.get(code), found.get(into)
    if gone is None or kept is None:
        return gone is not None
    return bool(kept.members < gone.members) or _is_narrower(gone.area, kept.area)


async def move_areas(tx: Transaction, township_code: str, new_code: str) -> None:
    """Teams that served the township serve it under its new code."""
    for row in await tx.session.execute(select(team.c.code, team.c.area).order_by(team.c.code)):
        if township_code in row.area:
            area = list(
                dict.fromkeys(new_code if code == township_code else code for code in row.area)
            )
            await tx.session.execute(update(team).where(team.c.code == row.code).values(area=area))


async def keep_campaign(tx: Transaction, event: CampaignChanged) -> None:
    """Stores the campaign, unless a later revision is known already."""
    row = event.model_dump(mode="json", include={"name", "name_en", "state", "themes", "revision"})
    row |= {"code": event.campaign_id, "starts_on": event.starts_on, "ends_on": event.ends_on}
    known = select(campaign.c.revision).where(campaign.c.code == event.campaign_id)
    if (await tx.session.scalar(known) or 0) < event.revision:
        await _replace(tx, campaign, row)


async def keep_team(tx: Transaction, event: TeamRegistered) -> bool:
    """Stores the team, unless it turned out to be another one's double, and this is late. Returns whether it can do
    less than when it was last announced: it has fewer members, or serves fewer townships."""
    await hold_teams(tx, [event.code])
    if await current_code(tx.session, "team", event.code) != event.code:
        return False
    current = await current_codes(tx.session, "township", event.area)
    row: dict[str, Any] = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "members": event.members,
        "area": list(dict.fromkeys(current[code] for code in event.area)),
        "state": event.state,
    }
    known = select(team.c.members, team.c.area).where(team.c.code == event.code)
    before = (await tx.session.execute(known)).one_or_none()
    await _replace(tx, team, row)
    if before is None:
        return False
    return bool(event.members < before.members) or _is_narrower(before.area, row["area"])


def _is_narrower(before: Collection[str], area: Collection[str]) -> bool:
    """Whether a team that served ``before`` serves fewer townships now; none stands for all of the city."""
    return bool(area) and not (before and set(before) <= set(area))


async def keep_item(tx: Transaction, event: ServiceItemChanged) -> set[str]:
    """Stores the item. Returns the teams that don't offer it any more."""
    await hold_teams(tx, event.teams)
    current = await current_codes(tx.session, "team", event.teams)
    teams = list(dict.fromkeys(current[code] for code in event.teams))
    row = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "teams": teams,
        "minutes_per_resident": event.minutes_per_resident,
        "weekly_capacity": event.weekly_capacity,
        "qualification": event.qualification,
        "adults_only": event.adults_only,
        "agreement_needed": event.agreement_needed,
        "township_provides": list(event.township_provides),
        "picture": event.picture,
    }
    before = await tx.session.scalar(select(item.c.teams).where(item.c.code == event.code)) or []
    await _replace(tx, item, row)
    return set(before) - set(teams)


async def _replace(tx: Transaction, table: Table, row: dict[str, Any]) -> None:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    values = {name: value for name, value in row.items() if name != "code"}
    await tx.session.execute(
        make(table).values(**row).on_conflict_do_update(index_elements=["code"], set_=values)
    )
