"""Windows at which agencies serve people (窗口), in a programme called "1+X": one leads, others join it.

A window has posts (岗位). Whoever holds one pledges in a line how people are served there (一句话承诺).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from services.catalog.directory.domain import Entry
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

WindowState = Literal["open", "closed"]
PostState = Literal["open", "closed"]
PledgeState = Literal["none", "waiting", "approved", "returned"]
PledgeReturnReason = Literal["too_vague", "promises_too_much", "names_a_person", "other"]
"""Why a pledge goes back: nobody could tell whether it is kept, it promises what the window can't keep, or it names
somebody."""

MOST_POSTS = 60
"""Posts that a window has at a time."""
LONGEST_PLEDGE = 40
"""Characters: it is one line on a badge."""


@dataclass(eq=False, kw_only=True)
class WindowKind(Entry):
    """What windows are for, such as registering marriages. Only windows of one kind are compared."""

    kind: ClassVar[str] = "window_kind"


@dataclass(eq=False, kw_only=True)
class Window(Entry):
    """A place at which an agency serves people. ``team_code`` is the team whose leader keeps it, and whose volunteers
    hold its posts. At most one open window ``leads``: the 1 of "1+X". A closed one stays for what was."""

    kind: ClassVar[str] = "window"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *Entry.CONTENT,
        "kind_code",
        "team_code",
        "place",
        "leads",
    )
    STEPS: ClassVar[Steps] = {"open": ("correct", "close", "fill"), "closed": ("reopen",)}

    kind_code: str
    team_code: str
    place: str
    leads: bool = False
    state: WindowState = "open"

    def close(self) -> None:
        """Serves nobody any more. :raises IllegalTransition: it is closed."""
        self.require("close", self.state)
        self.state, self.leads = "closed", False

    def reopen(self) -> None:
        """Serves people again. :raises IllegalTransition: it is open."""
        self.require("reopen", self.state)
        self.state = "open"


@dataclass(eq=False, kw_only=True)
class Post(Aggregate):
    """A post of a window, such as a counter; one person holds it at a time."""

    kind: ClassVar[str] = "window_post"
    CONTENT: ClassVar[tuple[str, ...]] = ("name", "name_en")
    STEPS: ClassVar[Steps] = {"open": ("correct", "close", "fill"), "closed": ()}

    id: str
    window_code: str
    name: str
    name_en: str
    state: PostState = "open"

    @property
    def key(self) -> str:
        return self.id

    def close(self) -> None:
        """Nobody holds it from now on. :raises IllegalTransition: it is closed."""
        self.require("close", self.state)
        self.state = "closed"


@dataclass(eq=False, kw_only=True)
class Holding(Aggregate):
    """A volunteer holds a post from ``first_on`` to ``last_on``, both included; until further notice without it.

    ``pledge`` is what the person promises there, in a line; it counts once the corps approved it. ``pledge_state`` is
    where that stands.
    """

    kind: ClassVar[str] = "holding"
    STEPS: ClassVar[Steps] = {
        "none": ("pledge",),
        "waiting": ("pledge", "approve", "return"),
        "approved": ("pledge",),
        "returned": ("pledge",),
    }

    id: str
    post_id: str
    window_code: str
    volunteer_no: str
    first_on: date
    last_on: date | None = None
    pledge: str | None = None
    pledge_state: PledgeState = "none"
    reason_code: PledgeReturnReason | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def covers(self, day: date) -> bool:
        """Whether the post is held on a day."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)

    def ended_before(self, day: date) -> bool:
        return self.last_on is not None and self.last_on < day

    def overlaps(self, first_on: date, last_on: date | None) -> bool:
        """Whether the post is held on one of these days."""
        return not self.ended_before(first_on) and (last_on is None or self.first_on <= last_on)

    def end(self, last_on: date) -> bool:
        """The person holds the post up to ``last_on``; one who has not begun never does. Returns whether that is new.

        :raises Conflict: the person has held it no more for longer. :raises InvalidInput: it is earlier than the day
            before the first.
        """
        if self.ended_before(last_on):
            raise Conflict("holding_over", field="last_on", last=self.last_on)
        if last_on < self.first_on - timedelta(days=1):
            raise InvalidInput("days_reversed", field="last_on", first=self.first_on, last=last_on)
        changed, self.last_on = self.last_on != last_on, last_on
        return changed

    def make_pledge(self, text: str) -> bool:
        """Pledges something, which waits for the corps. Returns whether it is new.

        :raises InvalidInput: it is no short line.
        """
        self.require("pledge", self.pledge_state)
        if len(text) > LONGEST_PLEDGE:
            raise InvalidInput(
                "pledge_too_long", field="text", most=LONGEST_PLEDGE, count=len(text)
            )
        if text == self.pledge and self.pledge_state in ("waiting", "approved"):
            return False
        self.pledge, self.pledge_state = text, "waiting"
        self.reason_code = self.reason = None
        return True

    def approve_pledge(self) -> None:
        """:raises IllegalTransition: no pledge waits."""
        self.require("approve", self.pledge_state)
        self.pledge_state = "approved"

    def return_pledge(self, reason_code: PledgeReturnReason, reason: str | None) -> None:
        """:raises IllegalTransition: no pledge waits."""
        self.require("return", self.pledge_state)
        self.pledge_state, self.reason_code, self.reason = "returned", reason_code, reason

    def forget(self) -> None:
        """Keeps the days and the number, and nothing that the person wrote."""
        self.pledge = self.reason_code = self.reason = None
        self.pledge_state = "none"


def require_days(first_on: date, last_on: date | None) -> None:
    """:raises InvalidInput: the last day is before the first."""
    if last_on is not None and last_on < first_on:
        raise InvalidInput("days_reversed", field="last_on", first=first_on, last=last_on)
