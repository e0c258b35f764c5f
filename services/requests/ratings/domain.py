"""A resident's rating of a booth, and the follow-up of a poor one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

HideReason = Literal["insult", "personal_data", "off_topic", "not_a_resident", "other"]
Rater = Literal["township", "resident"]

POOR = 2
"""A score up to this is followed up."""
FOLLOWED_UP_WITHIN = timedelta(days=7)
RATED_WITHIN = timedelta(days=14)
"""So long after a stop has started residents rate its booths."""
LEAST_TO_RANK = 20
"""With fewer ratings an average says nothing of a team, an item or a township, and is not compared. Residents' averages
are not shown then."""


@dataclass(eq=False, kw_only=True)
class ResidentRating(Aggregate):
    """What a resident thought of a booth, from 1 (poor) to 5 (excellent).

    ``device`` is a digest of the browser and the booth, so that one device rates a booth once; it can't be followed
    from one booth to another. Of a rating with a ticket it is the ticket's, and ``also_of`` is the browser's. A hidden
    one counts in no figure, and only the corps sees it. The team may ``reply`` once.
    """

    kind: ClassVar[str] = "rating"
    STEPS: ClassVar[Steps] = {"shown": ("hide", "reply"), "hidden": ("show",)}

    id: str
    assignment_id: str
    order_id: str
    township_code: str
    campaign_id: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int
    text: str | None
    rated_on: date
    rated_at: datetime
    device: str
    also_of: str | None = None
    state: Literal["shown", "hidden"] = "shown"
    reason_code: HideReason | None = None
    reason: str | None = None
    reply: str | None = None
    replied_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def by_ticket(self) -> bool:
        """Whether it is of somebody who was served by a ticket."""
        return self.also_of is not None

    def hide(self, reason_code: HideReason, reason: str | None) -> None:
        """:raises IllegalTransition: it is hidden."""
        self.require("hide", self.state)
        self.state, self.reason_code, self.reason = "hidden", reason_code, reason

    def show(self) -> None:
        """:raises IllegalTransition: it is not hidden."""
        self.require("show", self.state)
        self.state, self.reason_code, self.reason = "shown", None, None

    def answer(self, reply: str, now: datetime) -> None:
        """:raises IllegalTransition: it is hidden. :raises Conflict: the team has replied."""
        self.require("reply", self.state)
        if self.reply is not None:
            raise Conflict("replied_already", field="reply")
        self.reply, self.replied_at = reply, now


@dataclass(eq=False, kw_only=True)
class FollowUp(Aggregate):
    """A poor rating that somebody sees to: it stays until it is closed with an answer. ``id`` is that of the resident's
    rating, or of the order's line that the township judged."""

    kind: ClassVar[str] = "follow_up"
    STEPS: ClassVar[Steps] = {"open": ("close",), "closed": ()}

    id: str
    rater: Rater
    order_id: str
    township_code: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int
    words: str | None
    opened_on: date
    due_on: date
    state: Literal["open", "closed"] = "open"
    answer: str | None = None
    closed_at: datetime | None = None
    is_overdue: bool = False
    """It was said that nobody has closed it in time."""

    @property
    def key(self) -> str:
        return self.id

    def close(self, answer: str, now: datetime) -> None:
        """:raises IllegalTransition: it is closed."""
        self.require("close", self.state)
        self.state, self.answer, self.closed_at = "closed", answer, now

    def note_overdue(self, today: date) -> bool:
        """Returns whether it is to be said today that it is overdue, which is said once."""
        if self.state != "open" or self.is_overdue or today <= self.due_on:
            return False
        self.is_overdue = True
        return True


def require_open(started_on: date | None, today: date) -> None:
    """:raises Conflict: the stop has not started, or too long ago."""
    if started_on is None:
        raise Conflict("rating_too_early", field="link")
    last = started_on + RATED_WITHIN
    if today > last:
        raise Conflict("rating_too_late", field="link", last=last)
