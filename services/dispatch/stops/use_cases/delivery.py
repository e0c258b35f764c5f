"""Whether a team was told of its assignments."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from services.dispatch.stops.domain.stop import LIVE
from services.dispatch.stops.tables import assignment, stop
from shared.unit_of_work import UnitOfWork

TEAM_RECIPIENT = "team."


async def note_delivery(
    uow: UnitOfWork, recipient_id: str, about: str, *, problem: str | None = None
) -> None:
    """Stores that a message about assignments reached its team, or the ``problem`` that kept it from doing so.
    ``about`` is ``plan:<id>`` or ``stop:<id>``. Messages to others, or about other things, change nothing."""
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
                assignment.c.state.in_(
                    [*LIVE, "done"]
                ),  # the report may come when the work is over
                assignment.c.offered_at
                <= delivered_at,  # the message says nothing of what was offered after it
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
