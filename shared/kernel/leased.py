"""Work that is kept as a row until it is done: taken under a lease, tried again, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from shared.kernel.aggregate import Aggregate, Steps


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a job waits after a failed attempt: ``first`` after the first one, then ``factor`` times as long after
    each further one, ``longest`` at the most."""

    first: timedelta
    factor: float = 2.0
    longest: timedelta = timedelta(days=1)

    def after(self, attempts: int) -> timedelta:
        """The wait after so many attempts, of which there was at least one."""
        growth = self.factor ** min(attempts - 1, 64)
        return timedelta(
            seconds=min(self.first.total_seconds() * growth, self.longest.total_seconds())
        )


@dataclass(eq=False, kw_only=True)
class Leased(Aggregate):
    """A job: an aggregate that a worker takes, keeps by renewing its lease, and ends.

    ``due_at`` is when a worker may take it: the time of the next attempt while it is queued, the end of the lease
    while it runs, None when it is over. ``holder`` names the worker that has it. ``attempts`` counts how often it was
    taken. ``error`` is the code of the last failure.
    """

    STEPS: ClassVar[Steps] = {
        "queued": ("take", "cancel"),
        "running": ("take", "renew", "give_back", "finish", "retry", "fail", "cancel"),
        "done": (),
        "cancelled": (),
        "failed": (),
    }
    LEASE: ClassVar[timedelta] = timedelta(seconds=30)
    """How long a worker that gives no sign keeps a job."""

    MOST_ATTEMPTS: ClassVar[int] = 5
    LOST: ClassVar[str] = "holder_lost"
    """The error of a job whose holders all fell silent: its workers die of it again and again."""

    id: str
    due_at: datetime | None
    state: str = "queued"
    holder: str | None = None
    attempts: int = 0
    error: str | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_over(self) -> bool:
        return not self.STEPS[self.state]

    def is_held_by(self, holder: str | None) -> bool:
        return self.state == "running" and self.holder == holder

    def take(self, holder: str, now: datetime) -> bool:
        """Gives the job to ``holder``; False, and the job has failed, when it was taken too often before.

        :raises IllegalTransition: it is over.
        """
        self.require("take", self.state)
        if self.attempts >= self.MOST_ATTEMPTS:
            self._end("failed", error=self.LOST)
            return False
        self.state, self.holder, self.due_at = "running", holder, now + self.LEASE
        self.attempts += 1
        return True

    def renew(self, now: datetime) -> None:
        """Its holder is alive.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("renew", self.state)
        self.due_at = now + self.LEASE

    def give_back(self, now: datetime) -> None:
        """Its holder has to leave: another may take it at once, and this was no attempt.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("give_back", self.state)
        self.state, self.holder, self.due_at = "queued", None, now
        self.attempts -= 1

    def finish(self) -> None:
        """:raises IllegalTransition: nobody holds it."""
        self.require("finish", self.state)
        self._end("done")

    def retry(self, now: datetime, error: str, backoff: Backoff) -> bool:
        """This attempt failed; the next one is due after the wait that ``backoff`` says. False, and the job has
        failed, when this was the last one.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("retry", self.state)
        if self.attempts >= self.MOST_ATTEMPTS:
            self._end("failed", error=error)
            return False
        self.state, self.holder, self.error = "queued", None, error
        self.due_at = now + backoff.after(self.attempts)
        return True

    def fail(self, error: str) -> None:
        """No further attempt would help.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("fail", self.state)
        self._end("failed", error=error)

    def cancel(self) -> None:
        """It is not wanted any more; a worker that has it notices when it renews its lease.

        :raises IllegalTransition: it is over.
        """
        self.require("cancel", self.state)
        self._end("cancelled")

    def _end(self, state: str, error: str | None = None) -> None:
        self.state, self.holder, self.due_at, self.error = state, None, None, error
