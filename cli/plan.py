"""``diancai plan``: solve and verify problem files, make such problems, draw plans."""

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cli.drawing import MOST_STOPS_JOINED, drawn
from services.dispatch.adapters.optimizer import Optimizer
from services.dispatch.domain.planning.certificate import bound_by
from services.dispatch.domain.planning.check import check_plan
from services.dispatch.domain.planning.circuit import Effort, Progress, Solution, TourPlanner, stops_of, way_km
from services.dispatch.domain.planning.files import read_problem
from services.dispatch.domain.planning.generated import generated_problem
from services.dispatch.domain.planning.plan_files import read_solution, write_solution
from services.dispatch.domain.planning.problem import Problem
from services.dispatch.domain.planning.score import GOALS, Score, score
from shared.http.texts import DEFAULT, Texts
from shared.kernel.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Solve planning problems in files, and examine plans.",
)

NOT_FEASIBLE, BAD_INPUT = 1, 2
SOLVERS = ("numpy", "scipy", "ortools")
"""What the planner imports after its first plan."""

MOST_VIOLATIONS_SHOWN = 20

console = Console()
errors = Console(stderr=True)

ProblemFile = Annotated[Path, typer.Argument(help="A problem in the format diancai.planning/v1.")]
PlanFile = Annotated[Path, typer.Argument(help="A plan in the format diancai.plan/v1.")]
Language = Annotated[str, typer.Option(envvar="DIANCAI_LANGUAGE", help="zh-CN or en, for goals, rules and refusals.")]


@app.command()
def solve(
    problem_file: ProblemFile,
    out: Annotated[Path, typer.Option(help="Where the plan goes; written anew at every improvement.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to search at most.")] = 20.0,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same plan.")] = 1,
    threads: Annotated[int, typer.Option(min=1, max=1, help="The search uses one core.")] = 1,
    start: Annotated[Path | None, typer.Option(help="A plan to go on from.")] = None,
    language: Language = DEFAULT,
) -> None:
    """Solve a problem: a plan at once, better ones as they are found. Ctrl-C ends it with the best so far."""
    with _refusals(language):
        problem = read_problem(_load(problem_file))
        begun = read_solution(_load(start)).circuit if start else None
    planner = _planner()
    with _interruptible() as stopped:
        progress = _Shown(problem, out, stopped)
        solution = planner.plan(problem, Effort(seconds, seed, begun), progress.hear)
    progress.end(solution)
    violations = check_plan(problem, solution.circuit)
    if violations:
        raise AssertionError(f"the planner broke a rule: {violations[0]}")
    _save(out, problem, solution)


@app.command()
def verify(problem_file: ProblemFile, plan_file: PlanFile, language: Language = DEFAULT) -> None:
    """Check a plan against its problem: every rule, the objective, and the certificate of its bound. Exit status 1 when
    something does not hold."""
    with _refusals(language):
        problem, solution = read_problem(_load(problem_file)), read_solution(_load(plan_file))
    violations = check_plan(problem, solution.circuit)
    texts = _texts()
    for violation in violations[:MOST_VIOLATIONS_SHOWN]:
        said = texts.render(language, f"rule.{violation.rule}", violation.facts)["detail"]
        console.print(f"[red]{violation.rule}[/red] {violation.where}: {said}", soft_wrap=True, highlight=False)
    if violations:
        console.print(f"feasible: no, {len(violations)} rules broken")
        raise typer.Exit(NOT_FEASIBLE)
    found = score(problem, solution.circuit)
    _show_score(problem, solution, found, language)
    holds = _show_objective(solution, found) & _show_bound(problem, solution, found)
    raise typer.Exit(0 if holds else NOT_FEASIBLE)


@app.command()
def draw(
    plan_file: PlanFile,
    out: Annotated[Path, typer.Option(help="Where the picture goes, an SVG file.")],
    problem_file: Annotated[Path | None, typer.Option("--problem", help="Its problem, for the map.")] = None,
    language: Language = DEFAULT,
) -> None:
    """Draw a plan: the calendar of its teams, and with its problem the map of its stops."""
    with _refusals(language):
        problem = read_problem(_load(problem_file)) if problem_file else None
        circuit = read_solution(_load(plan_file)).circuit
    if problem is not None and {booth.line for booth in circuit.booths} - {line.id for line in problem.lines}:
        _fail(f"{plan_file} is not a plan of {problem_file}: it has lines that the problem does not have")
    out.write_text(drawn(circuit, problem), "utf-8")


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Where the problem goes.")],
    size: Annotated[str, typer.Option(help="S: a city, M: a prefecture, L: a province.")] = "S",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same problem.")] = 1,
) -> None:
    """Make a problem of the same kind as the samples, to try planners on."""
    match size:
        case "S" | "M" | "L":
            out.write_text(json.dumps(generated_problem(size, seed)), "utf-8")
        case _:
            _fail(f"there is no size {size!r}; choose S, M or L")


