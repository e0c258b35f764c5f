"""Failed attempts to prove who one is, and how long the next attempt must wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.errors import DomainError


class SignInBusy(DomainError):
    """More passwords are being checked than there is memory for; no failed attempt was counted."""

    status = 503

    def __init__(self) -> None:
        super().__init__("sign_in_busy")


FREE_FAILURES = {"pair": 5, "device": 5, "own": 5, "address": 20, "name": 100}
"""Failed attempts before waiting begins, by what they are counted for.

``pair``: one login name from one address. ``device``: a device that signed in to this account before; it waits for
its own failures only, so that nobody else can lock its owner out. ``own``: an account's attempts to change its own
password. ``address``: an address, over all names; an office shares one, so it has more. ``name``: a login name from
all unknown devices together, so that many addresses don't make many guesses.
"""

LONGEST_WAIT = {"name": timedelta(minutes=1)}
"""A name is slowed down, never locked: its owner gets in from a new device, too."""

LONGEST_WAIT_ELSE = timedelta(minutes=15)
QUIET = timedelta(hours=1)
"""After this long without a failed attempt, counting begins anew."""


def wait_after(kind: str, failures: int) -> timedelta:
    """Returns how long the next attempt must wait, which doubles with every further failure."""
    beyond = failures - FREE_FAILURES[kind]
    longest = LONGEST_WAIT.get(kind, LONGEST_WAIT_ELSE)
    return min(longest, timedelta(seconds=2 ** min(beyond + 1, 10))) if beyond >= 0 else timedelta()


@dataclass(kw_only=True)
class FailedAttempts:
    """How many attempts of one kind failed in a row, also for names that don't exist.

    ``key`` is the kind and a keyed hash: it shows neither what was typed nor where.
    """

    key: str
    count: int = 0
    blocked_until: datetime | None = None
    last_at: datetime | None = None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    def wait_seconds(self, now: datetime) -> int:
        """Returns the whole seconds until the next attempt is allowed; 0 when it is allowed now."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return int((self.blocked_until - now).total_seconds()) + 1

    def add(self, now: datetime) -> None:
        """Counts an attempt."""
        if self.last_at is not None and now - self.last_at > QUIET:
            self.count = 0
        self.count += 1
        self.last_at = now
        wait = wait_after(self.kind, self.count)
        # Without a wait there must be no moment: an attempt that began just before this one would take it for one.
        self.blocked_until = now + wait if wait else None

    def forgive(self) -> None:
        """Takes back an attempt that succeeded. What many people share forgets that one only."""
        self.withdraw()
        if self.kind not in {"address", "name"}:
            self.count = 0

    def withdraw(self) -> None:
        """Takes back an attempt that was not made in the end. It was allowed, so no wait preceded it."""
        self.count = max(0, self.count - 1)
        self.blocked_until = None
