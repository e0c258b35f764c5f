"""Whether somebody has said that they know: messages whose receipt matters are asked about until it is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from shared.kernel.aggregate import Steps
from shared.kernel.leased import Leased

ASKED: Mapping[str, timedelta] = {
    "message.stop_cancelled": timedelta(hours=2),
    "message.stop_cancelled_team": timedelta(hours=2),
    "message.team_released": timedelta(hours=2),
    "message.substitution_overdue": timedelta(hours=1),
    "message.confirmation_overdue": timedelta(hours=24),
}
"""The messages that ask for acknowledgement, by code, and how long their recipient has each time. They go to townships
and teams; above these stands the corps."""

EXPECTED_REASONS = frozenset({"replanned", "teams_merged", "team_left"})
"""Whoever is released by a new plan reads that in it, and whoever left or was merged knows."""

NEEDLESS = "cancelled"
"""The state of one that is not asked for any more."""

Reminder = Literal["remind", "escalate"]


def wait_for(code: str, params: Mapping[str, Any]) -> timedelta | None:
    """How long the recipient of a message has to acknowledge it; None where the message asks for nothing."""
    return ASKED.get(code) if params.get("reason_code") not in EXPECTED_REASONS else None


@dataclass(eq=False, kw_only=True)
class Acknowledgement(Leased):
    """Of one message, by whose id it goes. The recipient is reminded once, then the corps is told, then the recipient
    is reminded daily. Whoever of the recipient's people acknowledges first ends it, or the corps, for somebody whom it
    reached otherwise. When the reminders are used up it stays open for the corps to see to.

    ``reminders`` counts both kinds; ``by_id`` is the account that acknowledged, ``by_corps`` whether for another.
    """

    kind: ClassVar[str] = "acknowledgement"
    STEPS: ClassVar[Steps] = {
        "queued": ("take", "cancel", "acknowledge", "end"),
        "running": (
            "take",
            "renew",
            "give_back",
            "retry",
            "fail",
            "cancel",
            "acknowledge",
            "ask",
            "end",
        ),
        "done": (),
        "cancelled": ("acknowledge",),
        "failed": ("acknowledge", "end"),
    }
    MOST_REMINDERS: ClassVar[int] = 6
    UNANSWERED: ClassVar[str] = "unanswered"
    DAILY: ClassVar[timedelta] = timedelta(days=1)

    code: str
    recipient_id: str
    about: str
    reminders: int = 0
    escalated_at: datetime | None = None
    acknowledged_at: datetime | None = None
    by_id: str | None = None
    by_corps: bool = False

    def ask(self, now: datetime) -> Reminder:
        """Asks once more; returns who is to be told, the recipient or the corps.

        :raises IllegalTransition: no worker holds it.
        """
        self.require("ask", self.state)
        self.reminders += 1
        reminder: Reminder = "remind"
        if self.reminders > 1 and self.escalated_at is None:
            reminder, self.escalated_at = "escalate", now
        if self.reminders >= self.MOST_REMINDERS:
            self.fail(self.UNANSWERED)
            return reminder
        wait = ASKED.get(self.code, self.DAILY) if self.escalated_at is None else self.DAILY
        self.state, self.holder, self.attempts, self.due_at = "queued", None, 0, now + wait
        return reminder

    def end(self) -> None:
        """Nobody needs to know any more; doing so again changes nothing."""
        if self.state != NEEDLESS:
            self.require("end", self.state)
            self.state, self.holder, self.due_at = NEEDLESS, None, None

    def acknowledge(self, now: datetime, by_id: str, *, by_corps: bool) -> bool:
        """Somebody knows; doing so again changes nothing. Returns whether this was the first time."""
        if self.acknowledged_at is not None:
            return False
        self.require("acknowledge", self.state)
        self.acknowledged_at, self.by_id, self.by_corps = now, by_id, by_corps
        self.state, self.holder, self.due_at, self.error = "done", None, None, None
        return True
