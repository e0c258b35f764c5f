"""One message on one channel beside the inbox, and the tries to bring it there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from shared.kernel.aggregate import Aggregate, Steps

TRIES = 5
"""How often a channel is tried before it gives up."""

BACKOFF = 4
"""By how much each wait is longer than the one before."""

FRESH = timedelta(hours=24)
"""What happened longer ago is not mailed any more: it is a replay, or no news."""


@dataclass(eq=False, kw_only=True)
class Delivery(Aggregate):
    """``next_try_at`` is when it may be tried (again); a try under way pushes it into the future, so
    that nobody else takes it, and so that it comes back if whoever tries it dies."""

    kind: ClassVar[str] = "delivery"
    STEPS: ClassVar[Steps] = {"pending": ("try", "note_sent", "note_failure"), "sent": (), "failed": ()}

    id: str
    message_id: str
    recipient_id: str
    channel: str
    next_try_at: datetime
    state: str = "pending"
    tries: int = 0

    @property
    def key(self) -> str:
        return self.id

    def begin_try(self, until: datetime) -> None:
        self.require("try", self.state)
        self.next_try_at = until

    def note_sent(self) -> None:
        self.require("note_sent", self.state)
        self.tries += 1
        self.state = "sent"

    def note_failure(self, at: datetime, *, retry_seconds: float, final: bool) -> None:
        """Waits longer after every failure; gives up when it is ``final``, or after the last try."""
        self.require("note_failure", self.state)
        self.tries += 1
        if final or self.tries >= TRIES:
            self.state = "failed"
        else:
            self.next_try_at = at + timedelta(seconds=retry_seconds * BACKOFF ** (self.tries - 1))