def _show_score(problem: Problem, solution: Solution, found: Score, language: str) -> None:
    console.print("feasible: yes")
    console.print(f"lines served: {found.lines_served}, by {found.team_visits} visits of teams", highlight=False)
    if found.stops <= MOST_STOPS_JOINED:
        way = way_km(problem, stops_of(problem, solution.circuit.booths))
        console.print(f"way from stop to stop: {way:.1f} km", highlight=False)
    texts = _texts()
    for goal in GOALS:
        value = f"{getattr(found, goal.name):g}"
        if goal.name == "lines_on_theme":
            value += _could_be_on_theme(problem)
        words = texts.render(language, f"goal.{goal.name}")["detail"]
        console.print(f"{goal.level}. {words}: {value}", highlight=False, markup=False, soft_wrap=True)


def _could_be_on_theme(problem: Problem) -> str:
    """How many lines could be, and on which; nothing for a problem without themes."""
    could = sum(map(problem.could_fit_theme, problem.lines))
    return f"/{could} ({'、'.join(theme.name for theme in problem.themes)})" if problem.themes else ""


def _show_objective(solution: Solution, found: Score) -> bool:
    holds = solution.objective == found.objective
    said = "as the plan says" if holds else f"[red]but the plan says {solution.objective}[/red]"
    console.print(f"objective: {found.objective}, {said}", highlight=False)
    return holds


def _show_bound(problem: Problem, solution: Solution, found: Score) -> bool:
    certificate = solution.certificate
    if certificate is None:
        console.print("certificate: none, so the bound is not proved")
        return True
    proved = bound_by(problem, certificate.prices)
    holds = proved <= certificate.bound and found.objective <= proved
    said = "[green]holds[/green]" if holds else f"[red]proves only {proved}[/red]"
    gap = _gap(found.objective, certificate.bound)
    console.print(f"certificate: bound {certificate.bound} {said}; gap {gap}", highlight=False)
    if solution.bound is not None and solution.bound < certificate.bound:
        said = f"bound: {solution.bound} by the search's own proof; gap {_gap(found.objective, solution.bound)}"
        console.print(said, highlight=False)
    return holds


class _Shown:
    """One live line, and the plan's file renewed at each improvement."""

    def __init__(self, problem: Problem, out: Path, stopped: threading.Event) -> None:
        self._problem, self._out, self._stopped = problem, out, stopped
        self._saved: int | None = None

    def hear(self, progress: Progress) -> bool:
        solution = progress.solution
        if self._saved is None or solution.objective > self._saved:
            _save(self._out, self._problem, solution)
            self._saved = solution.objective
        self._line(progress.seconds, solution)
        return not self._stopped.is_set()

    def _line(self, seconds: float, solution: Solution) -> None:
        bound = "-" if solution.bound is None else str(solution.bound)
        gap = _gap(solution.objective, solution.bound)
        text = f"best {solution.objective}  bound {bound}  gap {gap}  {seconds:.1f} s"
        sys.stderr.write(f"\r\x1b[K{text}" if sys.stderr.isatty() else f"{text}\n")
        sys.stderr.flush()

    def end(self, solution: Solution) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\n")
        unserved = len(solution.circuit.unserved)
        served = len(self._problem.lines) - unserved
        gap = "proved optimal" if solution.is_optimal else f"gap {_gap(solution.objective, solution.bound)}"
        console.print(f"{self._out}: {served} lines served, {unserved} not; objective {solution.objective}, {gap}")


def _gap(objective: int, bound: int | None) -> str:
    return "-" if not bound else f"{100 * (bound - objective) / abs(bound):.3f} %"


def _save(out: Path, problem: Problem, solution: Solution) -> None:
    """Whole or not at all: a reader never sees half a plan."""
    written = out.with_name(out.name + ".part")
    written.write_text(json.dumps(write_solution(problem, solution), ensure_ascii=False), "utf-8")
    written.replace(out)


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
        said = _texts().render(language, refusal.code, {"field": refusal.field, **refusal.facts})
        _fail(f"{said['detail']} {said['remedy']}")


def _texts() -> Texts:
    from services import dispatch

    return Texts(Path(str(dispatch.__file__)).parent / "locales")


def _planner() -> TourPlanner:
    for needed in SOLVERS:
        if find_spec(needed) is None:
            _fail(f"{needed} is not installed; dispatch's extra brings it: pip install 'diancai[dispatch]'")
    return Optimizer()


def _load(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        _fail(f"{file}: {error.strerror or error}")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        _fail(f"{file} is not JSON: {error}")


def _fail(text: str) -> NoReturn:
    errors.print(f"[red]diancai:[/red] {text}", soft_wrap=True, highlight=False)
    raise typer.Exit(BAD_INPUT)
