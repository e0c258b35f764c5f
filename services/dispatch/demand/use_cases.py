"""Changes the state of lines (open, planned, served or cancelled), and notes which reason a township was told."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import insert, update

from services.dispatch.demand.tables import demand_line
from shared.contracts.requests import OrderAccepted
from shared.unit_of_work import Transaction


async def open_lines(tx: Transaction, order: OrderAccepted) -> None:
    """Stores the lines of an accepted order as open demand. An order may arrive before its campaign is known; its
    lines are planned once catalog has announced the campaign."""
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
                "expected_attendance": line.expected_attendance,
                "priority": order.priority,
                "wished_on": [day.isoformat() for day in order.wished_on],
                "ruled_out_on": [day.isoformat() for day in order.ruled_out_on],
                "earliest_on": line.earliest_on,
                "state": "open",
            }
            for line in order.lines
        ],
    )


async def cancel_lines(tx: Transaction, order_id: str) -> None:
    """Cancels the lines of an order that were not served."""
    await tx.session.execute(
        update(demand_line)
        .where(demand_line.c.order_id == order_id, demand_line.c.state != "served")
        .values(state="cancelled")
    )


async def set_lines(tx: Transaction, line_ids: Iterable[str], state: str) -> None:
    """Sets the state of these lines. A cancelled line stays cancelled."""
    await tx.session.execute(
        update(demand_line)
        .where(demand_line.c.line_id.in_(list(line_ids)), demand_line.c.state != "cancelled")
        .values(state=state)
    )


async def change_lines(
    tx: Transaction, line_ids: Collection[str], *, before: str, after: str
) -> bool:
    """Changes lines from the state ``before`` to ``after``. Returns False if some were in another state; those are not
    changed. When a line is planned, the reason that its township was told no longer counts."""
    untold = {"told_reason": None} if after == "planned" else {}
    changed = await tx.session.execute(
        update(demand_line)
        .where(demand_line.c.line_id.in_(line_ids), demand_line.c.state == before)
        .values(state=after, **untold)
        .returning(demand_line.c.line_id)
    )
    return len(changed.all()) == len(line_ids)


async def note_told_reasons(
    tx: Transaction, lines: Sequence[dict[str, str]]
) -> list[dict[str, str]]:
    """Returns those of these entries (``line_id``, ``reason``) whose township has not been told this reason, and notes
    that it is told now. Otherwise every new plan of a campaign would repeat what has not changed."""
    news: set[str] = set()
    for reason in sorted({line["reason"] for line in lines}):
        told = await tx.session.execute(
            update(demand_line)
            .where(
                demand_line.c.line_id.in_(
                    [line["line_id"] for line in lines if line["reason"] == reason]
                ),
                demand_line.c.told_reason.is_distinct_from(reason),
            )
            .values(told_reason=reason)
            .returning(demand_line.c.line_id)
        )
        news.update(told.scalars())
    return [line for line in lines if line["line_id"] in news]
