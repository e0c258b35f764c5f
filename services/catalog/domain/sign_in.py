"""What signing in leaves behind: codes and refresh tokens, and counters of wrong tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.errors import DomainError

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(minutes=5)


class SignInBusy(DomainError):
    """More passwords are being checked than there is memory for; nothing was counted as a wrong try."""

    status = 503

    def __init__(self) -> None:
        super().__init__("sign_in_busy")


FREE_FAILURES = {"pair": 5, "device": 5, "own": 5, "address": 20, "name": 100}
"""Wrong tries before waiting begins, by what they are counted for.

``pair``: one login name from one address. ``device``: a device that signed in to this account before; it waits for
its own tries only, so that nobody else can lock its owner out. ``own``: an account's tries to change its own
password. ``address``: an address, over all names; an office shares one, so it has more. ``name``: a login name from
all unknown devices together, so that many addresses don't make many guesses.
"""

LONGEST_WAIT = {"name": timedelta(minutes=1)}
"""A name's brake is slow guessing, not a lock: its owner gets in from a new device, too."""

LONGEST_WAIT_ELSE = timedelta(minutes=15)
QUIET = timedelta(hours=1)
"""After this long without a wrong try, counting begins anew."""


def wait_after(kind: str, failures: int) -> timedelta:
    """How long the next try must wait: doubles with every further failure."""
    beyond = failures - FREE_FAILURES[kind]
    longest = LONGEST_WAIT.get(kind, LONGEST_WAIT_ELSE)
    return min(longest, timedelta(seconds=2 ** min(beyond + 1, 10))) if beyond >= 0 else timedelta()


@dataclass(kw_only=True)
class Failures:
    """Wrong tries; kept for names that don't exist as well. ``key`` is the kind and a keyed hash: it does not show
    what was typed, or where."""

    key: str
    count: int = 0
    blocked_until: datetime | None = None
    last_at: datetime | None = None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    def wait_seconds(self, now: datetime) -> int:
        """Whole seconds until the next try is taken; 0 when it is now."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return int((self.blocked_until - now).total_seconds()) + 1

    def add(self, now: datetime) -> None:
        if self.last_at is not None and now - self.last_at > QUIET:
            self.count = 0
        self.count += 1
        self.last_at = now
        wait = wait_after(self.kind, self.count)
        # No moment where none is meant: a try that began just before this one would take it for a wait.
        self.blocked_until = now + wait if wait else None

    def forgive(self) -> None:
        """One try turned out to be right. What is shared by many forgets that one only."""
        self.withdraw()
        if self.kind not in {"address", "name"}:
            self.count = 0

    def withdraw(self) -> None:
        """One try was not made in the end. It was let in, so nothing waited before it."""
        self.count = max(0, self.count - 1)
        self.blocked_until = None


@dataclass(kw_only=True)
class Grant:
    """An authorization code or a refresh token, by its hash. ``family`` joins all that came of one sign-in, and is
    the ``sid`` of its tokens; ``began_at`` is when the person signed in. ``scope`` and ``nonce`` are what the client
    asked for (OpenID Connect Core 1.0, 3.1.2.1)."""

    hash: str
    kind: str
    family: str
    account_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str
    began_at: datetime
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
