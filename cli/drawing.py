"""A plan as a picture (SVG): the calendar of the teams, and the map with the circuit."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from xml.sax.saxutils import escape

from services.dispatch.domain.planning.circuit import Circuit, Stop, stops_of
from services.dispatch.domain.planning.problem import Point, Problem, Site

MAP_PX, CELL_PX, LEFT_PX, TOP_PX = 560, 18, 150, 40
MOST_TEAMS, MOST_STOPS_JOINED = 60, 100
FONTS = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def drawn(circuit: Circuit, problem: Problem | None) -> str:
    """The SVG document. Without the problem there is no map: a plan alone does not know where its lines are."""
    calendar, width, height = _calendar(circuit, problem)
    parts = [calendar]
    if problem is not None:
        parts.insert(0, _map(problem, stops_of(problem, circuit.booths)))
        parts[1] = f"<g transform='translate({MAP_PX + 20} 0)'>{calendar}</g>"
        width, height = width + MAP_PX + 20, max(height, MAP_PX + TOP_PX)
    inside = f"<style>text {{ font-family: {FONTS}; fill: #223 }}</style>"
    inside += f"<rect width='{width}' height='{height}' fill='#fff'/>" + "".join(parts)
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{inside}</svg>\n"


def _calendar(circuit: Circuit, problem: Problem | None) -> tuple[str, int, int]:
    """Teams by days; the darker, the more volunteers."""
    load: Counter[tuple[str, int, int]] = Counter()
    for booth in circuit.booths:
        load[booth.team, booth.slot.day, booth.slot.part] += booth.volunteers
    teams = sorted({team for team, _, _ in load})
    days = problem.days if problem else 1 + max((day for _, day, _ in load), default=0)
    parts = problem.parts if problem else 1 + max((part for _, _, part in load), default=0)
    drawn_teams = {team: row for row, team in enumerate(teams[:MOST_TEAMS])}
    most = max(load.values(), default=1)
    shapes = [_text(LEFT_PX + day * CELL_PX + 9, TOP_PX - 6, str(day + 1), "middle", 9) for day in range(days)]
    shapes += [_text(LEFT_PX - 6, TOP_PX + row * CELL_PX + 13, team, "end", 11) for team, row in drawn_teams.items()]
    shapes += [_closed(day, len(drawn_teams)) for day in (problem.closed if problem else ())]
    for (team, day, part), volunteers in sorted(load.items()):
        if team in drawn_teams:
            x, y = LEFT_PX + day * CELL_PX + part * CELL_PX / parts, TOP_PX + drawn_teams[team] * CELL_PX
            shade = 0.35 + 0.65 * volunteers / most
            box = f"x='{x:.1f}' y='{y + 1}' width='{CELL_PX / parts - 1:.1f}' height='{CELL_PX - 2}'"
            shapes.append(f"<rect {box} fill='#b3261e' fill-opacity='{shade:.2f}'/>")
    if len(teams) > MOST_TEAMS:
        shapes.append(_text(LEFT_PX, TOP_PX + MOST_TEAMS * CELL_PX + 14, f"+ {len(teams) - MOST_TEAMS}", "start", 11))
    return "".join(shapes), LEFT_PX + days * CELL_PX + 20, TOP_PX + (len(drawn_teams) + 1) * CELL_PX + 10


def _closed(day: int, rows: int) -> str:
    box = f"x='{LEFT_PX + day * CELL_PX}' y='{TOP_PX}' width='{CELL_PX - 1}' height='{rows * CELL_PX}'"
    return f"<rect {box} fill='#eef0f3'/>"


def _map(problem: Problem, stops: tuple[Stop, ...]) -> str:
    place = _projection(problem)
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, stop in enumerate(stops, start=1):
        numbers[stop.site.id].append(number)
    shapes = []
    if len(stops) <= MOST_STOPS_JOINED:
        way = " ".join("{:.1f},{:.1f}".format(*place(stop.site)) for stop in stops)
        shapes.append(
            f"<polyline points='{way}' fill='none' stroke='#b3261e' stroke-width='1.6' stroke-opacity='0.7'/>"
        )
    for site in problem.sites:
        x, y = place(site)
        served = numbers[site.id]
        radius = 3 + 1.5 * min(4, len(served)) if len(problem.sites) > 30 else 9
        colour = "#b3261e" if served else "#9aa3ad"
        shapes.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius}' fill='{colour}'/>")
        if len(problem.sites) <= 30:
            label = ",".join(map(str, served[:3]))
            white = "font-size='9' text-anchor='middle' style='fill:#fff'"
            shapes.append(f"<text x='{x:.1f}' y='{y + 3:.1f}' {white}>{label}</text>")
            shapes.append(_text(x, y - 12, site.township, "middle", 11))
    return "".join(shapes)


def _projection(problem: Problem) -> Callable[[Site], tuple[float, float]]:
    """From places to pixels, north up; degrees are stretched as they are at the map's latitude."""
    sphere = problem.travel.on == "sphere"
    points = [site.point for site in problem.sites]
    middle = math.radians(sum(a for a, _ in points) / max(1, len(points))) if sphere else 0.0

    def flat(point: Point) -> Point:
        return (point[1] * math.cos(middle), point[0]) if sphere else point

    flattened = [flat(point) for point in points] or [(0.0, 0.0)]
    west, south = min(x for x, _ in flattened), min(y for _, y in flattened)
    span = max(max(x for x, _ in flattened) - west, max(y for _, y in flattened) - south) or 1.0
    inner = MAP_PX - 2 * TOP_PX

    def place(site: Site) -> tuple[float, float]:
        x, y = flat(site.point)
        return TOP_PX + (x - west) / span * inner, MAP_PX - TOP_PX - (y - south) / span * inner

    return place


def _text(x: float, y: float, text: str, anchor: str, size: int) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}'>{escape(text)}</text>"
