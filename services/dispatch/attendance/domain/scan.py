"""What a phone says of a coming or going, and whether it is believed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from services.dispatch.attendance.domain.attendance import By, Way
from shared.kernel.clock import CHINA

STEP_SECONDS = 30
STEPS_BESIDE = 1
"""A code of so many steps before and after is taken too: clocks differ, and a person types slowly."""

MOST_AHEAD = timedelta(minutes=2)
"""No phone has scanned anything in the future; clocks differ by so much."""

SYNCHRONISED_WITHIN = timedelta(days=10)
"""What comes later than this after the day counts no more by itself; its hours are agreed by both sides."""

Outcome = Literal["accepted", "repeated", "refused"]
"""``repeated``: nothing new follows from it. All of them are kept."""


@dataclass(frozen=True, slots=True)
class Scan:
    """``nonce`` is the phone's own, by which it is known when it is sent again. ``device_at`` is what the phone's clock
    said then and is never changed; ``device_ahead`` by how much that clock was ahead, measured when the phone was last
    connected. ``roster`` is the sealed one that the phone had."""

    nonce: str
    stop_id: str
    volunteer_no: str
    way: Way
    by: By
    device_at: datetime
    device_ahead: timedelta = timedelta(0)
    code: str | None = None
    roster: str | None = None
    inside_fence: bool | None = None

    @property
    def at(self) -> datetime:
        """The real moment."""
        return self.device_at - self.device_ahead


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed roster says: who stands at which booth of a stop, on which half-day; ``business_ahead`` is by how
    much business time was ahead of the real one, which differs in a demonstration only."""

    stop_id: str
    on: date
    part: str
    booths: dict[str, list[str]]
    business_ahead: timedelta

    def booth_of(self, volunteer_no: str) -> str | None:
        return next((key for key, named in self.booths.items() if volunteer_no in named), None)


def fault_of(
    scan: Scan,
    *,
    at: datetime,
    now: datetime,
    real_now: datetime,
    on: date,
    is_open: bool,
    booth: str | None,
    code_fits: bool,
) -> str | None:
    """Why it is not taken, as a code; None where it is. ``at`` is the scan's moment and ``now`` the present one, both
    in business time, ``real_now`` the present one of clocks; ``on`` the stop's day."""
    faults = (
        ("clock_ahead", scan.at > real_now + MOST_AHEAD),
        ("stop_not_held", not is_open),
        ("other_day", at.astimezone(CHINA).date() != on),
        ("too_late", now - at > SYNCHRONISED_WITHIN),
        ("not_rostered", booth is None),
        ("code_unknown", scan.by == "code" and not code_fits),
    )
    return next((code for code, is_so in faults if is_so), None)
