"""Demand and supply as others announce them; dispatch keeps its own copies.

Each event carries the whole state of what it is about, and arrives in the order of its aggregate, so
the latest one simply replaces what is there.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.dispatch.application.fieldwork import release_order
from services.dispatch.application.mending import free_team
from services.dispatch.application.runs import queue_repairs
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.stop import LIVE, ORDER_CANCELLED, ORDER_CLOSED
from services.dispatch.store.tables import assignment, campaign, demand_line, item, plan, stop, team, township
from shared.contracts.catalog import CampaignChanged, ServiceItemChanged, TeamRegistered, TownshipChanged
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderClosed
from shared.db.engine import dialect_of
from shared.unit_of_work import Transaction, UnitOfWork

TEAM_RECIPIENT = "team."


async def note_township(uow: UnitOfWork, event: TownshipChanged) -> None:
    row = {"code": event.code, "name": event.name, "name_en": event.name_en}
    async with uow.transaction() as tx:
        await _replace(tx, township, row | {"lat": event.centre.lat, "lon": event.centre.lon})


async def note_team(uow: UnitOfWork, event: TeamRegistered) -> None:
    """Where a team that gets smaller is expected, a repair looks whether it still has the volunteers. The booths that
    one has ahead that leaves the corps are offered to others at once."""
    row = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "members": event.members,
        "state": event.state,
    }
    async with uow.transaction() as tx:
        members = await tx.session.scalar(select(team.c.members).where(team.c.code == event.code))
        await _replace(tx, team, row)
        if members is not None and event.members < members:
            queue_repairs(tx, await _campaigns_of(tx, assignment.c.team_code == event.code))
        if event.state == "retired":
            await free_team(tx, event.code, uow.today())


async def note_item(uow: UnitOfWork, event: ServiceItemChanged) -> None:
    """A team that does not offer the item any more is replaced at the booths that it still has ahead, by a repair."""
    row = {
        "code": event.code,
        "name": event.name,
        "name_en": event.name_en,
        "teams": list(event.teams),
        "minutes_per_resident": event.minutes_per_resident,
    }
    async with uow.transaction() as tx:
        teams = await tx.session.scalar(select(item.c.teams).where(item.c.code == event.code)) or []
        await _replace(tx, item, row)
        if gone := set(teams) - set(event.teams):
            theirs = assignment.c.item_code == event.code, assignment.c.team_code.in_(gone)
            queue_repairs(tx, await _campaigns_of(tx, *theirs))


async def note_campaign(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Plans made from now on prefer what its themes say; demand that came before it can be planned from now on."""
    row = event.model_dump(mode="json", include={"name", "name_en", "state", "themes", "revision"})
    row |= {"code": event.campaign_id, "starts_on": event.starts_on, "ends_on": event.ends_on}
    async with uow.transaction() as tx:
        known = select(campaign.c.revision).where(campaign.c.code == event.campaign_id)
        if (await tx.session.scalar(known) or 0) < event.revision:
            await _replace(tx, campaign, row)


async def take_demand(uow: UnitOfWork, order: OrderAccepted) -> None:
    """Every line of an accepted order becomes open demand; where its campaign has a plan already, a repair finds it a
    place. It may come ahead of its campaign: it waits then, and is planned once catalog has said what that is."""
    async with uow.transaction() as tx:
        await tx.session.execute(
            insert(demand_line),
            [
                {
                    "line_id": line.line_id,
                    "order_id": order.order_id,
                    "campaign_id": order.campaign_id,
                    "township_code": order.township_code,
                    "place": order.place,
                    "lat": order.point.lat if order.point else None,
                    "lon": order.point.lon if order.point else None,
                    "item_code": line.item_code,
                    "item_name": line.item_name,
                    "item_name_en": line.item_name_en,
                    "volunteers": line.volunteers_needed,
                    "priority": order.priority,
                    "wished_on": [day.isoformat() for day in order.wished_on],
                    "ruled_out_on": [day.isoformat() for day in order.ruled_out_on],
                    "state": "open",
                }
                for line in order.lines
            ],
        )
        queue_repairs(tx, [order.campaign_id])


async def drop_demand(uow: UnitOfWork, event: OrderCancelled | OrderClosed) -> None:
    """What of an ended order was not served is no demand any more; what was booked for it is released."""
    reason_code = ORDER_CANCELLED if isinstance(event, OrderCancelled) else ORDER_CLOSED
    async with uow.transaction() as tx:
        await tx.session.execute(
            update(demand_line)
            .where(demand_line.c.order_id == event.order_id, demand_line.c.state != "served")
            .values(state="cancelled")
        )
        await release_order(tx, event.order_id, reason_code)


async def note_delivery(uow: UnitOfWork, message: MessageDelivered) -> None:
    """Remembers that a team was told of its assignments, or that telling it failed."""
    kind, _, key = message.about.partition(":")
    if not message.recipient_id.startswith(TEAM_RECIPIENT) or kind not in (Plan.kind, "stop"):
        return
    about = stop.c.plan_id == key if kind == Plan.kind else stop.c.id == key
    async with uow.transaction() as tx:
        delivered_at = tx.cause.occurred_at if tx.cause else tx.now
        values: Mapping[str, Any] = {"told_at": delivered_at, "told_problem": None}
        if isinstance(message, MessageFailed):
            values = {"told_problem": message.reason_code}
        await tx.session.execute(
            update(assignment)
            .where(
                assignment.c.team_code == message.recipient_id.removeprefix(TEAM_RECIPIENT),
                assignment.c.state.in_([*LIVE, "done"]),  # the word may come when the work is over
                assignment.c.offered_at <= delivered_at,  # what was offered since, this message did not tell of
                assignment.c.told_at.is_(None),
                assignment.c.stop_id.in_(select(stop.c.id).where(about)),
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )


async def _campaigns_of(tx: Transaction, *which: ColumnElement[bool]) -> list[str]:
    """Where a team is expected at ``which`` of the booths."""
    query = (
        select(plan.c.campaign_id)
        .join(stop, stop.c.plan_id == plan.c.id)
        .join(assignment, assignment.c.stop_id == stop.c.id)
        .where(*which, assignment.c.state.in_(LIVE), stop.c.state == "planned")
    )
    return list(await tx.session.scalars(query.distinct()))


async def _replace(tx: Transaction, table: Table, row: dict[str, Any]) -> None:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    values = {name: value for name, value in row.items() if name != "code"}
    await tx.session.execute(make(table).values(**row).on_conflict_do_update(index_elements=["code"], set_=values))
