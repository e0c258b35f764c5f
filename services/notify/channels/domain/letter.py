"""What is sent, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

What = Literal["sent", "refused", "unreachable", "throttled", "no_address", "unwanted"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``refused`` is the other side's last word; ``unreachable`` is worth another try; ``throttled`` has to wait for
    ``until``, which is no try; ``unwanted`` was told away meanwhile. ``detail`` is the other side's own code, such as
    an errcode."""

    what: What
    until: datetime | None = None
    detail: str = ""


SENT = Outcome("sent")
NO_ADDRESS = Outcome("no_address")
UNREACHABLE = Outcome("unreachable")
UNWANTED = Outcome("unwanted")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one address, in its reader's language. ``id`` is the delivery's, the same at
    every try; ``address`` is in clear, or a robot's id. ``is_urgent``: it breaks quiet hours.
    ``has_waited``: it was held back once because of a limit."""

    id: str
    address: str
    language: str
    subject: str
    text: str
    is_urgent: bool = False
    has_waited: bool = False
