"""A plan as a picture (SVG): the calendar of the teams, and the map with the circuit."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from xml.sax.saxutils import escape

from services.dispatch.planning.problem.circuit import Circuit, PlannedStop, stops_of
from services.dispatch.planning.problem.problem import PlanningProblem, Point, Site

WIDTH_PX, EDGE_PX, TALLEST_PX = 640, 40, 560
CELL_PX, LEFT_PX, TOP_PX = 22, 150, 40
COLUMNS, LEGEND_ROW_PX = 5, 20
MOST_TEAMS, MOST_STOPS_JOINED, MOST_SITES_NAMED = 60, 100, 30
FONTS = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels."""


def drawn(circuit: Circuit, problem: PlanningProblem | None) -> str:
    """The SVG document: the map, the stops by number, the calendar. Without the problem there is no map: a plan alone
    does not know where its lines are."""
    width, height, parts = WIDTH_PX, 0, []
    if problem is not None:
        stops = stops_of(problem, circuit.booths)
        picture, height = _map(problem, stops)
        legend, rows = _legend(problem, stops)
        parts = [picture, f"<g transform='translate(0 {height})'>{legend}</g>"]
        height += rows * LEGEND_ROW_PX
    calendar, calendar_width, calendar_height = _calendar(circuit, problem)
    parts.append(f"<g transform='translate(0 {height})'>{calendar}</g>")
    width, height = max(width, calendar_width), height + calendar_height
    inside = f"<style>text {{ font-family: {FONTS}; fill: #223 }}</style>"
    inside += f"<rect width='{width}' height='{height}' fill='#fff'/>" + "".join(parts)
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{inside}</svg>\n"


def _legend(problem: PlanningProblem, stops: tuple[PlannedStop, ...]) -> tuple[str, int]:
    """The stops in their order, and in how many rows they stand."""
    if len(problem.sites) > MOST_SITES_NAMED or len(stops) > MOST_STOPS_JOINED:
        return "", 0
    column = (WIDTH_PX - 2 * EDGE_PX) / COLUMNS
    shapes = [
        _text(
            EDGE_PX + (number % COLUMNS) * column,
            (number // COLUMNS) * LEGEND_ROW_PX + 14,
            f"{number + 1} {stop.site.township}",
            "start",
            12,
        )
        for number, stop in enumerate(stops)
    ]
    return "".join(shapes), -(-len(stops) // COLUMNS)


def _calendar(circuit: Circuit, problem: PlanningProblem | None) -> tuple[str, int, int]:
    """Teams by days; the darker, the more volunteers."""
    load: Counter[tuple[str, int, int]] = Counter()
    for booth in circuit.booths:
        load[booth.team, booth.slot.day, booth.slot.part] += booth.volunteers
    teams = sorted({team for team, _, _ in load})
    days = problem.days if problem else 1 + max((day for _, day, _ in load), default=0)
    parts = problem.parts if problem else 1 + max((part for _, _, part in load), default=0)
    drawn_teams = {team: row for row, team in enumerate(teams[:MOST_TEAMS])}
    most = max(load.values(), default=1)
    shapes = [
        _text(LEFT_PX + day * CELL_PX + 9, TOP_PX - 6, str(day + 1), "middle", 9)
        for day in range(days)
    ]
    shapes += [
        _text(LEFT_PX - 6, TOP_PX + row * CELL_PX + 13, team, "end", 11)
        for team, row in drawn_teams.items()
    ]
    shapes += [_closed(day, len(drawn_teams)) for day in (problem.closed if problem else ())]
    for (team, day, part), volunteers in sorted(load.items()):
        if team in drawn_teams:
            x, y = (
                LEFT_PX + day * CELL_PX + part * CELL_PX / parts,
                TOP_PX + drawn_teams[team] * CELL_PX,
            )
            shade = 0.35 + 0.65 * volunteers / most
            box = (
                f"x='{x:.1f}' y='{y + 1}' width='{CELL_PX / parts - 1:.1f}' height='{CELL_PX - 2}'"
            )
            shapes.append(f"<rect {box} fill='#b3261e' fill-opacity='{shade:.2f}'/>")
    if len(teams) > MOST_TEAMS:
        shapes.append(
            _text(
                LEFT_PX,
                TOP_PX + MOST_TEAMS * CELL_PX + 14,
                f"+ {len(teams) - MOST_TEAMS}",
                "start",
                11,
            )
        )
    return (
        "".join(shapes),
        LEFT_PX + days * CELL_PX + 20,
        TOP_PX + (len(drawn_teams) + 1) * CELL_PX + 10,
    )


def _closed(day: int, rows: int) -> str:
    box = f"x='{LEFT_PX + day * CELL_PX}' y='{TOP_PX}' width='{CELL_PX - 1}' height='{rows * CELL_PX}'"
    return f"<rect {box} fill='#eef0f3'/>"


def _map(problem: PlanningProblem, stops: tuple[PlannedStop, ...]) -> tuple[str, int]:
    """The map, and its height."""
    place, height = _projection(problem)
    is_small = len(problem.sites) <= MOST_SITES_NAMED
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, stop in enumerate(stops, start=1):
        numbers[stop.site.id].append(number)
    shapes = []
    if len(stops) <= MOST_STOPS_JOINED:
        way = " ".join("{:.1f},{:.1f}".format(*place(stop.site)) for stop in stops)
        shapes.append(
            f"<polyline points='{way}' fill='none' stroke='#b3261e' stroke-width='1.6' stroke-opacity='0.5'/>"
        )
    for site in problem.sites:
        x, y = place(site)
        served = numbers[site.id]
        radius = 8.0 if is_small else 3 + 1.5 * min(4, len(served))
        colour = "#b3261e" if served else "#9aa3ad"
        shapes.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}' fill='{colour}' stroke='#fff'/>"
        )
        if is_small:
            white = "font-size='9' text-anchor='middle' style='fill:#fff'"
            shapes.append(
                f"<text x='{x:.1f}' y='{y + 3:.1f}' {white}>{','.join(map(str, served[:3]))}</text>"
            )
    if is_small:
        shapes += _names({site.township: place(site) for site in problem.sites})
    return "".join(shapes), height


