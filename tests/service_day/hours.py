"""What volunteers did at booths, and whether the system says the same of it."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Ask = Callable[..., Awaitable[Any]]
Way = Literal["code", "list", "offline", "paper", "disputed", "mended", "absent"]
Key = tuple[str, str]
"""A booth's assignment, and a volunteer's number."""

EVIDENCE: dict[Way, str] = {"paper": "cosigned", "mended": "cosigned", "disputed": "by_hand"}
STATES: dict[Way, str] = {"paper": "expected", "disputed": "expected", "absent": "absent"}


@dataclass(frozen=True)
class Turn:
    """A volunteer at a booth, as it was. ``own`` and ``leader`` are who says so; ``ahead`` by how many seconds the
    volunteer's phone is."""

    no: str
    stop: Json
    booth_id: str
    own: dict[str, str]
    leader: dict[str, str]
    way: Way
    ahead: int
    spells: tuple[tuple[datetime, datetime], ...]

    @property
    def key(self) -> Key:
        return self.booth_id, self.no

    @property
    def hours(self) -> tuple[datetime, datetime, int, str]:
        seconds = sum(int((went - came).total_seconds()) for came, went in self.spells)
        evidence = EVIDENCE.get(self.way, "checked")
        return self.spells[0][0], self.spells[-1][1], seconds // 60, evidence

    @property
    def marks(self) -> list[tuple[datetime, str]]:
        return [mark for came, went in self.spells for mark in ((came, "in"), (went, "out"))]


async def disagreements(ask: Ask, turns: Collection[Turn]) -> list[str]:
    """Everybody has the hours of each turn once, to the minute and of its class; those alone who were at two stops on a
    day may have some that a person looks at. The own totals and the lists at the stops say the same."""
    hours = await _all_hours(ask)
    found = {(each["assignment_id"], each["volunteer_no"]): each for each in hours}
    wrong = [] if len(found) == len(hours) else [f"{len(hours)} hours of {len(found)} turns"]
    there = {turn.key: turn for turn in turns}
    came = {key: turn.hours for key, turn in there.items() if turn.way != "absent"}
    said = {key: _facts(each) for key, each in found.items()}
    wrong += [
        f"{key} {there[key].way}: {came.get(key)} was, {said.get(key)} is said"
        for key in came.keys() | said.keys()
        if came.get(key) != said.get(key)
    ]
    stops = Counter((each["volunteer_no"], each["on"]) for each in hours)
    wrong += [
        f"{each} is not recorded"
        for each in hours
        if each["state"] != "recorded" and stops[each["volunteer_no"], each["on"]] == 1
    ]
    return wrong + await _of_totals(ask, turns, hours) + await _of_states(ask, turns)


async def _all_hours(ask: Ask) -> list[Json]:
    items: list[Json] = []
    after: str | None = ""
    while after is not None:
        page = await ask("GET", "/hours?limit=100" + (after and f"&after={after}"))
        items, after = items + page["items"], page["next_after"]
    return items


def _facts(hours: Json) -> tuple[datetime, datetime, int, str]:
    start, end = (datetime.fromisoformat(hours[name]) for name in ("starts_at", "ends_at"))
    return start, end, hours["minutes"], hours["evidence"]


async def _of_totals(ask: Ask, turns: Iterable[Turn], hours: Iterable[Json]) -> list[str]:
    """Each volunteer's own view has the minutes of each class apart."""
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for each in hours:
        counts = each["state"] == "recorded"
        kind, many = (each["evidence"], each["minutes"]) if counts else ("held", 1)
        expected[each["volunteer_no"]][kind] += many
    wrong = []
    for no, own in {turn.no: turn.own for turn in turns}.items():
        totals = await ask("GET", "/hours/totals", who=own)
        if Counter(totals) != expected[no]:
            wrong.append(f"{no} has {totals}, and {expected[no]} was")
    return wrong


async def _of_states(ask: Ask, turns: Collection[Turn]) -> list[str]:
    expected = {turn.key: STATES.get(turn.way, "left") for turn in turns}
    seen: dict[Key, str] = {}
    for stop_id in {turn.stop["id"] for turn in turns}:
        view = await ask("GET", f"/stops/{stop_id}/attendance")
        seen |= {
            (one["assignment_id"], one["volunteer_no"]): one["state"] for one in view["people"]
        }
    return [f"{each} at the stops" for each in seen.items() ^ expected.items()]
