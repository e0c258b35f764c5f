"""Runs a planner in a process of its own: the service stays responsive, and a search can be stopped at any time."""

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
"""How long a planner may take to stop by itself, before its process is killed."""

LOOK_SECONDS = 0.5
"""How often ``on_progress`` is called with nothing new, so that it can stop a planner that finds nothing."""


NICENESS = 10
"""Requests come before searches when the processor is busy."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Makes the planner of this name. Only the process that does so loads the solver, which takes a second and a
    hundred megabytes."""

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
    """See :class:`services.dispatch.planning.problem.circuit.TourPlanner`; ``make`` is called in the new process.

    The last plan that came through the pipe is kept, whatever happens to the process.
    """

    def __init__(self, make: Callable[[], TourPlanner]) -> None:
        self._make = make

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        """:raises PlannerLost: the process ended, or was stopped, before it had any plan."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        worker = context.Process(
            target=_work, args=(theirs, self._make, problem, effort), daemon=True
        )
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
            except (EOFError, OSError):  # it ended, perhaps in the middle of a message
                break
            if isinstance(message, Solution):
                return message
            last = message
        if last is not None and not asked and not on_progress(last):
            asked = True
            with suppress(
                BrokenPipeError, ConnectionResetError
            ):  # it has ended; its last message is still to be read
                pipe.send("stop")
    if last is None:
        raise PlannerLost("the planner ended without a plan")
    return last.solution


def _work(
    pipe: Connection, make: Callable[[], TourPlanner], problem: PlanningProblem, effort: Effort
) -> None:
    def on_progress(progress: Progress) -> bool:
        pipe.send(progress)
        return not pipe.poll()

    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    try:
        pipe.send(make().plan(problem, effort, on_progress))
    except (BrokenPipeError, ConnectionResetError):
        return  # the parent process is gone
