"""The planner in a process of its own, so that the service stays awake and a plan can be stopped at any moment."""

import multiprocessing
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, wait

from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Progress,
    Solution,
    TourPlanner,
    keep_going,
)
from services.dispatch.planning.problem.problem import PlanningProblem

GRACE_SECONDS = 2.0
"""How long a planner that was asked to stop may finish in its own way."""

LOOK_SECONDS = 0.5
"""How often the listener hears that nothing is new, so that it can stop a planner that finds nothing."""


NICENESS = 10
"""Where the processor is scarce, whoever waits for an answer comes first."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Makes the planner of this name; the solver is loaded where that happens, and nowhere else: it takes a second and
    a hundred megabytes."""

    module: str
    name: str

    def __call__(self) -> TourPlanner:
        planner: TourPlanner = getattr(import_module(self.module), self.name)()
        return planner


OPTIMIZER = Imported("services.dispatch.planning.optimizer.optimizer", "Optimizer")
REPAIRER = Imported("services.dispatch.planning.optimizer.repair", "Repairer")


class PlannerLost(RuntimeError):
    """The process ended before it had any plan."""


class ProcessPlanner:
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`; ``make`` gives the planner, in the new
    process.

    The last plan that came through the pipe is kept here: whatever happens to the process, that one is left.
    """

    def __init__(self, make: Callable[[], TourPlanner]) -> None:
        self._make = make

    def plan(self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going) -> Solution:
        """:raises PlannerLost: the process ended, or was stopped, before it had any plan."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        worker = context.Process(target=_work, args=(theirs, self._make, problem, effort), daemon=True)
        worker.start()
        theirs.close()
        try:
            return _listened(ours, effort, on_progress)
        finally:
            worker.join(GRACE_SECONDS)
            if worker.is_alive():
                worker.kill()
                worker.join()
            ours.close()


def _listened(pipe: Connection, effort: Effort, on_progress: OnProgress) -> Solution:
    last: Progress | None = None
    asked = False
    while True:
        if not wait([pipe], GRACE_SECONDS if asked else LOOK_SECONDS):
            if asked:
                break
        else:
            try:
                message: Progress | Solution = pipe.recv()
            except (EOFError, OSError):  # it ended, perhaps in the middle of a word
                break
            if isinstance(message, Solution):
                return message
            last = message
        if last is not None and not asked and not on_progress(last):
            asked = True
            with suppress(BrokenPipeError, ConnectionResetError):  # it has ended; what it said last is still to be read
                pipe.send("stop")
    if last is None:
        raise PlannerLost("the planner ended without a plan")
    return last.solution


def _work(pipe: Connection, make: Callable[[], TourPlanner], problem: PlanningProblem, effort: Effort) -> None:
    def on_progress(progress: Progress) -> bool:
        pipe.send(progress)
        return not pipe.poll()

    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    try:
        pipe.send(make().plan(problem, effort, on_progress))
    except (BrokenPipeError, ConnectionResetError):
        return  # whoever asked is gone
