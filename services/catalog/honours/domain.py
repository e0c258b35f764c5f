"""Honours: a model post (示范岗) of a window, and a model of service (服务标兵), a volunteer.

A window's team or the corps nominates; the public is shown it for seven days at least (公示), in which objections may
come; each gets an answer; then it is awarded until a day, or declined. What is recorded of an award are name, date and
awarding body (志愿服务记录与证明出具办法（试行）Art. 9).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

Award = Literal["model_post", "service_model"]
HonourState = Literal["nominated", "publicised", "awarded", "declined", "withdrawn", "expired"]
EndReason = Literal[
    "objection_upheld", "not_eligible", "taken_back", "conduct", "person_asked", "other"
]
"""Why an honour is declined, or withdrawn after it was awarded."""
CameBy = Literal["telephone", "letter", "in_person", "meeting"]
"""How the corps heard an objection that it enters for a resident."""

SHORTEST_PUBLICITY, LONGEST_PUBLICITY = 7, 60
"""Days, the first and the last included, on which the public is shown a nomination."""
LONGEST_AWARD = timedelta(days=3 * 366)


@dataclass(eq=False, kw_only=True)
class Honour(Aggregate):
    """An honour of the post ``post_id``, or of the volunteer ``volunteer_no`` who is or was at the window. ``citation``
    is what the public reads; ``grounds`` and ``links`` are for the corps."""

    kind: ClassVar[str] = "honour"
    STEPS: ClassVar[Steps] = {
        "nominated": ("publicise", "decline"),
        "publicised": ("object", "award", "decline"),
        "awarded": ("withdraw", "expire"),
        "declined": (),
        "withdrawn": (),
        "expired": (),
    }

    id: str
    award: Award
    window_code: str
    post_id: str | None
    volunteer_no: str | None
    citation: str
    grounds: str | None
    links: list[str]
    nominated_at: datetime
    state: HonourState = "nominated"
    public_from: date | None = None
    public_until: date | None = None
    awarded_on: date | None = None
    expires_on: date | None = None
    awarding_body: str | None = None
    ended_on: date | None = None
    reason_code: EndReason | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def publicise(self, until: date, today: date) -> None:
        """The public is shown it from today on.

        :raises IllegalTransition: it was before. :raises InvalidInput: these are too few days, or too many.
        """
        self.require("publicise", self.state)
        first_possible = today + timedelta(days=SHORTEST_PUBLICITY - 1)
        if until < first_possible:
            raise InvalidInput(
                "publicity_too_short",
                field="until_on",
                days=SHORTEST_PUBLICITY,
                first=first_possible,
            )
        if until > (last := today + timedelta(days=LONGEST_PUBLICITY - 1)):
            raise InvalidInput(
                "publicity_too_long", field="until_on", days=LONGEST_PUBLICITY, last=last
            )
        self.state, self.public_from, self.public_until = "publicised", today, until

    def require_open(self, today: date) -> None:
        """:raises IllegalTransition: nobody is shown it. :raises Conflict: the days for objections are over."""
        self.require("object", self.state)
        if self.public_until is not None and today > self.public_until:
            raise Conflict("objections_over", last=self.public_until)

    def give(
        self,
        body: str,
        expires_on: date,
        today: date,
        *,
        open_objections: int,
        upheld_objections: int,
    ) -> None:
        """It is awarded from today on.

        :raises IllegalTransition: nobody is shown it. :raises Conflict: that is not over, or an objection waits or is
            right.
        :raises InvalidInput: it would end before it begins, or last too long.
        """
        self.require("award", self.state)
        if self.public_until is not None and today <= self.public_until:
            raise Conflict("publicity_not_over", last=self.public_until)
        if open_objections:
            raise Conflict("objections_unanswered", count=open_objections)
        if upheld_objections:
            raise Conflict("objection_was_right", count=upheld_objections)
        if expires_on <= today:
            raise InvalidInput(
                "award_too_short", field="expires_on", first=today + timedelta(days=1)
            )
        if expires_on > (last := today + LONGEST_AWARD):
            raise InvalidInput("award_too_long", field="expires_on", last=last)
        self.state, self.awarded_on, self.expires_on = "awarded", today, expires_on
        self.awarding_body = body

    def end(
        self,
        step: Literal["decline", "withdraw"],
        on: date,
        reason_code: EndReason,
        reason: str | None,
    ) -> None:
        """It is declined, or withdrawn after it was awarded. :raises IllegalTransition: it can't be."""
        self.require(step, self.state)
        self.state = "declined" if step == "decline" else "withdrawn"
        self.ended_on, self.reason_code, self.reason = on, reason_code, reason

    def expire(self) -> None:
        """Its last day is over."""
        self.require("expire", self.state)
        self.state, self.ended_on = "expired", self.expires_on


@dataclass(eq=False, kw_only=True)
class Objection(Aggregate):
    """What a township, a team, or a resident (``came_by`` says how) has against an honour, and the corps' answer."""

    kind: ClassVar[str] = "objection"
    STEPS: ClassVar[Steps] = {"waiting": ("answer",), "answered": ()}

    id: str
    honour_id: str
    township_code: str | None
    team_code: str | None
    came_by: CameBy | None
    text: str | None
    made_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    is_upheld: bool = False

    @property
    def key(self) -> str:
        return self.id

    @property
    def state(self) -> Literal["waiting", "answered"]:
        return "waiting" if self.answered_at is None else "answered"

    def give_answer(self, text: str, at: datetime, *, upheld: bool) -> None:
        """:raises IllegalTransition: it was answered before."""
        self.require("answer", self.state)
        self.answer, self.answered_at, self.is_upheld = text, at, upheld
