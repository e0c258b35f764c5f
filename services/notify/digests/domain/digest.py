"""One message per recipient and plan revision, however many events the revision consists of."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

from services.notify.inbox.domain.recipient import COORDINATOR, of_team, of_township
from services.notify.templates.domain import Params
from shared.kernel.aggregate import Aggregate, Steps

MOST_LINES = 200
"""Longer lists are cut, with a last line that says how many more there are."""

_PARTS = {"morning": 0, "afternoon": 1}


class Entry(NamedTuple):
    """One event of a revision. ``kind`` is scheduled, changed, assigned or unserved; ``data`` are its
    fields as JSON, for ``assigned`` also ``again``: the team had this booth before the stop moved."""

    kind: str
    data: dict[str, Any]


class Note(NamedTuple):
    """A message to write; ``stop_id`` where it is about one stop alone."""

    recipient_id: str
    code: str
    params: Params
    stop_id: str | None = None


@dataclass(eq=False, kw_only=True)
class Digest(Aggregate):
    """Gathers the events of one plan revision, which come in any order, until there are as many as
    ``PlanPublished`` said there are. What it said is None while it has not been heard. ``happened_at``
    is when the latest of them happened."""

    kind: ClassVar[str] = "digest"
    STEPS: ClassVar[Steps] = {"gathering": ("announce", "gather", "write"), "written": ()}

    id: str
    plan_id: str
    revision: int
    happened_at: datetime
    state: str = "gathering"
    stops: int = 0
    assignments: int = 0
    unserved: int = 0
    announced: Params | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def complete(self) -> bool:
        said = self.announced
        return said is not None and all(
            counted >= said[name]
            for name, counted in (
                ("stops", self.stops),
                ("assignments", self.assignments),
                ("unserved", self.unserved),
            )
        )

    def announce(self, plan: Params, at: datetime) -> None:
        """``plan``: the fields of PlanPublished."""
        self.require("announce", self.state)
        self.happened_at = max(self.happened_at, at)
        self.announced = plan

    def gather(self, kind: str, at: datetime) -> None:
        self.require("gather", self.state)
        self.happened_at = max(self.happened_at, at)
        if kind == "assigned":
            self.assignments += 1
        elif kind == "unserved":
            self.unserved += 1
        else:
            self.stops += 1

    def write(self, entries: Iterable[Entry]) -> list[Note]:
        """The messages of a complete revision; the same for the same entries in any order."""
        self.require("write", self.state)
        assert self.announced is not None, "only a complete digest is written"  # noqa: S101 - see complete
        self.state = "written"
        return _compose(self.announced, _Entries(entries))


class _Entries:
    """The entries of a revision, sorted, and by what they are about."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_kind: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in entries:
            by_kind[entry.kind].append(entry.data)
        self.scheduled = sorted(by_kind["scheduled"], key=_when)
        self.changed = sorted(by_kind["changed"], key=_when)
        self.assigned = sorted(by_kind["assigned"], key=_when)
        self.unserved = sorted(
            by_kind["unserved"],
            key=lambda line: (line["township_code"], line["item_code"], line["line_id"]),
        )
        self.moved = {stop["stop_id"]: stop for stop in self.changed}

    def only_stop_of(self, township_code: str) -> str | None:
        """The stop of a township that has one in this revision; None where it has several, or none."""
        stops = {
            entry["stop_id"]
            for entry in (*self.scheduled, *self.changed, *self.assigned)
            if entry["township_code"] == township_code
        }
        return stops.pop() if len(stops) == 1 else None


def _compose(plan: Params, entries: _Entries) -> list[Note]:
    about = {name: plan[name] for name in ("campaign_id", "revision", "starts_on", "ends_on")}
    step = "published" if plan["revision"] == 1 else "revised"
    townships = {
        entry["township_code"]
        for entry in (*entries.scheduled, *entries.changed, *entries.assigned, *entries.unserved)
    }
    notes = [
        Note(
            of_township(code),
            f"message.plan_{step}_township",
            _cut(about, _for_township(code, entries)),
            entries.only_stop_of(code),
        )
        for code in sorted(townships)
    ]
    notes += [
        Note(of_team(code), f"message.plan_{step}_team", _cut(about, _for_team(code, entries)))
        for code in sorted({booth["team_code"] for booth in entries.assigned})
    ]
    counts = {name: plan[name] for name in ("stops", "assignments", "unserved")}
    summary = _cut({**about, **counts}, _for_coordinator(entries, every_booth=plan["revision"] > 1))
    notes.append(Note(COORDINATOR, f"message.plan_{step}_coordinator", summary))
    return notes


