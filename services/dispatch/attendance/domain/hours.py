"""Service hours in three classes that are never added up together, and what about them a person must look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from services.dispatch.planning.problem.geography import LatLon, great_circle_km
from services.dispatch.planning.problem.problem import DayPart
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

Evidence = Literal["checked", "cosigned", "by_hand"]
"""By check-in and check-out; agreed by the volunteer and the leader; or entered by the corps."""

EVIDENCE: tuple[Evidence, ...] = ("checked", "cosigned", "by_hand")

Anomaly = Literal["overlap", "travel", "too_many", "too_long", "served_more"]
"""They overlap others; the way from another stop takes longer; too many on a day; longer than a half-day; or the booth
served more residents than its volunteers' minutes allow."""

HoursState = Literal["held", "recorded", "withdrawn"]

ROAD_FACTOR = 1.4
"""Roads are longer than the crow flies."""

KM_PER_MINUTE = 0.7
MOST_MINUTES_A_DAY = 8 * 60
MOST_MINUTES = 5 * 60
"""Of one half-day, with setting up and packing."""

PACE = 2
"""A booth serves at most so many times the residents that the catalogue reckons with."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where somebody was, from when to when."""

    hours_id: str
    stop_id: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    at: LatLon

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Work:
    """What a booth did: residents served, the minutes that each takes, and the minutes of all its volunteers."""

    served: int
    minutes_each: int
    minutes: int


def anomalies_of(mine: Span, others: Iterable[Span], work: Work | None = None) -> list[Anomaly]:
    """What a person must look at. ``others`` are the hours of the same volunteer on the same day."""
    found: set[Anomaly] = set()
    rest = [other for other in others if other.hours_id != mine.hours_id]
    for other in rest:
        if mine.overlaps(other):
            found.add("overlap")
        elif other.stop_id != mine.stop_id and _gap(mine, other) < travel_minutes(
            mine.at, other.at
        ):
            found.add("travel")
    if mine.minutes + sum(other.minutes for other in rest) > MOST_MINUTES_A_DAY:
        found.add("too_many")
    if mine.minutes > MOST_MINUTES:
        found.add("too_long")
    if work is not None and work.served * work.minutes_each > PACE * work.minutes:
        found.add("served_more")
    return sorted(found)


def travel_minutes(one: LatLon, other: LatLon) -> float:
    return great_circle_km(one, other) * ROAD_FACTOR / KM_PER_MINUTE


def _gap(one: Span, other: Span) -> float:
    """Minutes from the end of the earlier to the beginning of the later."""
    first, second = sorted((one, other), key=lambda span: span.starts_at)
    return (second.starts_at - first.ends_at) / timedelta(minutes=1)


@dataclass(eq=False, kw_only=True)
class ServiceHours(Aggregate):
    """A volunteer's hours at one booth: one entry, of one class at a time. Only what is ``recorded`` counts; what is
    ``held`` waits for a person. ``settled`` are the anomalies that somebody let stand."""

    kind: ClassVar[str] = "service_hours"
    STEPS: ClassVar[Steps] = {
        "held": ("change", "keep", "withdraw"),
        "recorded": ("change", "withdraw"),
        "withdrawn": ("change",),
    }

    id: str
    assignment_id: str
    stop_id: str
    team_code: str
    volunteer_no: str
    on: date
    part: DayPart
    starts_at: datetime
    ends_at: datetime
    minutes: int
    evidence: Evidence
    state: HoursState = "held"
    anomalies: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    reason: str | None = None
    """What was said last of a change, a withdrawal or of letting them stand."""
    revision: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def counts(self) -> bool:
        return self.state == "recorded"

    def weigh(self, anomalies: Sequence[Anomaly]) -> None:
        """Holds them where something is to be looked at that nobody has let stand yet. Hours that overlap others
        are always held."""
        self.anomalies = list(anomalies)
        open_ones = [each for each in anomalies if each == "overlap" or each not in self.settled]
        self.state = "held" if open_ones else "recorded"

    def change(
        self,
        starts_at: datetime,
        ends_at: datetime,
        minutes: int,
        evidence: Evidence,
        anomalies: Sequence[Anomaly],
        reason: str | None = None,
    ) -> None:
        """They are these. What was let stand of former ones is asked anew."""
        self.require("change", self.state)
        self.starts_at, self.ends_at, self.minutes = starts_at, ends_at, minutes
        self.evidence, self.reason, self.settled = evidence, reason, []
        self.weigh(anomalies)

    def keep(self, reason: str) -> None:
        """A person lets them stand as they are.

        :raises Conflict: they overlap others, and nobody is in two places.
        """
        self.require("keep", self.state)
        if "overlap" in self.anomalies:
            raise Conflict("hours_overlap", field="decision")
        self.settled = sorted({*self.settled, *self.anomalies})
        self.state, self.reason = "recorded", reason

    def withdraw(self, reason: str) -> None:
        self.require("withdraw", self.state)
        self.state, self.reason = "withdrawn", reason


def totals_of(hours: Iterable[ServiceHours]) -> dict[str, int]:
    """Minutes by class, of what counts. There is no sum of all."""
    found: dict[str, int] = dict.fromkeys(EVIDENCE, 0)
    for each in hours:
        if each.counts:
            found[each.evidence] += each.minutes
    return found


ClaimState = Literal["waiting", "agreed", "disputed", "accepted", "refused"]
Side = Literal["volunteer", "team"]


@dataclass(eq=False, kw_only=True)
class HoursClaim(Aggregate):
    """One side says what the hours were, and the other agrees or does not; then the corps decides. Both sides' words
    stay beside each other."""

    kind: ClassVar[str] = "hours_claim"
    STEPS: ClassVar[Steps] = {
        "waiting": ("answer",),
        "disputed": ("decide",),
        "agreed": (),
        "accepted": (),
        "refused": (),
    }

    id: str
    assignment_id: str
    stop_id: str
    team_code: str
    volunteer_no: str
    side: Side
    starts_at: datetime
    ends_at: datetime
    words: str
    asked_at: datetime
    state: ClaimState = "waiting"
    answer: str | None = None
    answered_at: datetime | None = None
    decision: str | None = None
    decided_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "disputed")

    def say(self, at: datetime, words: str | None, *, agrees: bool) -> None:
        """The other side answers."""
        self.require("answer", self.state)
        self.state = "agreed" if agrees else "disputed"
        self.answer, self.answered_at = words, at

    def decide(self, at: datetime, words: str, *, accepts: bool) -> None:
        """The corps decides between both."""
        self.require("decide", self.state)
        self.state = "accepted" if accepts else "refused"
        self.decision, self.decided_at = words, at
