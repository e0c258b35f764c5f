"""Keeps when each township last had each item."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.tables import assignment, last_served, stop
from shared.db.engine import dialect_of
from shared.unit_of_work import Transaction


async def note_served(tx: Transaction, at: Stop, held: Iterable[Assignment]) -> None:
    """These booths were held at the stop. One that is entered late does not hide a later one."""
    for township_code, item_code in sorted(
        {(at.township_of(entry), entry.item_code) for entry in held}
    ):
        await _note(tx, township_code, item_code, at.on)


async def recount_served(tx: Transaction, changed: Iterable[tuple[str, str]]) -> None:
    """Looks again when these townships last had these items, for booths count for others than they did."""
    await tx.flush()
    for township_code, item_code in sorted(changed):
        held = (
            select(func.max(stop.c.on))
            .join_from(assignment, stop, assignment.c.stop_id == stop.c.id)
            .where(assignment.c.state == "done", assignment.c.item_code == item_code)
        )
        here = held.where(
            stop.c.township_code == township_code, assignment.c.township_code.is_(None)
        )
        days = [
            await tx.session.scalar(query)
            for query in (here, held.where(assignment.c.township_code == township_code))
        ]
        await tx.session.execute(
            delete(last_served).where(
                last_served.c.township_code == township_code, last_served.c.item_code == item_code
            )
        )
        if last := max((day for day in days if day is not None), default=None):
            await _note(tx, township_code, item_code, last)


async def move_coverage(tx: Transaction, township_code: str, new_code: str) -> None:
    """The township has another code now, under which it may have been served already."""
    mine = last_served.c.township_code == township_code
    rows = (await tx.session.execute(select(last_served).where(mine))).all()
    for row in rows:
        await _note(tx, new_code, row.item_code, row.on)
    await tx.session.execute(delete(last_served).where(mine))


async def _note(tx: Transaction, township_code: str, item_code: str, on: date) -> None:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    row = make(last_served).values(township_code=township_code, item_code=item_code, on=on)
    said = row.excluded.on
    later = case((said > last_served.c.on, said), else_=last_served.c.on)
    await tx.session.execute(
        row.on_conflict_do_update(index_elements=["township_code", "item_code"], set_={"on": later})
    )
