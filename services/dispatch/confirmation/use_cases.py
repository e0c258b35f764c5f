"""A township confirms its stop, either side asks for another day, the corps answers, and silence is noticed."""

from collections.abc import Sequence
from datetime import date

from services.dispatch.planning.problem.problem import HalfDay
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.confirmation import OtherDayReason, StayReason
from services.dispatch.stops.domain.stop import StatedReason, Stop
from services.dispatch.stops.queries.confirmation import deadlines_of, unanswered
from services.dispatch.stops.queries.views import require_stop
from services.dispatch.stops.use_cases.acting import require_ahead
from services.dispatch.stops.use_cases.announcements import announce_stop
from shared.contracts.dispatch import (
    AnotherDayAsked,
    AnotherDayDeclined,
    ConfirmationOverdue,
    ConfirmationReminded,
    StopConfirmed,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.unit_of_work import UnitOfWork

FARTHEST_DAYS = 180
"""Another day is at most so long after the stop's; a later one is a slip of the year."""


async def confirm_stop(
    uow: UnitOfWork, stop_id: str, half_day: HalfDay, confirmed: Confirmations = ()
) -> Stop:
    """The township says that ``half_day`` suits it, also after the last day for that. Said twice, nothing changes.

    :raises NotFound: there is no such stop, or it is another township's.
    :raises IllegalTransition: it has begun or was cancelled. :raises Conflict: its day is over, or it is on another
        half-day now.
    """
    grant = uow.permit(POLICY, "confirm_stop")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        grant.require(Stop.kind, stop_id, township=stop.township_code, states=Stop.STEPS)
        stop.require("confirm", stop.state)
        doubts = Doubts(confirmed)
        require_ahead(grant, stop, tx.today, doubts)
        if stop.half_day != half_day:
            raise Conflict("stop_has_moved", field="on", day=stop.on, given=half_day[0])
        doubts.settle()
        if stop.confirm(tx.today):
            announce_stop(tx, StopConfirmed, stop, team_codes=tuple(sorted(stop.teams)))
        return stop


async def ask_another_day(
    uow: UnitOfWork,
    stop_id: str,
    *,
    team_code: str | None,
    days: Sequence[date],
    reason_code: OtherDayReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Stop:
    """A party asks for another day; asked again, the new days and reason stand. ``team_code`` says for which team;
    without it, the actor speaks for the own township or team, and a coordinator for the township.

    :raises NotFound: there is no such stop, or it does not concern the actor.
    :raises IllegalTransition: it has begun or was cancelled. :raises InvalidInput: a day can't be meant.
    :raises Conflict: its day is over, or the team is not expected there.
    """
    grant = uow.permit(POLICY, "ask_another_day")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        stop.require("ask_another_day", stop.state)
        doubts = Doubts(confirmed)
        require_ahead(grant, stop, tx.today, doubts)
        team = _speaker(grant, stop, team_code)
        asked = _wanted(stop, days, tx.today)
        until = _answer_by(stop, team)
        if until is not None and tx.today > until:
            doubts.add("confirmation_is_late", "stop_id", until=until, today=tx.today)
        doubts.settle()
        if stop.ask_another_day(team, asked, StatedReason(reason_code, reason), tx.today):
            announce_stop(
                tx, AnotherDayAsked, stop, team_code=team, days=asked, reason_code=reason_code
            )
        return stop


async def keep_day(
    uow: UnitOfWork,
    stop_id: str,
    *,
    reason_code: StayReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Stop:
    """Leaves a stop where it is, in spite of those who ask for another day. They are told, and asked again.

    :raises NotFound: there is no such stop. :raises IllegalTransition: nobody asks for another day.
    """
    grant = uow.permit(POLICY, "keep_day")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        doubts = Doubts(confirmed)
        require_ahead(grant, stop, tx.today, doubts)
        parties = stop.keep_day(
            tx.now, tx.today, StatedReason(reason_code, reason), deadlines_of(tx.session)
        )
        doubts.settle()
        for team in parties:
            announce_stop(tx, AnotherDayDeclined, stop, team_code=team, reason_code=reason_code)
        return stop


async def see_to_confirmations(uow: UnitOfWork) -> None:
    """Reminds who has not answered, and says once of each that it is late. It may run any number of times on a day."""
    async with uow.transaction() as tx:
        found = await tx.find_all(Stop, await unanswered(tx.session, tx.today))
        for key in sorted(found):
            stop = found[key]
            if stop.state != "planned":
                continue  # it began while its row was waited for
            for silence in stop.silences(tx.today, deadlines_of(tx.session)):
                event = ConfirmationOverdue if silence.kind == "overdue" else ConfirmationReminded
                announce_stop(tx, event, stop, team_code=silence.team_code, until_on=silence.until)


def _speaker(grant: Grant, stop: Stop, team_code: str | None) -> str | None:
    """The team for which the actor speaks; None for the township.

    :raises Forbidden: it is another's. :raises Conflict: it is not expected at the stop.
    """
    if team_code is None and not grant.covers(township=stop.township_code):
        own = sorted(grant.teams & stop.teams)
        if not own:
            raise Conflict("not_expected", field="stop_id")
        return own[0]
    if team_code is None:
        return None
    grant.require_for("team_code", teams=[team_code])
    if team_code not in stop.teams:
        raise Conflict("not_expected", field="team_code")
    return team_code


def _wanted(stop: Stop, days: Sequence[date], today: date) -> tuple[date, ...]:
    """The days in order, each once.

    :raises InvalidInput: one is over, is the stop's own, or is far away; names its place in the request.
    """
    for number, day in enumerate(days):
        field = f"days[{number}]"
        if day < today:
            raise InvalidInput("other_day_is_over", field=field, day=day, today=today)
        if day == stop.on:
            raise InvalidInput("other_day_is_the_same", field=field, on=stop.on)
        if (day - stop.on).days > FARTHEST_DAYS:
            raise InvalidInput(
                "other_day_is_far", field=field, day=day, on=stop.on, most=FARTHEST_DAYS
            )
    return tuple(sorted(set(days)))


def _answer_by(stop: Stop, team: str | None) -> date | None:
    """The last day for the answer of a team, or of the township."""
    if team is None:
        return stop.confirm_by
    return min(
        (entry.answer_by for entry in stop.live if entry.team_code == team and entry.answer_by),
        default=None,
    )
