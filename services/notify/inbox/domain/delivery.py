"""One message on one channel beside the inbox, as a job: it is tried until it gets there, or there is no hope."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from shared.kernel.leased import Leased

FRESH = timedelta(hours=24)
"""What happened longer ago is not mailed any more: it is a replay, or no news."""


@dataclass(eq=False, kw_only=True)
class Delivery(Leased):
    """``id`` is the same at every attempt, so that a receiver can tell a repeated mail."""

    kind: ClassVar[str] = "delivery"

    message_id: str
    recipient_id: str
    channel: str
