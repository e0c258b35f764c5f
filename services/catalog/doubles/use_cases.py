"""Saying of two entries that they are two, and taking that back."""

from sqlalchemy import ColumnElement, delete, insert

from services.catalog.doubles.domain import Kind
from services.catalog.doubles.queries import likely_doubles
from services.catalog.doubles.tables import dismissed_double
from services.catalog.policy import POLICY
from shared.kernel.errors import Conflict
from shared.unit_of_work import UnitOfWork


async def dismiss_double(
    uow: UnitOfWork, *, kind: Kind, code: str, other_code: str, basis: str
) -> None:
    """Notes that two entries are two: they are not proposed again while they have no more in common. Said twice, the
    first stands.

    :raises Conflict: they have something else in common than what was looked at, or nothing any more.
    """
    uow.permit(POLICY, "merge_entries")
    async with uow.transaction() as tx:
        await tx.lock_service()
        pairs = await likely_doubles(tx.session, kind)
        looked_at = (code, other_code, basis)
        if looked_at not in [(pair.code, pair.other, pair.basis) for pair in pairs]:
            raise Conflict("double_changed", field="basis")
        of = _key(kind, code, other_code)
        gone = delete(dismissed_double).where(*of, dismissed_double.c.basis != basis)
        await tx.session.execute(gone)  # what was said of what they had in common before
        known = await tx.session.scalar(dismissed_double.select().where(*of))
        if known is None:
            row = {"kind": kind, "code": code, "other": other_code, "basis": basis}
            said = {"dismissed_on": uow.today(), "dismissed_by": uow.actor.subject}
            await tx.session.execute(insert(dismissed_double).values(**row, **said))
            tx.note(kind, code, differs_from=other_code)


async def restore_double(uow: UnitOfWork, *, kind: Kind, code: str, other_code: str) -> None:
    """Takes back that two entries are two: they are proposed again, if they still have something in common."""
    uow.permit(POLICY, "merge_entries")
    async with uow.transaction() as tx:
        await tx.lock_service()
        done = await tx.session.execute(
            delete(dismissed_double)
            .where(*_key(kind, code, other_code))
            .returning(dismissed_double.c.code)
        )
        if done.first() is not None:
            tx.note(kind, code, may_be=other_code)


def _key(kind: Kind, code: str, other: str) -> tuple[ColumnElement[bool], ...]:
    table = dismissed_double.c
    return table.kind == kind, table.code == code, table.other == other
