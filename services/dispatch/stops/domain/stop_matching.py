"""Matches the stops of a new circuit with the published ones, which may move to another half-day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.dispatch.planning.problem.circuit import PlannedStop
from services.dispatch.planning.problem.problem import Booth, Slot

SiteSlot = tuple[str, Slot]
"""A site, and the slot in which a stop is there."""

StopChangeKind = Literal["scheduled", "moved", "cancelled"]


@dataclass(frozen=True, slots=True)
class PublishedStop:
    """A stop that is published, with the booths at which a team is expected."""

    id: str
    site: str
    slot: Slot
    booths: frozenset[Booth]

    @property
    def place(self) -> SiteSlot:
        return self.site, self.slot


@dataclass(frozen=True, slots=True)
class StopChange:
    """What happens to a stop. ``before`` is None when the stop is new, ``after`` when nothing is left of it.
    ``booths`` is how many it has then, or had."""

    stop: str | None
    site: str
    before: Slot | None
    after: Slot | None
    booths: int

    @property
    def how(self) -> StopChangeKind:
        if self.before is None:
            return "scheduled"
        return "cancelled" if self.after is None else "moved"


def same_stops(
    published: Iterable[PublishedStop], planned: Iterable[PlannedStop]
) -> dict[SiteSlot, str]:
    """The ids of the published stops that go on, by where and when they will be.

    A stop that keeps a booth as it is stays. Any other is the same as the stop at its site with which it has most lines
    in common; of several with as many the one where most of them keep their team, then the nearest in time. With no
    line in common it is the same only on the same half-day.
    """
    wanted = {(stop.site.id, stop.slot): frozenset(stop.booths) for stop in planned}
    found: dict[SiteSlot, str] = {}
    may_move: defaultdict[str, list[PublishedStop]] = defaultdict(list)
    for stop in sorted(published, key=lambda stop: stop.id):
        if stop.booths & wanted.get(stop.place, frozenset()):
            found.setdefault(stop.place, stop.id)
        else:
            may_move[stop.site].append(stop)
    pairs = [
        (stop, place, booths)
        for place, booths in wanted.items()
        for stop in may_move[place[0]]
        if place not in found and (place == stop.place or _common(stop, booths))
    ]
    for stop, place, _ in sorted(pairs, key=lambda pair: _unlikeness(*pair)):
        if place not in found and stop in may_move[stop.site]:
            found[place] = stop.id
            may_move[stop.site].remove(stop)
    return found


def stop_changes(
    published: Sequence[PublishedStop], planned: Sequence[PlannedStop]
) -> list[StopChange]:
    """What a new circuit changes about site and time of the published stops. Other booths at the same site and
    time are no change."""
    same = same_stops(published, planned)
    was = {stop.id: stop for stop in published}
    changes = []
    for stop in planned:
        stop_id = same.get((stop.site.id, stop.slot))
        before = was[stop_id].slot if stop_id is not None else None
        if before != stop.slot:
            changes.append(StopChange(stop_id, stop.site.id, before, stop.slot, len(stop.booths)))
    booths = {booth for stop in planned for booth in stop.booths}
    ended = (
        held for held in published if held.id not in same.values() and not held.booths & booths
    )
    changes += [StopChange(held.id, held.site, held.slot, None, len(held.booths)) for held in ended]
    return sorted(
        changes,
        key=lambda change: (change.site, change.after or change.before or Slot(0), change.how),
    )


def _common(stop: PublishedStop, booths: Iterable[Booth]) -> list[Booth]:
    """Those of ``booths`` whose line the stop serves."""
    lines = {booth.line for booth in stop.booths}
    return [booth for booth in booths if booth.line in lines]


def _unlikeness(
    stop: PublishedStop, place: SiteSlot, booths: frozenset[Booth]
) -> tuple[int, int, int, SiteSlot, str]:
    teams = {(booth.line, booth.team) for booth in stop.booths}
    common = _common(stop, booths)
    keep = sum((booth.line, booth.team) in teams for booth in common)
    return -len(common), -keep, abs(place[1].day - stop.slot.day), place, stop.id
