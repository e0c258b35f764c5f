"""What makes an acknowledgement needless: the recipient answered what the message asked for, or it holds no more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notify.inbox.domain.recipient import of_team, of_township
from services.notify.inbox.use_cases import end_asking
from shared.contracts import Event
from shared.contracts.dispatch import (
    AnotherDayAsked,
    AssignmentAccepted,
    AssignmentDeclined,
    StopCancelled,
    StopChanged,
    StopConfirmed,
    SubstitutionClosed,
    TeamReleased,
)
from shared.unit_of_work import Transaction

ANSWER = "message.confirmation_overdue"
SUBSTITUTE = "message.substitution_overdue"


@dataclass(frozen=True, slots=True)
class Needless:
    """Messages with this code about a stop, to everybody or to one recipient, whose params hold ``facts``."""

    code: str
    stop_id: str
    recipient_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def _team_answered(
    event: AssignmentAccepted | AssignmentDeclined | TeamReleased,
) -> Iterable[Needless]:
    yield Needless(ANSWER, event.stop_id, of_team(event.team_code))


def _township_answered(event: StopConfirmed) -> Iterable[Needless]:
    yield Needless(ANSWER, event.stop_id, of_township(event.township_code))


def _party_answered(event: AnotherDayAsked) -> Iterable[Needless]:
    team = event.team_code
    recipient_id = of_township(event.township_code) if team is None else of_team(team)
    yield Needless(ANSWER, event.stop_id, recipient_id)


def _place_taken(event: SubstitutionClosed) -> Iterable[Needless]:
    facts = {"substitution_id": event.substitution_id}
    yield Needless(SUBSTITUTE, event.stop_id, of_team(event.team_code), facts)


def _all_of_stop(event: StopCancelled | StopChanged) -> Iterable[Needless]:
    """The half-day that they were about is no more."""
    yield Needless(ANSWER, event.stop_id)
    yield Needless(SUBSTITUTE, event.stop_id)


NEEDLESS: Mapping[type[Event], Callable[[Any], Iterable[Needless]]] = {
    StopConfirmed: _township_answered,
    AnotherDayAsked: _party_answered,
    AssignmentAccepted: _team_answered,
    AssignmentDeclined: _team_answered,
    TeamReleased: _team_answered,
    SubstitutionClosed: _place_taken,
    StopCancelled: _all_of_stop,
    StopChanged: _all_of_stop,
}


async def end_needless(tx: Transaction, event: Event) -> None:
    """Ends what an event makes needless. Events of a stop come in order, so nothing of it is asked later."""
    ended = NEEDLESS.get(type(event))
    for each in ended(event) if ended is not None else ():
        await end_asking(tx, each.code, f"stop:{each.stop_id}", each.recipient_id, facts=each.facts)
