"""``diancai plan``: solve and verify problem files, make such problems, draw plans."""

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cli.drawing import MOST_STOPS_JOINED, drawn
from cli.files import BadFile, json_text, read_json, write_text
from cli.terminal import console, fail, known_language, language_of, texts, words
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.certificate import bound_by
from services.dispatch.planning.problem.check import DAY_FACTS, Violation, broken_by, check_plan
from services.dispatch.planning.problem.circuit import (
    Circuit,
    Effort,
    Progress,
    Solution,
    TourPlanner,
    stops_of,
    way_km,
)
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.generated import generated_problem
from services.dispatch.planning.problem.plan_files import read_solution, write_solution
from services.dispatch.planning.problem.problem import PlanningProblem
from services.dispatch.planning.problem.score import GOALS, Score, score
from shared.kernel.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Solve planning problems in files, and examine plans.",
)

NOT_FEASIBLE = 1
SOLVERS = ("numpy", "scipy", "ortools")
"""What the planner imports after its first plan."""

MOST_VIOLATIONS_SHOWN = 20
LANGUAGE = language_of()

ProblemFile = Annotated[Path, typer.Argument(help="A problem in the format diancai.planning/v1.")]
PlanFile = Annotated[Path, typer.Argument(help="A plan in the format diancai.plan/v1.")]
Language = Annotated[
    str,
    typer.Option(
        callback=known_language,
        help="zh-CN or en; default: DIANCAI_LANGUAGE, else the system's (LANG).",
    ),
]


@app.command()
def solve(
    problem_file: ProblemFile,
    out: Annotated[
        Path, typer.Option(help="Where the plan goes; written anew at every improvement.")
    ],
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search at most.")] = 20.0,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same plan.")
    ] = 1,
    threads: Annotated[int, typer.Option(min=1, max=1, help="The search uses one core.")] = 1,
    start: Annotated[Path | None, typer.Option(help="A plan to go on from.")] = None,
    language: Language = LANGUAGE,
) -> None:
    """Solve a problem: a plan at once, better ones as they are found. Ctrl-C ends it with the best so far. Exit
    status 1, and no file, when what is fixed breaks rules."""
    with _refusals(language):
        problem = read_problem(read_json(problem_file))
        begun = read_solution(read_json(start)).circuit if start else None
        if begun:
            _require_its_plan(problem, begun, problem_file, start, language)
    if broken := broken_by(problem, (fixed.booth for fixed in problem.fixed)):
        _show_violations(broken, language)
        said = texts().render(language, "pins_do_not_hold")
        fail(f"{said['title']}. {words('plan.nothing_written', language)}", NOT_FEASIBLE)
    planner = _planner(language)
    with _refusals(language), _interruptible() as stopped:
        progress = _Shown(problem, out, stopped, language)
        solution = planner.plan(problem, Effort(seconds, seed, begun), progress.hear)
        progress.end(solution)


@app.command()
def verify(problem_file: ProblemFile, plan_file: PlanFile, language: Language = LANGUAGE) -> None:
    """Check a plan against its problem: every rule, the objective, and the certificate of its bound. Exit status 1 when
    something does not hold."""
    with _refusals(language):
        problem, solution = (
            read_problem(read_json(problem_file)),
            read_solution(read_json(plan_file)),
        )
    violations = check_plan(problem, solution.circuit)
    if violations:
        _show_violations(violations, language)
        console.print(words("plan.not_feasible", language, count=len(violations)))
        raise typer.Exit(NOT_FEASIBLE)
    found = score(problem, solution.circuit)
    _show_score(problem, solution, found, language)
    holds = _show_objective(solution, found, language) & _show_bound(
        problem, solution, found, language
    )
    raise typer.Exit(0 if holds else NOT_FEASIBLE)


@app.command()
def draw(
    plan_file: PlanFile,
    out: Annotated[Path, typer.Option(help="Where the picture goes, an SVG file.")],
    problem_file: Annotated[
        Path | None, typer.Option("--problem", help="Its problem, for the map.")
    ] = None,
    language: Language = LANGUAGE,
) -> None:
    """Draw a plan: the calendar of its teams, and with its problem the map of its stops."""
    with _refusals(language):
        problem = read_problem(read_json(problem_file)) if problem_file else None
        circuit = read_solution(read_json(plan_file)).circuit
        if problem is not None:
            _require_its_plan(problem, circuit, problem_file, plan_file, language)
        write_text(out, drawn(circuit, problem))


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Where the problem goes.")],
    size: Annotated[str, typer.Option(help="S: a city, M: a prefecture, L: a province.")] = "S",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same problem.")] = 1,
    language: Language = LANGUAGE,
) -> None:
    """Make a problem of the same kind as the samples, to try planners on."""
    match size:
        case "S" | "M" | "L":
            with _refusals(language):
                write_text(out, json_text(generated_problem(size, seed)))
        case _:
            fail(words("plan.no_such_size", language, size=size))


def _require_its_plan(
    problem: PlanningProblem,
    circuit: Circuit,
    problem_file: Path | None,
    plan_file: Path | None,
    language: str,
) -> None:
    """Ends the command when the circuit has lines or teams that the problem does not have."""
    lines, teams = (
        {booth.line for booth in circuit.booths},
        {booth.team for booth in circuit.booths},
    )
    if lines - {line.id for line in problem.lines} or teams - {team.id for team in problem.teams}:
        fail(words("plan.of_another_problem", language, plan=plan_file, problem=problem_file))


