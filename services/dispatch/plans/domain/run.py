"""A planning run: a plan being computed, which may take its time, be watched, stopped, and taken up again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.dispatch.plans.domain.plan import require_days
from shared.kernel.errors import DomainError
from shared.kernel.leased import Leased


@dataclass(eq=False, kw_only=True)
class PlanningRun(Leased):
    """``purpose`` plan: of all that a campaign asks for, at most ``seconds`` long; repair: of what is published, with
    as few changes as may be.

    ``spent_seconds`` counts over all attempts. Its plan is the
    candidate ``candidate_id``, from the first improvement on.
    """

    kind: ClassVar[str] = "planning_run"
    LOST: ClassVar[str] = "planner_lost"

    purpose: str
    campaign_id: str
    starts_on: date
    ends_on: date
    start_township_code: str
    weekends: bool
    seed: int
    seconds: float
    made_at: datetime
    candidate_id: str | None = None
    spent_seconds: float = 0.0
    objective: int | None = None
    bound: int | None = None

    def __post_init__(self) -> None:
        require_days(self.starts_on, self.ends_on)

    @property
    def gap(self) -> float | None:
        """How far the plan is from the bound, as a share of the bound; None while there is none."""
        if self.objective is None or self.bound is None:
            return None
        return (self.bound - self.objective) / max(1, abs(self.bound))

    def keep(self, now: datetime, spent_seconds: float) -> None:
        """Its holder is alive, and has spent so long on it in all.

        :raises IllegalTransition: nobody holds it.
        """
        self.renew(now)
        self.spent_seconds = spent_seconds

    def fail_of(self, error: Exception) -> None:
        """It can't go on, because of ``error``.

        :raises IllegalTransition: nobody holds it.
        """
        self.fail(error.code if isinstance(error, DomainError) else self.LOST)
