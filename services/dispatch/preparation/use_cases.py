"""A township says what is ready for a stop, and is reminded of what is not."""

from collections.abc import Sequence

from services.dispatch.policy import POLICY
from services.dispatch.preparation.domain import Preparation, remind_until
from services.dispatch.preparation.queries import unprepared, wanted_at
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.use_cases.announcements import announce_stop
from shared.contracts.dispatch import PreparationReminded, StopPrepared
from shared.kernel.errors import Conflict, InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def prepare_stop(uow: UnitOfWork, stop_id: str, ready: Sequence[str]) -> Stop:
    """``ready`` is all that is ready now. Said twice, nothing changes.

    :raises NotFound: there is no such stop, or it is another township's.
    :raises Conflict: it has begun, is over or was called off.
    :raises InvalidInput: nothing there asks for one of these.
    """
    grant = uow.permit(POLICY, "prepare_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        grant.require(Stop.kind, stop_id, township=stop.township_code, states=Stop.STEPS)
        if stop.state != "planned" or stop.on < tx.today:
            raise Conflict("preparation_is_over", field="stop_id", day=stop.on, today=tx.today)
        (wanted,) = await wanted_at(tx.session, [stop])
        for number, code in enumerate(ready):
            if code not in wanted:
                raise InvalidInput("provision_not_wanted", field=f"ready[{number}]")
        kept = await _preparation(tx, stop)
        if kept.say(stop.half_day, set(ready), tx.today) and wanted.keys() <= set(ready):
            announce_stop(tx, StopPrepared, stop, team_codes=tuple(sorted(stop.teams)))
        return stop


async def see_to_preparation(uow: UnitOfWork) -> None:
    """Reminds townships of what is not ready for stops that are near, once of each. It may run any number of times on
    a day."""
    async with uow.transaction() as tx:
        found = await unprepared(tx.session, tx.today, remind_until(tx.today))
        missing = {stop.id: len(codes) for stop, codes in found}
        stops = await tx.find_all(Stop, missing.keys())
        for key in sorted(stops):
            kept = await _preparation(tx, stops[key])
            if stops[key].state == "planned" and kept.remind(stops[key].on):
                announce_stop(tx, PreparationReminded, stops[key], missing=missing[key])


async def _preparation(tx: Transaction, stop: Stop) -> Preparation:
    """The stop's, a new one where there is none."""
    kept = await tx.find(Preparation, stop.id)
    if kept is None:
        kept = Preparation(stop_id=stop.id, on=stop.on, part=stop.part)
        tx.add(kept)
    return kept
