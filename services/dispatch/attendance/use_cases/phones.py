"""What phones get before the day, so that they can go on without a connection."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from services.dispatch.attendance.domain.scan import STEP_SECONDS, Sealed
from services.dispatch.attendance.queries import presence
from services.dispatch.attendance.use_cases.codes import seal_roster, secret_of
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.views import require_stop
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def get_attendance(uow: UnitOfWork, stop_id: str) -> dict[str, Any]:
    """As :func:`presence.get_attendance`, with the present moment and the sealed roster of those that are shown."""
    view = await presence.get_attendance(uow, stop_id)
    booths: dict[str, list[str]] = defaultdict(list)
    for each in view["people"]:
        booths[each["assignment_id"]].append(each["volunteer_no"])
    now = uow.now()
    sealed = Sealed(stop_id, view["on"], view["part"], dict(booths), uow.business_now() - now)
    return view | {"now": now, "roster": seal_roster(uow.vault, sealed)}


async def show_code(uow: UnitOfWork, stop_id: str) -> dict[str, Any]:
    """The secret of a stop's code, with which a leader's phone makes the code of each half-minute by itself.

    :raises NotFound: there is no such stop, or the team is not expected there.
    """
    grant = uow.permit(POLICY, "run_check_in")
    async with uow.reading() as session:
        stop = await session.get(Stop, stop_id)
    if stop is None:
        raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
    require_stop(grant, stop)
    now: datetime = uow.now()
    return {"secret": secret_of(uow.vault, stop_id), "step_seconds": STEP_SECONDS, "now": now}
