"""A calendar that somebody subscribed to: its address, and what it has shown so far."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart
from shared.kernel.aggregate import Aggregate

Party = Literal["volunteer", "team", "township"]
"""Whose calendar it is: a volunteer's own duties, or the stops of a team or a township."""

Hours = dict[str, tuple[time, time]]
"""From when to when a half-day lasts, by its name."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an entry of a calendar is about: a stop, or a duty at one of its booths. ``uid`` stays the same when it
    moves. ``says`` is what is shown beside the half-day, as it can be stored as JSON; it names no person."""

    uid: str
    on: date
    part: DayPart
    says: dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Entry:
    """What a calendar shows under one uid. ``sequence`` counts its changes (RFC 5545, 3.8.7.4); ``changed_at`` is when
    the latest one was noticed. One that is cancelled says what it last said."""

    calendar_id: str
    uid: str
    on: date
    part: DayPart
    says: dict[str, Any]
    changed_at: datetime
    sequence: int = 0
    is_cancelled: bool = False

    def differs_from(self, occasion: Occasion) -> bool:
        now = (occasion.on, occasion.part, occasion.says)
        return self.is_cancelled or (self.on, self.part, self.says) != now

    def change(self, occasion: Occasion, at: datetime) -> None:
        self.on, self.part, self.says = occasion.on, occasion.part, occasion.says
        self.is_cancelled = False
        self._count(at)

    def cancel(self, at: datetime) -> None:
        self.is_cancelled = True
        self._count(at)

    def _count(self, at: datetime) -> None:
        self.sequence += 1
        self.changed_at = at


@dataclass(eq=False, kw_only=True)
class Calendar(Aggregate):
    """What an account subscribes to, about one party. Only the hash of the secret in its address is kept; another
    secret ends the address before. The entries stay, so that phones know what they have."""

    kind: ClassVar[str] = "calendar"

    id: str
    account_id: str
    party: Party
    code: str
    secret_hash: str
    made_at: datetime
    entries: list[Entry] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    def renew(self, secret_hash: str, at: datetime) -> None:
        self.secret_hash, self.made_at = secret_hash, at

    def is_behind(self, occasions: Iterable[Occasion], since: date) -> bool:
        """Whether it does not show these yet, which are all of its party's from ``since`` on."""
        found = {each.uid: each for each in occasions}
        shown = {entry.uid: entry for entry in self.entries}
        return any(
            uid not in shown or shown[uid].differs_from(each) for uid, each in found.items()
        ) or bool(self._gone(found.keys(), since))

    def follow(self, occasions: Iterable[Occasion], since: date, at: datetime) -> None:
        """Shows these, which are all of its party's from ``since`` on. What it showed and is none of them is
        cancelled; what is older stays as it is."""
        found = {each.uid: each for each in occasions}
        shown = {entry.uid: entry for entry in self.entries}
        for entry in self._gone(found.keys(), since):
            entry.cancel(at)
        for uid, each in found.items():
            if uid not in shown:
                self.entries.append(
                    Entry(
                        calendar_id=self.id,
                        uid=uid,
                        on=each.on,
                        part=each.part,
                        says=each.says,
                        changed_at=at,
                    )
                )
            elif shown[uid].differs_from(each):
                shown[uid].change(each, at)

    def _gone(self, uids: Iterable[str], since: date) -> list[Entry]:
        kept = set(uids)
        return [
            entry
            for entry in self.entries
            if entry.uid not in kept and entry.on >= since and not entry.is_cancelled
        ]


def hours_of(morning: str, afternoon: str) -> Hours:
    """Reads hours that are written as 08:30-11:30.

    :raises ValueError: one of them is written otherwise, or ends before it begins.
    """
    found = {}
    for part, written in (("morning", morning), ("afternoon", afternoon)):
        start, end = (time.fromisoformat(said) for said in written.split("-"))
        if start >= end:
            raise ValueError(f"the {part} ends before it begins: {written}")
        found[part] = (start, end)
    return found