def _for_township(code: str, entries: _Entries) -> list[Params]:
    """Its stops in the order of days, each with its booths; then what has no place."""
    booths: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    stops: dict[str, Params] = {}
    for booth in entries.assigned:
        if booth["township_code"] == code:
            booths[booth["stop_id"]].append(booth)
            stops[booth["stop_id"]] = _line("line.stop", booth, "on", "part", "place")
    for stop in entries.scheduled:
        if stop["township_code"] == code:
            stops[stop["stop_id"]] = _line("line.stop", stop, "on", "part", "place")
    for stop in entries.changed:
        if stop["township_code"] == code:
            stops[stop["stop_id"]] = _line(
                "line.stop_moved", stop, "was_on", "was_part", "on", "part", "place", "reason_code"
            )
    until = {
        stop["stop_id"]: stop.get("until_on") for stop in (*entries.scheduled, *entries.changed)
    }
    parts = []
    for stop_id, line in sorted(
        stops.items(), key=lambda found: (*_half_day(found[1]), found[1]["place"], found[0])
    ):
        told = [
            _line("line.booth", booth, "item_name", "item_name_en", "team_code", "volunteers")
            for booth in booths[stop_id]
        ]
        parts.append(([line, *told], until.get(stop_id)))
    return _with_days(parts, "line.confirm_until") + [
        _line("line.unserved", line, "item_name", "item_name_en", "reason_code")
        for line in entries.unserved
        if line["township_code"] == code
    ]


def _for_team(code: str, entries: _Entries) -> list[Params]:
    where = ("on", "part", "township_code", "place", "item_name", "item_name_en", "volunteers")
    parts = []
    for booth in entries.assigned:
        if booth["team_code"] != code:
            continue
        move = entries.moved.get(booth["stop_id"])
        if move is not None and booth["again"]:
            line = _line("line.team_booth_moved", booth, *where)
            line |= _line("line.team_booth_moved", move, "was_on", "was_part", "reason_code")
        else:
            line = _line("line.team_booth", booth, *where)
        parts.append(([line], booth.get("until_on")))
    return _with_days(parts, "line.answer_until")


def _with_days(parts: Sequence[tuple[list[Params], str | None]], code: str) -> list[Params]:
    """The lines of all parts; behind those that are to be answered until the same day a line that says it."""
    lines = []
    for until, same in groupby(parts, key=lambda part: part[1]):
        for told, _ in same:
            lines += told
        if until is not None:
            lines.append({"code": code, "until_on": until})
    return lines


def _for_coordinator(entries: _Entries, *, every_booth: bool) -> list[Params]:
    """What moved, from where to where; new stops; of a repair also who is asked; what has no place."""
    moved = ("was_on", "was_part", "on", "part", "township_code", "place", "reason_code")
    lines = [_line("line.plan_stop_moved", stop, *moved) for stop in entries.changed]
    lines += [
        _line("line.plan_stop", stop, "on", "part", "township_code", "place")
        for stop in entries.scheduled
    ]
    if every_booth:
        booth_facts = ("on", "part", "township_code", "item_name", "item_name_en", "team_code")
        lines += [_line("line.plan_booth", booth, *booth_facts) for booth in entries.assigned]
    return lines + [
        _line(
            "line.plan_unserved", line, "township_code", "item_name", "item_name_en", "reason_code"
        )
        for line in entries.unserved
    ]


def _line(code: str, data: dict[str, Any], *names: str) -> Params:
    return {"code": code} | {name: data[name] for name in names}


def _cut(params: Params, lines: Sequence[Params]) -> Params:
    kept = list(lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        kept.append({"code": "line.more", "count": len(lines) - MOST_LINES})
    return {**params, "lines": kept}


def _half_day(data: dict[str, Any]) -> tuple[str, int]:
    return data["on"], _PARTS[data["part"]]


def _when(data: dict[str, Any]) -> tuple[Any, ...]:
    """By half-day; what falls on the same one in an order that does not depend on arrival."""
    names = ("township_code", "stop_id", "item_code", "team_code", "assignment_id")
    return (*_half_day(data), *(data.get(name, "") for name in names))
