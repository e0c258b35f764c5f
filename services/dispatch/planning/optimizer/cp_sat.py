"""How CP-SAT is set up: one worker, a seed, and limits in deterministic time."""

from dataclasses import dataclass

from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class Limits:
    """``work`` is CP-SAT's deterministic time, about a second each; ``seconds`` the outer stop. ``thorough``: with all
    that helps a long search. A subproblem of some thousand options is solved sooner without it, and with few
    ``cut_rounds`` at its root."""

    work: float
    seconds: float
    seed: int = 1
    thorough: bool = False
    cut_rounds: int = 2


def solver_with(limits: Limits) -> cp_model.CpSolver:
    """One worker, so that the same limits give the same answer."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = limits.work
    solver.parameters.max_time_in_seconds = max(0.01, limits.seconds)
    if not limits.thorough:
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.add_lp_constraints_lazily = False
        solver.parameters.add_cg_cuts = False
        solver.parameters.max_cut_rounds_at_level_zero = limits.cut_rounds
    return solver
