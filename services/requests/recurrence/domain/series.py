"""A recurring order, and each time that it is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal, TypedDict

from services.requests.orders.domain.order import (
    CancelReason,
    Point,
    ReturnReason,
    WantedItem,
    check_asked,
)
from services.requests.recurrence.domain.days import (
    AT_A_GLANCE,
    FARTHEST_MOVE,
    MOST_CHANGED,
    Calendar,
    DueDay,
    OnHoliday,
)
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.recurrence import LONGEST, Rule

SeriesState = Literal["proposed", "returned", "active", "paused", "ended"]
EndReason = CancelReason | Literal["run_out", "replaced"]
"""Why nothing follows any more; the last two are the system's: the rule has no more days, or another took over."""

Fault = Literal[
    "no_edition",
    "item_gone",
    "no_campaign",
    "township_code_ended",
    "ordering_is_over",
    "quota_used_up",
]
"""Why no order could be made for a day."""

MOST_DAYS_AROUND = 14


class SeriesItem(TypedDict):
    """One item that is wanted each time."""

    item_code: str
    expected_attendance: int
    remark: str | None


@dataclass(frozen=True, kw_only=True)
class SeriesDraft:
    """What a township wants again and again, as it says it. ``phone`` is the contact's number in clear; where it is
    left out of a change, the number stays.

    ``rrule`` is a rule as :meth:`shared.kernel.recurrence.Rule.parse` takes it; it starts on ``starts_on``.
    ``days_around``: so many days before and after a day of the rule do as well.
    """

    township_code: str
    place: str
    point: Point | None
    items: tuple[WantedItem, ...]
    rrule: str
    starts_on: date
    days_around: int = 0
    on_holiday: OnHoliday = "next_workday"
    priority: int = 3
    contact: str | None = None
    phone: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_asked(self.items, self.contact, self.phone)

    def require_days(self, today: date) -> Rule:
        """Returns its rule. :raises InvalidInput: it is none, it begins in the past, or it never has a day."""
        rule = Rule.parse(self.rrule)
        if self.starts_on < today:
            raise InvalidInput(
                "starts_in_the_past", field="starts_on", day=self.starts_on, today=today
            )
        if not rule.days(self.starts_on, self.starts_on, self.starts_on + LONGEST):
            raise InvalidInput("rule_without_days", field="rrule")
        return rule


