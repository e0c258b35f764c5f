"""Whether a team was told of its assignments."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from services.dispatch.stops.domain.stop import LIVE
from services.dispatch.stops.tables import assignment, stop
from shared.unit_of_work import UnitOfWork

TEAM_RECIPIENT = "team."


async def note_delivery(uow: UnitOfWork, recipient_id: str, about: str, *, problem: str | None = None) -> None:
    """Remembers that a team was told of its assignments, or the ``problem`` by which telling it failed. ``about`` is
    ``plan:<id>`` or ``stop:<id>``; a message to anybody else, or about anything else, is none of dispatch's."""
    stops = _stops_of(about)
    if not recipient_id.startswith(TEAM_RECIPIENT) or stops is None:
        return
    async with uow.transaction() as tx:
        delivered_at = tx.cause.occurred_at if tx.cause else tx.now
        values: dict[str, datetime | str | None] = {"told_at": delivered_at, "told_problem": None}
        await tx.session.execute(
            update(assignment)
            .where(
                assignment.c.team_code == recipient_id.removeprefix(TEAM_RECIPIENT),
                assignment.c.state.in_([*LIVE, "done"]),  # the word may come when the work is over
                assignment.c.offered_at <= delivered_at,  # what was offered since, this message did not tell of
                assignment.c.told_at.is_(None),
                assignment.c.stop_id.in_(select(stop.c.id).where(stops)),
            )
            .values(**(values if problem is None else {"told_problem": problem}))
            .execution_options(synchronize_session=False)
        )


def _stops_of(about: str) -> ColumnElement[bool] | None:
    kind, _, key = about.partition(":")
    if kind == "plan":
        return stop.c.plan_id == key
    return stop.c.id == key if kind == "stop" else None
