"""Plan files: diancai.plan/v1, as objects read from and written to JSON."""

from services.dispatch.planning.problem.certificate import Certificate, Prices
from services.dispatch.planning.problem.circuit import Circuit, Solution, Unserved
from services.dispatch.planning.problem.fields import (
    MOST_DAYS,
    MOST_VOLUNTEERS,
    Fields,
    require_format,
    shown,
)
from services.dispatch.planning.problem.problem import Booth, PlanningProblem, Slot
from shared.kernel.errors import InvalidInput

PLAN = "diancai.plan/v1"


def read_solution(document: object) -> Solution:
    """A plan file. Its names are not looked up: ``check_plan`` says which exist.

    :raises InvalidInput: names the first value that breaks a rule of the format.
    """
    top = Fields(document)
    require_format(top, PLAN)
    booths = top.each("assignments", _booth)
    unserved = top.each("unserved", lambda line: Unserved(line.text("line"), line.text("reason")))
    return Solution(
        circuit=Circuit(booths, unserved),
        objective=top.whole("objective", -(10**12), 10**12),
        bound=top.whole("bound", -(10**12), 10**12) if top.has("bound") else None,
        certificate=_certificate(top.part("certificate")) if top.has("certificate") else None,
        seed=top.whole("seed", 0, 2**31 - 1, default=0),
    )


def _booth(entry: Fields) -> Booth:
    slot = Slot(entry.whole("day", 0, MOST_DAYS), entry.whole("part", 0, 23, default=0))
    return Booth(
        entry.text("line"), entry.text("team"), slot, entry.whole("volunteers", 1, MOST_VOLUNTEERS)
    )


def _certificate(entry: Fields) -> Certificate:
    """``lines``, ``teams``, ``townships``: {id: price}; ``openings``: {line: [[day, part, price], ...]}."""
    openings = entry.part("openings")
    prices: dict[tuple[str, Slot], float] = {}
    for line in openings.names():
        for number, value in enumerate(openings.many(line)):
            match value:
                case [int(day), int(part), int() | float() as price] if price >= 0:
                    prices[line, Slot(day, part)] = float(price)
                case _:
                    raise InvalidInput(
                        "file.not_a_price",
                        field=f"{openings.at(line)}[{number}]",
                        value=shown(value),
                    )
    bound = entry.whole("bound", -(10**12), 10**12)
    return Certificate(
        bound,
        Prices(
            _prices(entry, "lines"), prices, _prices(entry, "teams"), _prices(entry, "townships")
        ),
    )


def _prices(entry: Fields, name: str) -> dict[str, float]:
    prices = entry.part(name) if name == "lines" or entry.has(name) else Fields({})
    return {key: prices.number(key, 0, 1e12) for key in prices.names()}


def write_solution(problem: PlanningProblem, solution: Solution) -> dict[str, object]:
    """The plan file's object, in the order of the days."""
    document: dict[str, object] = {
        "format": PLAN,
        "assignments": [
            _booth_object(problem, booth) for booth in sorted(solution.circuit.booths, key=_by_day)
        ],
        "unserved": [
            {"line": line.line, "reason": line.reason, "detail": dict(line.facts)}
            for line in solution.circuit.unserved
        ],
        "objective": solution.objective,
        "bound": solution.bound,
        "seed": solution.seed,
    }
    if solution.certificate is not None:
        document["certificate"] = _certificate_object(solution.certificate)
    return document


def _by_day(booth: Booth) -> tuple[Slot, str, str]:
    return booth.slot, booth.team, booth.line


def _booth_object(problem: PlanningProblem, booth: Booth) -> dict[str, object]:
    part = {"part": booth.slot.part} if problem.parts > 1 else {}
    return {
        "line": booth.line,
        "team": booth.team,
        "day": booth.slot.day,
        **part,
        "volunteers": booth.volunteers,
    }


def _certificate_object(certificate: Certificate) -> dict[str, object]:
    openings: dict[str, list[list[float]]] = {}
    prices = certificate.prices
    for (line, slot), price in prices.openings.items():
        openings.setdefault(line, []).append([slot.day, slot.part, price])
    fair = {"teams": dict(prices.teams), "townships": dict(prices.townships)}
    return {
        "bound": certificate.bound,
        "lines": dict(prices.lines),
        "openings": openings,
        **{name: its for name, its in fair.items() if its},
    }
