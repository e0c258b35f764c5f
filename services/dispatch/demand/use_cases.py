"""Changes the state of lines (open, planned, served or cancelled), and notes which reason a township was told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from services.dispatch.demand.queries import Lines, lines_by_id
from services.dispatch.demand.tables import demand_line
from shared.contracts.dispatch import OrderReplanned
from shared.contracts.requests import OrderAccepted, OrderAmended, OrderLine
from shared.kernel.aggregate import Aggregate
from shared.unit_of_work import Transaction


async def open_lines(tx: Transaction, order: OrderAccepted) -> None:
    """Stores the lines of an accepted order as open demand. An order may arrive before its campaign is known; its
    lines are planned once catalog has announced the campaign."""
    await tx.session.execute(
        insert(demand_line), [_as_asked(order, line) | {"state": "open"} for line in order.lines]
    )


def _as_asked(order: OrderAccepted | OrderAmended, line: OrderLine) -> dict[str, Any]:
    return {
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
    }


PLANNED_BY = (
    "place",
    "lat",
    "lon",
    "volunteers",
    "priority",
    "wished_on",
    "ruled_out_on",
    "earliest_on",
)
"""What a plan goes by. A line that is amended otherwise keeps its booth."""


async def amend_lines(
    tx: Transaction, order: OrderAmended, had: Lines, under_way: Collection[str]
) -> None:
    """The order's lines ask for what it says now; ``had`` are its lines until now. Those that a plan must look at again
    are marked, and so are those that were marked before. A line that was served, or is ``under_way``, stays."""
    for line in order.lines:
        now = _as_asked(order, line)
        before = had.get(line.line_id)
        if before is None:
            await tx.session.execute(
                insert(demand_line).values(**now, state="open", amended=order.amendment)
            )
            continue
        if before.state in ("served", "cancelled") or line.line_id in under_way:
            continue
        looks_again = before.amended is not None or any(
            getattr(before, name) != now[name] for name in PLANNED_BY
        )
        await tx.session.execute(
            update(demand_line)
            .where(demand_line.c.line_id == line.line_id)
            .values(**now, amended=order.amendment if looks_again else None)
        )


async def note_replanned(tx: Transaction, of: Aggregate, amended: Mapping[str, int]) -> None:
    """A plan takes these lines into account as they were amended (by id, with the number of the amendment), or they
    were served. Says so of the orders of which no line waits for that any more, in the stream of the plan or stop."""
    orders: dict[str, OrderReplanned] = {}
    for number in sorted(set(amended.values())):
        lines = sorted(line_id for line_id, other in amended.items() if other == number)
        done = await tx.session.execute(
            update(demand_line)
            .where(demand_line.c.line_id.in_(lines), demand_line.c.amended == number)
            .values(amended=None)
            .returning(demand_line.c.order_id, demand_line.c.township_code)
        )
        for order_id, township_code in done:
            orders[order_id] = OrderReplanned(
                order_id=order_id, township_code=township_code, amendment=number
            )
    if not orders:
        return
    waiting = await tx.session.scalars(
        select(demand_line.c.order_id).where(
            demand_line.c.order_id.in_(sorted(orders)), demand_line.c.amended.is_not(None)
        )
    )
    for order_id in sorted(orders.keys() - set(waiting)):
        tx.record(of, orders[order_id])


async def size_line(tx: Transaction, line_id: str, volunteers: int | None) -> None:
    """Plans give the line's booth so many volunteers from now on; None: as many as its item needs."""
    await tx.session.execute(
        update(demand_line).where(demand_line.c.line_id == line_id).values(sized=volunteers)
    )


async def move_lines(tx: Transaction, township_code: str, new_code: str) -> None:
    """The township has another code now: all its lines are there, served ones too."""
    moved = update(demand_line).where(demand_line.c.township_code == township_code)
    await tx.session.execute(moved.values(township_code=new_code))


async def move_order(tx: Transaction, order_id: str, township_code: str) -> None:
    """The order turned out to be this township's: so are all its lines."""
    moved = update(demand_line).where(demand_line.c.order_id == order_id)
    await tx.session.execute(moved.values(township_code=township_code))


async def cancel_lines(
    tx: Transaction, order_id: str, line_ids: Collection[str] | None = None
) -> None:
    """Cancels those of the lines of an order that were not served; or all of these."""
    cancelled = update(demand_line).where(
        demand_line.c.order_id == order_id, demand_line.c.state != "served"
    )
    if line_ids is not None:
        cancelled = cancelled.where(demand_line.c.line_id.in_(line_ids))
    await tx.session.execute(cancelled.values(state="cancelled", amended=None))


async def prioritise_lines(tx: Transaction, order_id: str, priority: int) -> None:
    """Sets the priority of those lines of an order that are still planned."""
    await tx.session.execute(
        update(demand_line)
        .where(demand_line.c.order_id == order_id, demand_line.c.state.in_(("open", "planned")))
        .values(priority=priority)
    )


async def set_lines(tx: Transaction, line_ids: Iterable[str], state: str) -> None:
    """Sets the state of these lines. A cancelled line stays cancelled."""
    await tx.session.execute(
        update(demand_line)
        .where(demand_line.c.line_id.in_(list(line_ids)), demand_line.c.state != "cancelled")
        .values(state=state)
    )


async def serve_lines(tx: Transaction, of: Aggregate, line_ids: Collection[str]) -> None:
    """These lines were served, at the stop ``of``; no plan is to take anything into account for them."""
    await set_lines(tx, line_ids, "served")
    rows = await lines_by_id(tx.session, line_ids)
    amended = {line_id: row.amended for line_id, row in rows.items() if row.amended is not None}
    await note_replanned(tx, of, amended)


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