@dataclass(eq=False, kw_only=True)
class Series(Aggregate):
    """A recurring order (定期点单). The corps accepts it once; then orders are made some time ahead, each accepted
    already unless something about it has to be looked at.

    ``changed`` and ``extra_on`` are what people changed of single days (see :class:`Calendar`), in ISO 8601.
    ``first_on`` and ``last_on`` bound its days where another recurring order took over from a day on. ``seen_to`` is
    the last day up to which orders were made. ``due_on`` is the next day of an order that is still to be made, None
    where none is. ``ordered_to`` is the last day for which one was made. ``origin`` is the proposal that it comes
    from, ``follows`` the recurring order that it takes over from.
    """

    kind: ClassVar[str] = "recurring_order"
    CONTENT: ClassVar[tuple[str, ...]] = (
        "township_code",
        "place",
        "point",
        "lines",
        "rrule",
        "starts_on",
        "days_around",
        "on_holiday",
        "priority",
        "contact",
        "phone",
    )
    STEPS: ClassVar[Steps] = {
        "proposed": ("redraft", "accept", "return", "end"),
        "returned": ("redraft", "end"),
        "active": ("change", "change_day", "pause", "end"),
        "paused": ("change_day", "resume", "end"),
        "ended": (),
    }

    id: str
    number: int
    township_code: str
    place: str
    lat: float | None
    lon: float | None
    items: list[SeriesItem]
    rrule: str
    starts_on: date
    days_around: int
    on_holiday: OnHoliday
    priority: int
    made_at: datetime
    contact: str | None = None
    phone_sealed: str | None = None
    phone_masked: str | None = None
    state: SeriesState = "proposed"
    reason_code: str | None = None
    reason: str | None = None
    changed: dict[str, str | None] = field(default_factory=dict)
    extra_on: list[str] = field(default_factory=list)
    first_on: date | None = None
    last_on: date | None = None
    seen_to: date | None = None
    due_on: date | None = None
    ordered_to: date | None = None
    origin: str | None = None
    follows: str | None = None
    revision: int = 0

    @classmethod
    def drafted(
        cls, series_id: str, number: int, draft: SeriesDraft, rule: Rule, now: datetime
    ) -> "Series":
        return cls(id=series_id, number=number, made_at=now, **_content(draft, rule))

    @property
    def key(self) -> str:
        return self.id

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)

    @property
    def wanted(self) -> tuple[WantedItem, ...]:
        return tuple(WantedItem(**each) for each in self.items)

    def content(self) -> Mapping[str, object]:
        """The phone counts as changed whenever it is given; see :meth:`Order.content`."""
        values = {
            name: getattr(self, name) for name in self.CONTENT if name not in ("phone", "lines")
        }
        return {**values, "lines": list(self.items), "phone": self.phone_sealed}

    def calendar(self) -> Calendar:
        return Calendar(
            rule=Rule.parse(self.rrule),
            starts_on=self.starts_on,
            on_holiday=self.on_holiday,
            changed={
                date.fromisoformat(on): None if to is None else date.fromisoformat(to)
                for on, to in self.changed.items()
            },
            extra_on=frozenset(map(date.fromisoformat, self.extra_on)),
        )

    def days(self, first: date, last: date) -> list[DueDay]:
        """Returns what is due by the rule from ``first`` to ``last``, as far as these are its own days."""
        return self.calendar().between(
            max(first, self.first_on or first), min(last, self.last_on or last)
        )

    def next_days(self, after: date, most: int = AT_A_GLANCE) -> list[DueDay]:
        """Returns the next days by the rule later than ``after``, those that are left out too."""
        for reach in (timedelta(days=100), timedelta(days=800), LONGEST):
            found = self.days(after + timedelta(days=1), after + reach)
            if len(found) >= most:
                break
        return found[:most]

    def redraft(self, draft: SeriesDraft, rule: Rule) -> None:
        """Replaces what it says; one that was returned is proposed again."""
        self.require("redraft", self.state)
        for name, value in _content(draft, rule).items():
            setattr(self, name, value)
        if draft.contact is None:
            self.phone_sealed = self.phone_masked = None
        self.state, self.reason_code, self.reason = "proposed", None, None

    def hold_phone(self, sealed: str, masked: str) -> None:
        self.phone_sealed, self.phone_masked = sealed, masked

    def accept(self, today: date) -> None:
        """From now on orders are made, for days from today on."""
        self.require("accept", self.state)
        self.state, self.reason_code, self.reason = "active", None, None
        self.see_to(today - timedelta(days=1))

    def hand_back(self, reason_code: ReturnReason, reason: str | None) -> None:
        self.require("return", self.state)
        self.state, self.reason_code, self.reason = "returned", reason_code, reason

    def pause(self) -> None:
        """No order is made until it is resumed; those that were made stay."""
        self.require("pause", self.state)
        self.state = "paused"

    def resume(self, today: date) -> None:
        """Orders are made again, for days from today on."""
        self.require("resume", self.state)
        self.state = "active"
        if self.seen_to is None or self.seen_to < today:
            self.see_to(today - timedelta(days=1))

    def end(self, reason_code: EndReason, reason: str | None) -> None:
        self.require("end", self.state)
        self.state, self.reason_code, self.reason, self.due_on = "ended", reason_code, reason, None

    def give_way(self, from_on: date) -> None:
        """Another takes over from a day on."""
        self.last_on = from_on - timedelta(days=1)
        if self.state in ("active", "paused"):
            self.see_to(self.seen_to or self.last_on)

    def is_over(self, today: date) -> bool:
        """Whether the last day for which there is an order has passed."""
        return self.ordered_to is None or self.ordered_to < today

    def leave_out(self, on: date) -> None:
        """:raises InvalidInput: nothing is due on that day. :raises Conflict: too many days were changed."""
        self._require_due(on)
        self._change_day(on, None)

    def move(self, on: date, to: date) -> None:
        """One service is on another day; on its own day, it is as the rule has it, whatever was said before.

        :raises InvalidInput: nothing is due on ``on``, or ``to`` is too far away. :raises Conflict: something is due on
            ``to`` already.
        """
        due = self._require_due(on)
        if abs(to - on) > FARTHEST_MOVE:
            raise InvalidInput("moved_too_far", field="to", days=FARTHEST_MOVE.days)
        if due.day != to:
            self._require_free(to)
        self._change_day(on, to)

    def restore(self, on: date) -> None:
        """One day is as the rule has it. :raises InvalidInput: it was not changed."""
        self.require("change_day", self.state)
        if on.isoformat() in self.extra_on:
            self.extra_on = [each for each in self.extra_on if each != on.isoformat()]
        elif on.isoformat() in self.changed:
            self.changed = {each: to for each, to in self.changed.items() if each != on.isoformat()}
        else:
            raise InvalidInput("day_not_changed", field="on", day=on)

    def add_day(self, on: date) -> None:
        """There is one service more. :raises Conflict: something is due on that day already, or too many were added."""
        self.require("change_day", self.state)
        self._require_free(on)
        if self.calendar().due_on(on) is not None:  # left out for a holiday, or by hand
            self._change_day(on, on)
            return
        if len(self.extra_on) >= MOST_CHANGED:
            raise Conflict("too_many_days_changed", field="on", most=MOST_CHANGED)
        self.extra_on = sorted([*self.extra_on, on.isoformat()])

    def see_to(self, day: date) -> None:
        """Orders were made for what is due until ``day``; finds the next one."""
        self.seen_to = day
        ahead = (due for due in self.next_days(day, most=AT_A_GLANCE) if due.day is not None)
        self.due_on = min((due.first for due in ahead), default=None)

    def _require_due(self, on: date) -> DueDay:
        self.require("change_day", self.state)
        due = next(iter(self.days(on, on)), None)
        if due is None:
            raise InvalidInput("nothing_due_on_day", field="on", day=on)
        return due

    def _require_free(self, day: date) -> None:
        near = self.days(day - FARTHEST_MOVE, day + FARTHEST_MOVE)
        if any(due.day == day for due in near):
            raise Conflict("day_has_service", field="on", day=day)

    def _change_day(self, on: date, to: date | None) -> None:
        if len(self.changed) >= MOST_CHANGED and on.isoformat() not in self.changed:
            raise Conflict("too_many_days_changed", field="on", most=MOST_CHANGED)
        if on.isoformat() in self.extra_on:
            self.extra_on = [each for each in self.extra_on if each != on.isoformat()]
            if to is not None:
                self.extra_on = sorted([*self.extra_on, to.isoformat()])
            return
        said = None if to is None else to.isoformat()
        self.changed = dict(sorted((self.changed | {on.isoformat(): said}).items()))


