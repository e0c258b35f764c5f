"""The work and time of an effort, and how much is left."""

import time

from services.dispatch.planning.problem.circuit import Effort

WORK_PER_SECOND = 0.95
"""Work that an effort's second allows. The amounts charged are about the seconds that a quiet machine takes, so that a
twentieth of the clock is left; one that is slower than that is stopped by the clock."""

SECONDS_TO_LOAD, LEAST_SHARE = 1.3, 0.5
"""The solvers' import takes so much of the clock; at least that share is for work, however short it is."""


class WorkBudget:
    """Counts the work done, and reads the clock."""

    def __init__(self, effort: Effort) -> None:
        self._began = time.monotonic()
        self._effort = effort
        for_work = max(effort.seconds - SECONDS_TO_LOAD, effort.seconds * LEAST_SHARE)
        self.work_left = for_work * WORK_PER_SECOND if effort.work is None else effort.work

    def seconds(self) -> float:
        return time.monotonic() - self._began

    def seconds_left(self) -> float:
        return self._effort.seconds - self.seconds()

    def spend(self, work: float) -> None:
        self.work_left -= work

    @property
    def is_spent(self) -> bool:
        return self.work_left <= 0 or self.is_late

    @property
    def is_late(self) -> bool:
        return self.seconds_left() <= 0
