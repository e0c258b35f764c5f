"""Problem files: diancai.planning/v1, as objects read from JSON. Beyond v1's fields the optional ones of
:class:`PlanningProblem`, :class:`Team` and :class:`Line` are read too."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from services.dispatch.planning.problem.fields import (
    MOST_DAYS,
    MOST_VOLUNTEERS,
    Fields,
    require_format,
    shown,
)
from services.dispatch.planning.problem.problem import (
    Ban,
    Booth,
    Capacity,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Theme,
    Travel,
    Weights,
)
from shared.kernel.errors import InvalidInput

PLANNING = "diancai.planning/v1"
WHYS = ("published", "pinned", "confirmed")


def read_problem(document: object) -> PlanningProblem:
    """:raises InvalidInput: names the first value that breaks a rule of the format."""
    top = Fields(document)
    require_format(top, PLANNING)
    days, parts = top.whole("days", 1, MOST_DAYS), top.whole("parts", 1, 24, default=1)
    sites = top.each("townships", _site)
    _require_unique(top.at("townships"), [site.id for site in sites])
    items = top.each("items", lambda item: item.text("id"))
    _require_unique(top.at("items"), items)
    teams = top.each("teams", lambda team: _team(team, days, parts, set(items)))
    _require_unique(top.at("teams"), [team.id for team in teams])
    known = {site.id for site in sites}
    lines = top.each("lines", lambda line: _line(line, days, known, set(items)))
    _require_unique(top.at("lines"), [line.id for line in lines])
    commitments = _Commitments(
        days, parts, {line.id for line in lines}, {team.id for team in teams}
    )
    return PlanningProblem(
        sites=sites,
        teams=teams,
        lines=lines,
        days=days,
        parts=parts,
        travel=_travel(top, {site.id for site in sites} | {team.id for team in teams}),
        weights=_weights(top.part("weights")) if top.has("weights") else Weights(),
        max_booths_per_stop=top.whole("max_booths_per_stop", 1, 1000, default=12),
        closed=frozenset(top.days("closed_days", days)),
        minutes_per_day=top.whole("minutes_per_day", 1, 1440)
        if top.has("minutes_per_day")
        else None,
        setup_minutes=top.whole("setup_minutes", 0, 1440, default=0),
        fixed=top.each("fixed", commitments.fixed, needed=False),
        forbidden=top.each("forbidden", commitments.forbidden, needed=False),
        published=top.each("published", commitments.booth, needed=False),
        start_township=top.text("start_township") if top.has("start_township") else None,
        themes=top.each("themes", lambda theme: _theme(theme, days, set(items)), needed=False),
        capacities=_capacities(top, days, set(items)),
    )


def _require_unique(where: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(ids):
        if name in seen:
            raise InvalidInput("file.twice", field=f"{where}[{number}].id", name=name)
        seen.add(name)


def _require_known(where: str, name: str, known: set[str], kind: str) -> None:
    if name not in known:
        raise InvalidInput("file.unknown_name", field=where, name=name, kind=kind)


def _site(site: Fields) -> Site:
    return Site(
        id=site.text("id"),
        township=site.text("township") if site.has("township") else site.text("id"),
        point=_point(site),
        zone=site.text("zone") if site.has("zone") else "",
    )


def _point(node: Fields) -> tuple[float, float]:
    if node.has("lat"):
        return node.number("lat", -90, 90), node.number("lon", -180, 180)
    return node.number("x_km", -1e5, 1e5), node.number("y_km", -1e5, 1e5)


def _team(team: Fields, days: int, parts: int, items: set[str]) -> Team:
    members_on = {
        int(day): count for day, count in team.counts("members_on").items() if day.isdecimal()
    }
    return Team(
        id=team.text("id"),
        items=_items(team, items),
        members=team.whole("members", 0, MOST_VOLUNTEERS),
        free=_free(team, days, parts),
        base=_point(team) if team.has("x_km") or team.has("lat") else None,
        radius_km=team.number("radius_km", 0, 1e6, default=float("inf")),
        max_stops_per_day=team.whole("max_stops_per_day", 1, 24, default=parts),
        members_on=members_on,
        qualified=team.counts("qualified"),
        area=frozenset(team.texts("area")) if team.has("area") else frozenset(),
    )


def _items(entry: Fields, items: set[str]) -> frozenset[str]:
    named = entry.texts("items")
    for number, item in enumerate(named):
        _require_known(f"{entry.at('items')}[{number}]", item, items, "item")
    return frozenset(named)


def _theme(theme: Fields, days: int, items: set[str]) -> Theme:
    """Of every day, where it names none."""
    named = theme.days("days", days) if theme.has("days") else range(days)
    return Theme(theme.text("name"), _items(theme, items), frozenset(named))


def _capacities(top: Fields, days: int, items: set[str]) -> tuple[Capacity, ...]:
    """:raises InvalidInput: two of one item share a day."""

    def read(entry: Fields) -> Capacity:
        item = entry.text("item")
        _require_known(entry.at("item"), item, items, "item")
        return Capacity(item, frozenset(entry.days("days", days)), entry.whole("most", 0, 10_000))

    capacities = top.each("capacities", read, needed=False)
    counted: set[tuple[str, int]] = set()
    for number, capacity in enumerate(capacities):
        own = {(capacity.item, day) for day in capacity.days}
        if twice := sorted(own & counted):
            raise InvalidInput(
                "file.days_shared", field=f"{top.at('capacities')}[{number}].days", day=twice[0][1]
            )
        counted |= own
    return capacities


def _free(team: Fields, days: int, parts: int) -> frozenset[Slot]:
    """``available_days`` whole, and ``available_slots`` [day, part] one by one."""
    whole = {Slot(day, part) for day in team.days("available_days", days) for part in range(parts)}
    slots = team.many("available_slots") if team.has("available_slots") else []
    return frozenset(
        whole
        | {
            _slot_pair(slot, f"{team.at('available_slots')}[{n}]", days, parts)
            for n, slot in enumerate(slots)
        }
    )


def _slot_pair(value: object, where: str, days: int, parts: int) -> Slot:
    match value:
        case [int(day), int(part)] if 0 <= day < days and 0 <= part < parts:
            return Slot(day, part)
    raise InvalidInput("file.not_a_slot", field=where, value=shown(value), days=days, parts=parts)


def _line(line: Fields, days: int, sites: set[str], items: set[str]) -> Line:
    site, item = line.text("township"), line.text("item")
    _require_known(line.at("township"), site, sites, "township")
    _require_known(line.at("item"), item, items, "item")
    first = line.whole("first_day", 0, days - 1, default=0)
    last = line.whole("last_day", 0, days - 1, default=days - 1)
    if last < first:
        raise InvalidInput(
            "file.window_reversed", field=line.at("last_day"), first=first, last=last
        )
    return Line(
        id=line.text("id"),
        site=site,
        item=item,
        volunteers=line.whole("volunteers_needed", 1, MOST_VOLUNTEERS),
        first_day=first,
        last_day=last,
        priority=line.whole("priority", 0, 1000, default=1),
        preferred_days=line.days("preferred_days", days),
        ruled_out_days=frozenset(line.days("ruled_out_days", days)),
        qualification=line.text("qualification") if line.has("qualification") else None,
        minutes=line.whole("minutes", 0, 1440, default=0),
        max_teams=line.whole("max_teams", 1, 100, default=1),
        series=line.text("series") if line.has("series") else None,
        spacing_days=line.whole("spacing_days", 0, MOST_DAYS, default=0),
        months_unserved=line.whole("months_unserved", 0, 1200, default=0),
    )


def _travel(top: Fields, ids: set[str]) -> Travel:
    degrees = top.has("travel_on") and top.text("travel_on") == "sphere"
    km: dict[tuple[str, str], float] = {}
    for entry in top.each("distances", lambda entry: entry, needed=False):
        for end in ("from", "to"):
            _require_known(entry.at(end), entry.text(end), ids, "township or team")
        km[entry.text("from"), entry.text("to")] = entry.number("km", 0, 1e6)
    return Travel(
        on="sphere" if degrees else "plane",
        detour_factor=top.number("detour_factor", 0, 100, default=1.0),
        speed_kmh=top.number("speed_kmh", 0.1, 1000, default=30.0),
        km=km,
    )


def _weights(weights: Fields) -> Weights:
    usual = asdict(Weights())
    return Weights(
        **{
            field.name: weights.whole(field.name, 0, 10**6, usual[field.name])
            for field in fields(Weights)
        }
    )


class _Commitments:
    """Reads booths and rules about booths, whose lines and teams must exist."""

    def __init__(self, days: int, parts: int, lines: set[str], teams: set[str]) -> None:
        self._days, self._parts = days, parts
        self._lines, self._teams = lines, teams

    def booth(self, entry: Fields) -> Booth:
        line, team = entry.text("line"), entry.text("team")
        _require_known(entry.at("line"), line, self._lines, "line")
        _require_known(entry.at("team"), team, self._teams, "team")
        return Booth(line, team, self._slot(entry), entry.whole("volunteers", 1, MOST_VOLUNTEERS))

    def fixed(self, entry: Fields) -> Fixed:
        match entry.text("why") if entry.has("why") else "pinned":
            case ("published" | "pinned" | "confirmed") as why:
                return Fixed(self.booth(entry), why)
            case other:
                raise InvalidInput(
                    "file.not_one_of",
                    field=entry.at("why"),
                    value=shown(other),
                    choices=", ".join(WHYS),
                )

    def forbidden(self, entry: Fields) -> Ban:
        line = entry.text("line") if entry.has("line") else None
        team = entry.text("team") if entry.has("team") else None
        if line is not None:
            _require_known(entry.at("line"), line, self._lines, "line")
        if team is not None:
            _require_known(entry.at("team"), team, self._teams, "team")
        return Ban(line, team, self._slot(entry) if entry.has("day") else None)

    def _slot(self, entry: Fields) -> Slot:
        return Slot(
            entry.whole("day", 0, self._days - 1),
            entry.whole("part", 0, self._parts - 1, default=0),
        )
