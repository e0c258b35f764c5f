"""One item of an order, and what became of it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from services.requests.orders.domain.amendment import SaidLine
from shared.kernel.aggregate import Steps
from shared.kernel.errors import Conflict, IllegalTransition


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A team's booth for a line, as revision ``revision`` of a plan has it; ``part`` of a day."""

    plan_id: str
    revision: int
    stop_id: str
    assignment_id: str
    team_code: str
    on: date
    part: str


@dataclass(frozen=True)
class Rating:
    """What the township thought of a booth: ``score`` from 1 (poor) to 5 (excellent)."""

    score: int
    text: str | None


@dataclass(eq=False, kw_only=True)
class Line:
    """A part of an order; changed through its order only.

    The menu's words and numbers are kept as they were when it was ordered. ``plan_id`` and
    ``revision`` say which decision of dispatch the line's fate rests on: they stay when a booking is
    released, so that what an earlier revision said, and what arrives late, changes nothing.
    """

    STEPS: ClassVar[Steps] = {
        "waiting": (),
        "scheduled": (),
        "unserved": (),
        "served": ("rate",),
        "cancelled": (),
    }

    id: str
    position: int
    item_code: str
    name: str
    name_en: str
    volunteers_needed: int
    expected_attendance: int
    remark: str | None
    notice_days: int = 0
    """How many days before the service the item is to be ordered."""
    added_on: date | None = None
    """The business day on which an amendment added it; None where the order had it when it was handed in."""
    state: str = "waiting"
    plan_id: str | None = None
    revision: int = 0
    stop_id: str | None = None
    assignment_id: str | None = None
    team_code: str | None = None
    on: date | None = None
    part: str | None = None
    has_begun: bool = False
    """Whether the teams are at its stop, or were."""
    unserved_reason: str | None = None
    served: int | None = None
    score: int | None = None
    rating_text: str | None = None
    township_code: str | None = None
    campaign_id: str | None = None
    ordered_on: date | None = None
    """Its order's, as long as that is in hand and nothing is decided of the line for good: what is open is counted by
    these, without a look at the orders. See :meth:`Order.note_open_lines`."""

    @property
    def wanted(self) -> tuple[str, int, str | None]:
        """What the township asks for: the item, for how many residents, and what it says to it."""
        return self.item_code, self.expected_attendance, self.remark

    @property
    def rating(self) -> Rating | None:
        return None if self.score is None else Rating(self.score, self.rating_text)

    @property
    def waiting_since(self) -> date | None:
        """The day since which it waits for one of its own; None where it has one, or its order is not in hand."""
        if self.state not in ("waiting", "unserved") or self.ordered_on is None:
            return None
        return self.added_on or self.ordered_on

    @property
    def is_asked_for(self) -> bool:
        """Whether the order still has it: it was neither withdrawn nor taken out."""
        return self.state != "cancelled"

    def is_under_way(self, today: date) -> bool:
        """Whether it is too late to ask for something else: it was served, or its day has come."""
        return self.state == "served" or (self.on is not None and self.on <= today)

    def said(self) -> SaidLine:
        return SaidLine(
            item_code=self.item_code,
            name=self.name,
            name_en=self.name_en,
            expected_attendance=self.expected_attendance,
            remark=self.remark,
        )

    def amend(self, wanted: "Line") -> None:
        """Asks for as much, and says what ``wanted`` does of the same item."""
        self.expected_attendance, self.volunteers_needed, self.remark = (
            wanted.expected_attendance,
            wanted.volunteers_needed,
            wanted.remark,
        )

    @property
    def is_open(self) -> bool:
        """Whether a plan can still decide over it."""
        return self.state in ("waiting", "scheduled", "unserved")

    def schedule(self, booking: Booking) -> None:
        if not self.is_open or self._stands_against(booking):
            return
        self.state, self.unserved_reason = "scheduled", None
        self.plan_id, self.revision = booking.plan_id, booking.revision
        self.stop_id, self.assignment_id, self.team_code = (
            booking.stop_id,
            booking.assignment_id,
            booking.team_code,
        )
        self.on, self.part, self.has_begun = booking.on, booking.part, False

    def release(self) -> None:
        if self.state == "scheduled":
            self.state = "waiting"
            self._forget_booking()

    def leave_unserved(self, plan_id: str, revision: int, reason: str) -> None:
        late = revision < self.revision if plan_id == self.plan_id else self.state == "scheduled"
        if self.is_open and not late:
            self.state, self.unserved_reason = "unserved", reason
            self.plan_id, self.revision = plan_id, revision
            self._forget_booking()

    def cancel(self) -> None:
        if self.is_open:
            self.state, self.unserved_reason = "cancelled", None
            self._forget_booking()

    def rate(self, order_id: str, score: int, text: str | None) -> bool:
        """Says whether that is news: the same judgement sent again is not."""
        if "rate" not in self.STEPS[self.state]:
            raise IllegalTransition(
                "line", self.id, state=self.state, wanted="rate", possible=self.STEPS[self.state]
            )
        if self.rating is not None:
            if self.rating == Rating(score, text):
                return False
            raise Conflict(
                "already_rated", field="line_id", id=self.id, order_id=order_id, score=self.score
            )
        self.score, self.rating_text = score, text
        return True

    def _stands_against(self, booking: Booking) -> bool:
        """Whether what is known is a later decision than ``booking``.

        Events of one stop come in order, those of different stops do not, nor do a plan's own. In a
        plan the higher revision is the later one; within a revision, another stop's booking gives way
        to the one made later, and any to the plan's last word that there is no booth. Of two plans
        that both hold the line, the younger is the later one (their ids are in the order of making).
        """
        if booking.plan_id != self.plan_id:
            return self.state == "scheduled" and booking.plan_id < (self.plan_id or "")
        if booking.revision != self.revision:
            return booking.revision < self.revision
        if self.state == "scheduled" and self.stop_id != booking.stop_id:
            return booking.assignment_id < (self.assignment_id or "")
        return self.state == "unserved"

    def _forget_booking(self) -> None:
        self.stop_id = self.assignment_id = self.team_code = self.on = self.part = self.served = (
            None
        )
        self.has_begun = False
