"""Small planning problems for tests, and the best plan by trying all."""

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Unserved
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.generated import generated_problem
from services.dispatch.planning.problem.problem import (
    Booth,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Theme,
    Travel,
    Weights,
)
from services.dispatch.planning.problem.score import score

TOWNSHIPS = ("高楼镇", "湖岭镇", "陶山镇", "马屿镇")
ITEMS = ("医疗义诊", "法律咨询", "惠农政策宣传")
DAYS = 3
DATA = Path(__file__).parents[2] / "data"


def sample(size: str) -> PlanningProblem:
    return read_problem(json.loads((DATA / f"planning-{size}.json").read_text("utf-8")))


def district(zones: int, seed: int) -> PlanningProblem:
    """Some zones of a generated prefecture, with as large a part of its teams."""
    whole = read_problem(generated_problem("M", seed))
    kept = sorted({site.zone for site in whole.sites})[:zones]
    sites = tuple(site for site in whole.sites if site.zone in kept)
    there = {site.id for site in sites}
    lines = tuple(line for line in whole.lines if line.site in there)
    return replace(whole, sites=sites, lines=lines, teams=whole.teams[:: max(1, 15 // zones)])


def circuit_of(problem: PlanningProblem, booths: tuple[Booth, ...]) -> Circuit:
    """These booths, and all other lines unserved."""
    served = {booth.line for booth in booths}
    return Circuit(
        booths,
        tuple(
            Unserved(line.id, "unserved.no_team") for line in problem.lines if line.id not in served
        ),
    )


def every_booth(problem: PlanningProblem) -> list[Booth]:
    """Whatever can be written down, whether it holds or not."""
    slots = [Slot(day, part) for day in range(problem.days) for part in range(problem.parts)]
    return [
        Booth(line.id, team.id, slot, line.volunteers)
        for line in problem.lines
        for team in problem.teams
        for slot in slots
    ]


def best_by_trying_all(problem: PlanningProblem) -> int:
    """The best objective of all plans without shared booths; slow, and written without a look at the planner."""
    alone = [
        booth
        for booth in every_booth(problem)
        if check_plan(problem, circuit_of(problem, (booth,))) == []
    ]
    best = score(problem, circuit_of(problem, ())).objective
    found: list[tuple[Booth, ...]] = [()]
    for _ in problem.lines:
        longer = []
        for booths in found:
            for booth in alone:
                if booths and booth.line <= booths[-1].line:
                    continue
                circuit = circuit_of(problem, (*booths, booth))
                if check_plan(problem, circuit) == []:
                    longer.append(circuit.booths)
                    best = max(best, score(problem, circuit).objective)
        found = longer
    return best


@st.composite
def problems(draw: st.DrawFn, most_lines: int = 4) -> PlanningProblem:
    """All kinds of rules at once, on few townships, teams and days."""
    parts = draw(st.integers(1, 2))
    sites = tuple(
        Site(
            name,
            name,
            (draw(st.integers(0, 30)), draw(st.integers(0, 30))),
            draw(st.sampled_from(["东片", "西片"])),
        )
        for name in TOWNSHIPS[: draw(st.integers(1, 3))]
    )
    slots = [Slot(day, part) for day in range(DAYS) for part in range(parts)]
    teams = tuple(
        Team(
            f"服务队{number}",
            frozenset(draw(st.sets(st.sampled_from(ITEMS), min_size=1))),
            draw(st.integers(1, 6)),
            frozenset(draw(st.sets(st.sampled_from(slots), min_size=1))),
            base=(draw(st.integers(0, 30)), draw(st.integers(0, 30))),
            radius_km=draw(st.sampled_from([20.0, 60.0])),
            max_stops_per_day=draw(st.integers(1, 2)),
            qualified={"医师": draw(st.integers(0, 4))},
        )
        for number in range(draw(st.integers(1, 2)))
    )
    lines = tuple(_line(draw, number, sites) for number in range(draw(st.integers(1, most_lines))))
    return PlanningProblem(
        sites,
        teams,
        lines,
        DAYS,
        parts,
        Travel(detour_factor=1.3),
        Weights(
            overload=draw(st.sampled_from([0, 90, 400])),
            first_served=draw(st.sampled_from([0, 300])),
            theme=draw(st.sampled_from([0, 150, 700])),
            coverage=draw(st.sampled_from([0, 10, 90])),
        ),
        max_booths_per_stop=draw(st.sampled_from([1, 2, 12])),
        closed=frozenset(draw(st.sets(st.integers(0, DAYS - 1), max_size=1))),
        minutes_per_day=draw(st.sampled_from([None, None, 300])),
        setup_minutes=30,
        themes=tuple(draw(st.lists(_themes(), max_size=2))),
    )


def _themes() -> st.SearchStrategy[Theme]:
    items = st.frozensets(st.sampled_from(ITEMS), min_size=1)
    return st.builds(
        Theme,
        st.sampled_from(("红七月", "学雷锋月")),
        items,
        st.frozensets(st.integers(0, DAYS - 1)),
    )


def _line(draw: st.DrawFn, number: int, sites: tuple[Site, ...]) -> Line:
    first = draw(st.integers(0, DAYS - 1))
    return Line(
        f"项目{number}",
        draw(st.sampled_from(sites)).id,
        draw(st.sampled_from(ITEMS)),
        draw(st.integers(1, 5)),
        first,
        draw(st.integers(first, DAYS - 1)),
        draw(st.integers(1, 5)),
        preferred_days=tuple(draw(st.sets(st.integers(0, DAYS - 1), max_size=2))),
        ruled_out_days=frozenset(draw(st.sets(st.integers(0, DAYS - 1), max_size=1))),
        qualification=draw(st.sampled_from([None, None, "医师"])),
        minutes=draw(st.sampled_from([0, 60, 150])),
        series=draw(st.sampled_from([None, None, "每月义诊"])),
        spacing_days=draw(st.integers(0, 2)),
        months_unserved=draw(st.integers(0, 14)),
    )
