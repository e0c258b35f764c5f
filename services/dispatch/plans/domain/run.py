"""A planning run: a plan being computed, which may take its time, be watched, stopped, and taken up again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from services.dispatch.plans.domain.plan import require_days
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import DomainError

LEASE = timedelta(seconds=30)
"""How long a process that gives no sign keeps a run."""

MOST_ATTEMPTS = 5
"""How often a run is taken up that nobody brings to an end."""

LOST = "planner_lost"


@dataclass(eq=False, kw_only=True)
class PlanningRun(Aggregate):
    """``purpose`` plan: of all that a campaign asks for, at most ``seconds`` long; repair: of what is published, with
    as few changes as may be.

    ``due_at`` is when a process may take it: while it runs, when the lease of its ``holder`` ends; None when it is
    over. ``spent_seconds`` counts over all attempts. ``error`` is the code of what it failed of. Its plan is the
    candidate ``candidate_id``, from the first improvement on.
    """

    kind: ClassVar[str] = "planning_run"
    STEPS: ClassVar[Steps] = {
        "queued": ("take", "cancel"),
        "running": ("take", "keep", "give_back", "finish", "fail", "cancel"),
        "done": (),
        "cancelled": (),
        "failed": (),
    }

    id: str
    purpose: str
    campaign_id: str
    starts_on: date
    ends_on: date
    start_township_code: str
    weekends: bool
    seed: int
    seconds: float
    made_at: datetime
    due_at: datetime | None
    state: str = "queued"
    candidate_id: str | None = None
    holder: str | None = None
    attempts: int = 0
    spent_seconds: float = 0.0
    objective: int | None = None
    bound: int | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        require_days(self.starts_on, self.ends_on)

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_over(self) -> bool:
        return not self.STEPS[self.state]

    @property
    def gap(self) -> float | None:
        """How far the plan is from the bound, as a share of the bound; None while there is none."""
        if self.objective is None or self.bound is None:
            return None
        return (self.bound - self.objective) / max(1, abs(self.bound))

    def is_held_by(self, holder: str) -> bool:
        return self.state == "running" and self.holder == holder

    def take(self, holder: str, now: datetime) -> bool:
        """False when it was taken so often that it has failed."""
        self.require("take", self.state)
        if self.attempts >= MOST_ATTEMPTS:
            self._end("failed", error=LOST)
            return False
        self.state, self.holder, self.due_at = "running", holder, now + LEASE
        self.attempts += 1
        return True

    def keep(self, now: datetime, spent_seconds: float) -> None:
        """Its holder is alive, and has spent so long on it in all."""
        self.require("keep", self.state)
        self.due_at, self.spent_seconds = now + LEASE, spent_seconds

    def give_back(self, now: datetime) -> None:
        """Its holder has to leave; another may take it at once, and this was no attempt."""
        self.require("give_back", self.state)
        self.state, self.holder, self.due_at = "queued", None, now
        self.attempts -= 1

    def finish(self) -> None:
        self.require("finish", self.state)
        self._end("done")

    def fail(self, error: Exception) -> None:
        self.require("fail", self.state)
        self._end("failed", error=error.code if isinstance(error, DomainError) else LOST)

    def cancel(self) -> None:
        """Whoever holds it notices, and what was found until now stays."""
        self.require("cancel", self.state)
        self._end("cancelled")

    def _end(self, state: str, error: str | None = None) -> None:
        self.state, self.holder, self.due_at, self.error = state, None, None, error