OccurrenceState = Literal["ordered", "blocked", "missed", "dropped"]


@dataclass(eq=False, kw_only=True)
class Occurrence(Aggregate):
    """One time that a recurring order was due: for the rule's day ``on`` a service on ``day``.

    It was ``ordered``; it is ``blocked`` by a fault, which the corps sees to; it was ``missed``, for its day had come
    before an order could be made; or the corps ``dropped`` it. ``doubts`` are codes of what the corps had to look at
    before it accepted the order.
    """

    kind: ClassVar[str] = "occurrence"
    STEPS: ClassVar[Steps] = {
        "blocked": ("drop",),
        "ordered": (),
        "missed": (),
        "dropped": (),
    }

    id: str
    series_id: str
    township_code: str
    on: date
    day: date
    is_by_hand: bool
    state: OccurrenceState
    fault: Fault | None = None
    item_code: str | None = None
    doubts: list[str] = field(default_factory=list)
    order_id: str | None = None

    @property
    def key(self) -> str:
        return self.id

    @staticmethod
    def id_of(series_id: str, on: date) -> str:
        """Returns the id of what a recurring order is due for on a day: there is one, whoever makes it."""
        return f"{series_id.replace('-', '')}{on:%Y%m%d}"

    def drop(self) -> None:
        """There is no service this time."""
        self.require("drop", self.state)
        self.state = "dropped"


def _content(draft: SeriesDraft, rule: Rule) -> dict[str, Any]:
    return {
        "township_code": draft.township_code,
        "place": draft.place,
        "lat": draft.point.lat if draft.point else None,
        "lon": draft.point.lon if draft.point else None,
        "items": [
            SeriesItem(
                item_code=wanted.item_code,
                expected_attendance=wanted.expected_attendance,
                remark=wanted.remark,
            )
            for wanted in draft.items
        ],
        "rrule": str(rule),
        "starts_on": draft.starts_on,
        "days_around": draft.days_around,
        "on_holiday": draft.on_holiday,
        "priority": draft.priority,
        "contact": draft.contact,
    }
