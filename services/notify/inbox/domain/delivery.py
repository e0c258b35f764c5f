"""One message on one channel beside the inbox, as a job: it is tried until it gets there, or there is no hope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from shared.kernel.aggregate import Steps
from shared.kernel.leased import Leased

FRESH = timedelta(hours=24)
"""What happened longer ago is not sent any more: it is a replay, or no news."""

QUIET = "quiet_hours"
"""Why a delivery waits that its recipient wants later."""

GATHERED = "gathered"
"""The state of a delivery that goes out in a summary, with others."""


@dataclass(eq=False, kw_only=True)
class Delivery(Leased):
    """``id`` is the same at every attempt, so that a receiver can tell a repeated mail. ``target`` is where on the
    channel it goes: the recipient's own address, by the channel's name, or the id of a robot. ``failed_at`` is when
    it was given up. ``summary_id`` is the summary that it is gathered in, whose worker ends it."""

    kind: ClassVar[str] = "delivery"
    STEPS: ClassVar[Steps] = {**Leased.STEPS, GATHERED: ("finish", "fail", "cancel")}

    message_id: str
    recipient_id: str
    channel: str
    target: str | None = None
    failed_at: datetime | None = None
    summary_id: str | None = None

    def postpone(self, until: datetime, why: str) -> None:
        """Its holder must not send it yet: another may from ``until`` on, and this was no attempt.

        :raises IllegalTransition: nobody holds it.
        """
        self.give_back(until)
        self.error = why

    def note_failure(self, at: datetime) -> None:
        self.failed_at = at


@dataclass(eq=False, kw_only=True)
class MailDelivery(Delivery):
    """By e-mail."""


@dataclass(eq=False, kw_only=True)
class SmsDelivery(Delivery):
    """By text message to a mobile phone."""


@dataclass(eq=False, kw_only=True)
class RobotDelivery(Delivery):
    """To a group in a chat, by its robot."""


KINDS: Mapping[str, type[Delivery]] = {
    "email": MailDelivery,
    "sms": SmsDelivery,
    "robot": RobotDelivery,
}
"""Each channel has workers of its own, so that a slow one keeps no other waiting."""
