"""Somebody drops out of a roster: who is asked to stand there instead, and what becomes of that."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart, HalfDay
from services.dispatch.rosters.domain.eligibility import Ranked, Volunteer, is_novice_alone
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.clock import CHINA
from shared.kernel.errors import Conflict

OfferState = Literal["waiting", "accepted", "declined", "over"]
Outcome = Literal["taken", "filled", "void"]
"""One who was asked stands there; the leader named somebody; or nobody is needed there then."""

PENDING = ("open", "with_leader")
"""The place is free, and somebody sees to it: those who were asked, or the leader."""

MOST_AT_ONCE = 3
"""So many are asked at a time; when all of them decline, the next ones are."""
ANSWER_WITHIN = timedelta(hours=12)
LATEST_ON_THE_EVE = time(18)


@dataclass(eq=False, kw_only=True)
class Offer:
    """One volunteer is asked to stand there."""

    substitution_id: str
    volunteer_no: str
    place: int
    """The ``place``-th who was asked, from 1."""
    state: OfferState = "waiting"


@dataclass(eq=False, kw_only=True)
class Substitution(Aggregate):
    """A place at a booth that ``volunteer_no`` left. Those who are asked may take it, the first one has it; ``until``
    says from when on the leader sees to it too."""

    kind: ClassVar[str] = "substitution"
    STEPS: ClassVar[Steps] = {
        "open": ("offer", "accept", "decline", "hand_over", "end"),
        "with_leader": ("accept", "decline", "end"),
        "taken": (),
        "filled": (),
        "void": (),
    }

    id: str
    assignment_id: str
    stop_id: str
    team_code: str
    volunteer_no: str
    on: date
    part: DayPart
    made_at: datetime
    until: datetime
    state: str = "open"
    by_no: str | None = None
    offers: list[Offer] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    @property
    def half_day(self) -> HalfDay:
        return self.on, self.part

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def waiting(self) -> list[str]:
        """Who was asked and has not answered, in the order in which they were."""
        return [each.volunteer_no for each in self.offers if each.state == "waiting"]

    def asks(self, no: str) -> bool:
        return any(each.volunteer_no == no for each in self.offers)

    def offer(self, numbers: Iterable[str]) -> list[str]:
        """Asks these, each once. Returns who is asked by that."""
        self.require("offer", self.state)
        new = [no for no in dict.fromkeys(numbers) if not self.asks(no)]
        first = len(self.offers) + 1
        self.offers += [
            Offer(substitution_id=self.id, volunteer_no=no, place=place)
            for place, no in enumerate(new, start=first)
        ]
        return new

    def accept(self, no: str) -> list[str]:
        """The volunteer takes the place, though late or after having declined. Returns who need not answer any more.

        :raises Conflict: somebody else has it, or nobody is needed there.
        """
        self._require_pending()
        self._answer(no, "accepted")
        self.by_no = no
        return self._end("taken")

    def decline(self, no: str) -> bool:
        """The volunteer can't. Returns whether that is new. :raises Conflict: the place is not free any more."""
        self._require_pending()
        if no not in self.waiting:
            return False
        self._answer(no, "declined")
        return True

    def ask_no_more(self, numbers: Collection[str]) -> None:
        """These stand at the booth meanwhile, so they need not answer."""
        for each in self.offers:
            if each.state == "waiting" and each.volunteer_no in numbers:
                each.state = "over"

    def hand_over(self) -> None:
        """Nobody has taken it: the leader sees to it."""
        self.require("hand_over", self.state)
        self.state = "with_leader"

    def end(self, outcome: Outcome) -> list[str]:
        """The place is not to be filled any more. Returns who need not answer any more."""
        self.require("end", self.state)
        return self._end(outcome)

    def _end(self, outcome: Outcome) -> list[str]:
        told = self.waiting
        for each in self.offers:
            if each.state == "waiting":
                each.state = "over"
        self.state = outcome
        return told

    def _answer(self, no: str, state: OfferState) -> None:
        for each in self.offers:
            if each.volunteer_no == no:
                each.state = state

    def _require_pending(self) -> None:
        if not self.is_pending:
            raise Conflict("substitution_over", field="substitution_id")


def answer_until(now: datetime, half_day: HalfDay) -> datetime:
    """Until when those who are asked are waited for; not after ``now`` where the stop is too near for that."""
    on, _ = half_day
    eve = datetime.combine(on - timedelta(days=1), LATEST_ON_THE_EVE, CHINA)
    return min(now + ANSWER_WITHIN, eve.astimezone(now.tzinfo))


def whom_to_ask(
    fit: Iterable[Ranked],
    *,
    standby: Sequence[str],
    named: Sequence[Volunteer],
    passed_over: Collection[str],
) -> list[str]:
    """Of those who may stand there, the next to ask: who is on standby in that order, then who has waited longest.
    ``named`` stand there already; ``passed_over`` are not asked (again)."""
    order = {no: place for place, no in enumerate(standby)}
    there = {person.no for person in named}
    ranked = sorted(fit, key=lambda each: (order.get(each.person.no, len(order)), each.rank))
    return [
        each.person.no
        for each in ranked
        if each.person.no not in there
        and each.person.no not in passed_over
        and not is_novice_alone([*named, each.person])
    ][:MOST_AT_ONCE]


def superfluous(pending: Sequence[Substitution], free: int) -> Sequence[Substitution]:
    """Of those of one booth, the oldest first, the ones for which there is no free place any more."""
    return pending[max(0, free) :]
