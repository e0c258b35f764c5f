"""Carries planning runs out, beside the consumer, one at a time in each process."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from services.dispatch.planning.problem.circuit import Progress, Solution, TourPlanner
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.use_cases import runs
from services.dispatch.plans.use_cases.runs import RUNS_TOPIC, FoundPlan, LeasedRun
from shared.cache.port import Cache
from shared.cache.waking import Waking
from shared.db.engine import store_is_away
from shared.jobs.worker import Worker
from shared.service import Job
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

SIGN_SECONDS = 5.0
"""How often a run renews its lease, and checks whether it was cancelled."""

SAVE_SECONDS = 1.0
"""How often improvements are stored."""

Planners = Mapping[str, TourPlanner]
"""By the purpose of a run. They may take their time; what ``on_progress`` returns says when to stop."""

log = logger(__name__)


def planning(uow: UnitOfWork, cache: Cache, planners: Planners) -> Job:
    """Takes runs as they fall due, one at a time."""

    async def carry_out(taken: Sequence[PlanningRun], watch: Waking) -> None:
        (run,) = taken
        await _carry_out(uow, cache, planners, watch, run)

    return Worker(uow, cache, PlanningRun, carry_out, topic=RUNS_TOPIC, give_up=runs.give_up).run


async def _carry_out(
    uow: UnitOfWork, cache: Cache, planners: Planners, watch: Waking, run: PlanningRun
) -> None:
    try:
        taken = await runs.prepare_run(uow, run)
        await _LeasedSearch(uow, cache, taken).carry_out(planners[run.purpose], watch)
    except Exception as error:
        if store_is_away(error):  # the next holder goes on from what is stored
            log.warning("planning run left", run=run.id, error=type(error).__name__)
            return
        log.warning("planning run failed", run=run.id, error=repr(error))
        with suppress(Exception):  # the same
            await runs.fail_run(uow, cache, run, error)


class _LeasedSearch:
    """One run, until it is over, lost, or given back."""

    def __init__(self, uow: UnitOfWork, cache: Cache, taken: LeasedRun) -> None:
        self._uow, self._cache, self._taken = uow, cache, taken
        self._began = time.monotonic()
        self._wrote_at = self._began
        self._goes_on = True
        self._latest: Solution | None = None
        self._kept: Solution | None = None
        self._found: FoundPlan | None = None

    async def carry_out(self, planner: TourPlanner, watch: Waking) -> None:
        searching = asyncio.ensure_future(
            asyncio.to_thread(
                planner.plan, self._taken.inputs.problem, self._taken.effort, self._on_progress
            )
        )
        try:
            while not searching.done() and self._goes_on:
                signalled = await watch.wait(SAVE_SECONDS, searching)
                if watch.ended:
                    self._goes_on = False
                    await self._give_back()
                elif not searching.done():
                    self._goes_on = await self._keep(signalled)
            if self._goes_on:
                await self._finish(await searching)
        finally:
            self._goes_on = False
            await asyncio.gather(searching, return_exceptions=True)

    def _on_progress(self, progress: Progress) -> bool:
        """Called in the planner's thread."""
        self._latest = progress.solution
        return self._goes_on

    async def _keep(self, must: bool) -> bool:
        """Stores what is new, or renews the lease alone. Returns False when the run is no longer held here."""
        found = await self._found_since()
        due = time.monotonic() - self._wrote_at >= SIGN_SECONDS
        if found is None and not must and not due:
            return True
        self._wrote_at = time.monotonic()
        return await runs.keep_progress(
            self._uow, self._cache, self._taken.run, found, self._spent()
        )

    async def _found_since(self) -> FoundPlan | None:
        latest = self._latest
        if latest is None or latest is self._kept:
            return None
        return await self._evaluate(latest)

    async def _evaluate(self, solution: Solution) -> FoundPlan:
        """Checks and scores the plan; a better bound of the same plan needs neither."""
        known = self._kept is not None and self._kept.objective == solution.objective
        self._kept = solution
        if known and self._found is not None:
            self._found = replace(self._found, bound=solution.bound, begins_anew=False)
        else:
            begins_anew = self._found is None
            self._found = await asyncio.to_thread(
                FoundPlan.of, self._taken.inputs, solution, begins_anew=begins_anew
            )
        return self._found

    async def _give_back(self) -> None:
        await self._keep(must=True)
        await runs.give_run_back(self._uow, self._cache, self._taken.run)

    async def _finish(self, solution: Solution) -> None:
        await runs.finish_run(
            self._uow, self._cache, self._taken.run, await self._evaluate(solution), self._spent()
        )

    def _spent(self) -> float:
        return self._taken.run.spent_seconds + time.monotonic() - self._began
