"""A mail in place of many, for whoever wants fewer, and for an hour in which too many came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.leased import Leased

MOST_AN_HOUR = 20
"""Mails that one person gets at once in an hour; what is over comes in one, when the hour ends."""

HOUR = timedelta(hours=1)


@dataclass(eq=False, kw_only=True)
class Summary(Leased):
    """A mail to come, as a job. Deliveries that name it are gathered in it; it goes out when it falls due, and is gone
    then."""

    kind: ClassVar[str] = "summary"

    recipient_id: str


@dataclass(eq=False, kw_only=True)
class MailHour(Aggregate):
    """How many mails a recipient was sent at once in the hour that began at ``began_at``."""

    kind: ClassVar[str] = "mail_hour"

    recipient_id: str
    began_at: datetime
    mails: int = 0

    @property
    def key(self) -> str:
        return self.recipient_id

    @property
    def ends_at(self) -> datetime:
        return self.began_at + HOUR

    def count(self, now: datetime) -> bool:
        """Counts one more mail at ``now``; False when it is over the ceiling of the hour."""
        hour = hour_of(now)
        if hour != self.began_at:
            self.began_at, self.mails = hour, 0
        self.mails += 1
        return self.mails <= MOST_AN_HOUR


def hour_of(now: datetime) -> datetime:
    """The full hour that ``now`` lies in."""
    return now.replace(minute=0, second=0, microsecond=0)