def _names(places: dict[str, Point]) -> list[str]:
    """Each name where there is room beside its place; where there is none, the legend has it."""
    taken: list[Box] = [(x - 9, y - 9, x + 9, y + 9) for x, y in places.values()]
    shapes = []
    for name, (x, y) in places.items():
        half = 6.0 * len(name)
        for middle, base in (
            (x, y - 13),
            (x, y + 22),
            (x + half + 12, y + 4),
            (x - half - 12, y + 4),
        ):
            box = (middle - half, base - 11, middle + half, base + 3)
            if (
                box[0] > 0
                and box[2] < WIDTH_PX
                and not any(_overlap(box, other) for other in taken)
            ):
                taken.append(box)
                shapes.append(_text(middle, base, name, "middle", 12))
                break
    return shapes


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _projection(problem: PlanningProblem) -> tuple[Callable[[Site], Point], int]:
    """From places to pixels, north up, and the height; degrees are stretched as they are at the map's latitude."""
    sphere = problem.travel.on == "sphere"
    points = [site.point for site in problem.sites]
    middle = math.radians(sum(a for a, _ in points) / max(1, len(points))) if sphere else 0.0

    def flat(point: Point) -> Point:
        return (point[1] * math.cos(middle), point[0]) if sphere else point

    flattened = [flat(point) for point in points] or [(0.0, 0.0)]
    west, north = min(x for x, _ in flattened), max(y for _, y in flattened)
    wide = max(x for x, _ in flattened) - west
    tall = north - min(y for _, y in flattened)
    per_unit = min(
        (WIDTH_PX - 2 * EDGE_PX) / (wide or 1.0), (TALLEST_PX - 2 * EDGE_PX) / (tall or 1.0)
    )

    def place(site: Site) -> Point:
        x, y = flat(site.point)
        return EDGE_PX + (x - west) * per_unit, EDGE_PX + (north - y) * per_unit

    return place, int(tall * per_unit) + 2 * EDGE_PX


def _text(x: float, y: float, text: str, anchor: str, size: int) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}'>{escape(text)}</text>"