def _show_violations(violations: Sequence[Violation], language: str) -> None:
    for violation in violations[:MOST_VIOLATIONS_SHOWN]:
        facts = {name: _worded(name, value) for name, value in violation.facts.items()}
        said = texts().render(language, f"rule.{violation.rule}", facts)["detail"]
        console.print(f"[red]{violation.rule}[/red]", end=" ")
        console.print(said, soft_wrap=True, highlight=False, markup=False)
    if (more := len(violations) - MOST_VIOLATIONS_SHOWN) > 0:
        console.print(words("plan.more_rules", language, count=more))


def _worded(name: str, value: object) -> object:
    """A problem has days by number, the first one is 0, and no dates."""
    return {"zh-CN": f"第 {value} 天", "en": f"day {value}"} if name in DAY_FACTS else value


def _show_score(problem: PlanningProblem, solution: Solution, found: Score, language: str) -> None:
    console.print(words("plan.feasible", language))
    _say(language, "plan.served", lines=found.lines_served, visits=found.team_visits)
    if found.stops <= MOST_STOPS_JOINED:
        _say(
            language,
            "plan.way",
            km=f"{way_km(problem, stops_of(problem, solution.circuit.booths)):.1f}",
        )
    for goal in GOALS:
        value = f"{getattr(found, goal.name):g}"
        if goal.name == "lines_on_theme":
            value += _could_be_on_theme(problem)
        goal_words = texts().render(language, f"goal.{goal.name}")["detail"]
        colon = words("colon", language)
        console.print(
            f"{goal.level}. {goal_words}{colon}{value}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _could_be_on_theme(problem: PlanningProblem) -> str:
    """How many lines could be, and on which; nothing for a problem without themes."""
    could = sum(map(problem.could_fit_theme, problem.lines))
    return (
        f"/{could} ({'、'.join(theme.name for theme in problem.themes)})" if problem.themes else ""
    )


def _show_objective(solution: Solution, found: Score, language: str) -> bool:
    holds = solution.objective == found.objective
    code = "plan.objective" if holds else "plan.objective_differs"
    _say(
        language,
        code,
        style=None if holds else "red",
        objective=found.objective,
        said=solution.objective,
    )
    return holds


def _show_bound(problem: PlanningProblem, solution: Solution, found: Score, language: str) -> bool:
    certificate = solution.certificate
    if certificate is None:
        _say(language, "plan.no_certificate")
        return True
    proved = bound_by(problem, certificate.prices)
    holds = proved <= certificate.bound and found.objective <= proved
    gap = _gap(found.objective, certificate.bound)
    code, style = ("plan.certificate", "green") if holds else ("plan.certificate_fails", "red")
    _say(language, code, style=style, bound=certificate.bound, proved=proved, gap=gap)
    if solution.bound is not None and solution.bound < certificate.bound:
        _say(
            language,
            "plan.own_bound",
            bound=solution.bound,
            gap=_gap(found.objective, solution.bound),
        )
    return holds


def _say(language: str, code: str, *, style: str | None = None, **facts: object) -> None:
    console.print(
        words(code, language, **facts), style=style, highlight=False, markup=False, soft_wrap=True
    )


class _Shown:
    """One live line, and the plan's file renewed at each improvement."""

    def __init__(
        self, problem: PlanningProblem, out: Path, stopped: threading.Event, language: str
    ) -> None:
        self._problem, self._out, self._stopped, self._language = problem, out, stopped, language
        self._saved: int | None = None

    def hear(self, progress: Progress) -> bool:
        solution = progress.solution
        if self._saved is None or solution.objective > self._saved:
            self._save(solution)
            self._saved = solution.objective
        self._line(progress.seconds, solution)
        return not self._stopped.is_set()

    def _line(self, seconds: float, solution: Solution) -> None:
        bound = "-" if solution.bound is None else str(solution.bound)
        gap = _gap(solution.objective, solution.bound)
        facts = {
            "objective": solution.objective,
            "bound": bound,
            "gap": gap,
            "seconds": f"{seconds:.1f}",
        }
        text = words("plan.progress", self._language, **facts)
        sys.stderr.write(f"\r\x1b[K{text}" if sys.stderr.isatty() else f"{text}\n")
        sys.stderr.flush()

    def end(self, solution: Solution) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\n")
        self._save(solution)
        unserved = len(solution.circuit.unserved)
        served = len(self._problem.lines) - unserved
        gap = words("plan.optimal", self._language) if solution.is_optimal else ""
        gap = gap or words("plan.gap", self._language, gap=_gap(solution.objective, solution.bound))
        _say(
            self._language,
            "plan.solved",
            file=self._out,
            served=served,
            unserved=unserved,
            objective=solution.objective,
            gap=gap,
        )

    def _save(self, solution: Solution) -> None:
        """:raises AssertionError: the planner broke a rule; such a plan is not written."""
        if violations := check_plan(self._problem, solution.circuit):
            raise AssertionError(f"the planner broke a rule: {violations[0]}")
        write_text(self._out, json_text(write_solution(self._problem, solution)))


def _gap(objective: int, bound: int | None) -> str:
    return "-" if not bound else f"{100 * (bound - objective) / abs(bound):.3f} %"


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM set the event; the planner ends at its next word."""
    stopped = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _refusals(language: str) -> Iterator[None]:
    """What is wrong with a file, in words; exit status 2."""
    try:
        yield
    except InvalidInput as refusal:
        said = texts().render(language, refusal.code, {"field": refusal.field, **refusal.facts})
        fail(f"{said['detail']} {said['remedy']}")
    except BadFile as refusal:
        fail(refusal.said_in(language))


def _planner(language: str) -> TourPlanner:
    for needed in SOLVERS:
        if find_spec(needed) is None:
            fail(words("plan.not_installed", language, needed=needed))
    return Optimizer()
