"""A lane brings a subscription its events in order: the live one for ever, one more for each replay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.leased import Leased

SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600),
        *(24 * 3600, 24 * 3600, 24 * 3600),
    )
)
"""The waits after the first, second ... failed try of a delivery, as Standard Webhooks recommends; with the last two
they are somewhat more than :data:`DISABLE_AFTER`: nothing is given up before a server that is away is left alone, so
all of it waits for whoever repairs it."""

JITTER = 0.2
"""Each wait is longer by up to this part of it, so that what failed together does not come together."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
"""How long a lane rests after a round in which nothing arrived; it doubles from round to round."""

LONGEST_ASKED = timedelta(days=1)
"""As long a pause as an answer's Retry-After may ask for."""

WARN_AFTER = timedelta(days=1)
DISABLE_AFTER = timedelta(days=5)
"""So long nothing may arrive before people are warned, and before it is disabled."""

MOST_PENDING = 1000
"""So many deliveries of a lane wait at the most; the archive keeps the rest."""

LaneKind = Literal["live", "replay"]

OPEN_STATES = ("queued", "running")
"""Of a lane that brings something still."""

Outcome = Literal["delivered", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one try. ``status`` is the answer's, None where there was none, and ``error`` a code for what
    happened instead. ``pause`` is how long the answer asks not to be called."""

    status: int | None
    error: str | None = None
    pause: timedelta | None = None

    @property
    def outcome(self) -> Outcome:
        if self.status == 410:
            return "gone"
        return "delivered" if self.status is not None and 200 <= self.status < 300 else "failed"


def next_wait(attempts: int, result: Result, jitter: float) -> timedelta | None:
    """Returns the wait after a delivery's failed try with the number ``attempts``, or None where it was the last.
    ``jitter`` is between 0 and 1."""
    if attempts > len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts - 1] * (1 + JITTER * jitter)
    return max(wait, min(result.pause, LONGEST_ASKED)) if result.pause else wait


@dataclass(eq=False, kw_only=True)
class Lane(Leased):
    """A worker that holds it sends its due deliveries. ``cursor`` is the archive's position up to which it has become
    deliveries; ``until`` is a replay's end. ``pending`` is about how many wait. ``failing_since`` is when the first of
    the tries failed since which nothing has arrived, and ``failures`` counts the rounds without any arrival.

    While it is queued without ``due_at`` there is nothing to send.
    """

    kind: ClassVar[str] = "lane"
    MOST_ATTEMPTS: ClassVar[int] = 2**31
    """Its workers may die as often as they like."""
    LEASE: ClassVar[timedelta] = timedelta(seconds=60)

    subscription_id: str
    lane_kind: LaneKind
    cursor: int
    until: int | None = None
    pending: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    made_at: datetime

    def note_round(self, arrived: bool, failed: bool, now: datetime) -> None:
        """Some of the round's tries arrived, or failed, or both."""
        if arrived:
            self.failures, self.failing_since = 0, None
        elif failed:
            self.failures += 1
            self.failing_since = self.failing_since or now

    def must_be_disabled(self, now: datetime) -> bool:
        return self.failing_since is not None and now - self.failing_since >= DISABLE_AFTER

    def pause(self) -> timedelta:
        """How long to rest before the next round."""
        if not self.failures:
            return timedelta(0)
        doubled: int = 2 ** min(self.failures - 1, 20)
        return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)

    def rest(self, due_at: datetime | None) -> None:
        """Its holder has nothing more to send before ``due_at``; None: before something comes.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("give_back", self.state)
        self.state, self.holder, self.due_at, self.attempts = "queued", None, due_at, 0

    def is_done(self) -> bool:
        """Whether a replay has come to its end."""
        return self.until is not None and self.cursor >= self.until and not self.pending
