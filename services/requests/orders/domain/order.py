"""An order: what a township asks for, from the draft to the ratings."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, TypedDict

from services.requests.menu.domain import Dish, Edition, volunteers_for
from services.requests.orders.domain.line import Booking, Line
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched

ReturnReason = Literal["incomplete", "outside_menu", "days_impossible", "duplicate", "other"]
"""Why the corps gives an order back."""

CancelReason = Literal["not_needed", "days_impossible", "venue", "weather", "duplicate", "other"]
"""Why a township withdraws an order."""

UNDER_WAY = ("submitted", "accepted", "scheduled")
"""The states of an order that still asks for something."""


class StateChange(TypedDict):
    """When an order came into a state. ``at`` is a moment in ISO 8601.

    ``by`` is the role of who did it, None where the plan did. ``reason_code`` says why it was
    returned or cancelled.
    """

    state: str
    at: str
    by: str | None
    reason_code: str | None


def number_of(year: int, running: int) -> str:
    """Returns an order's readable number: ``2014-0017``."""
    return f"{year}-{running:04}"


def search_terms(text: str) -> list[str]:
    """Returns what must all be among an order's :func:`search_words` if its place contains ``text``.

    These are the pairs of neighbouring characters, or the one character, of what counts of it.
    Words are of no use here: Chinese does not separate them.
    """
    plain = matched(text)
    return sorted({plain[n : n + 2] for n in range(len(plain) - 1)} or {plain} - {""})


def item_word(code: str) -> str:
    """Returns how a line's item stands among the words that an order is searched by."""
    return f"item:{code}"


def search_words(place: str, item_codes: Iterable[str]) -> list[str]:
    """Returns the words that an order is found by: single and paired characters of its place, and
    its items."""
    plain = matched(place)
    return sorted({*plain, *search_terms(place), *(item_word(code) for code in item_codes)})


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place on the map, WGS-84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, kw_only=True)
class WantedItem:
    """One item as the township asks for it."""

    item_code: str
    expected_attendance: int
    remark: str | None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The content of an order as the township writes it. Days may be any days, in any order."""

    township_code: str
    edition_id: str
    campaign_id: str
    place: str
    point: Point | None
    items: tuple[WantedItem, ...]
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]
    priority: int

    def __post_init__(self) -> None:
        codes = [wanted.item_code for wanted in self.items]
        for number, code in enumerate(codes):
            if code in codes[:number]:
                raise InvalidInput("item_twice", field=f"lines[{number}].item_code", item_code=code)
        for number, day in enumerate(self.ruled_out_on):
            if day in self.wished_on:
                raise InvalidInput(
                    "day_wished_and_ruled_out", field=f"ruled_out_on[{number}]", day=day
                )

    def lines_from(self, edition: Edition, new_id: Callable[[], str]) -> list[Line]:
        """Lines with what the menu says of each item. :raises InvalidInput: an item is not on it."""
        menu: dict[str, Dish] = {dish["item_code"]: dish for dish in edition.items}
        lines = []
        for position, wanted in enumerate(self.items):
            dish = menu.get(wanted.item_code)
            if dish is None:
                raise InvalidInput(
                    "not_on_menu",
                    field=f"lines[{position}].item_code",
                    item_code=wanted.item_code,
                    edition=edition.id,
                )
            lines.append(
                Line(
                    id=new_id(),
                    position=position,
                    item_code=wanted.item_code,
                    name=dish["name"],
                    name_en=dish["name_en"],
                    volunteers_needed=volunteers_for(dish, wanted.expected_attendance),
                    expected_attendance=wanted.expected_attendance,
                    remark=wanted.remark,
                    notice_days=dish.get("notice_days", 0),
                )
            )
        return lines


@dataclass(eq=False, kw_only=True)
class Order(Aggregate):
    """A township's order (点单), one aggregate with its lines.

    People take it by the steps below to accepted, cancelled or closed. In between, its state follows
    its lines, and these follow the plan: see ``_follow_lines``. The methods that follow the plan
    change nothing when what they are told is late or about something that is no longer so.
    """

    kind: ClassVar[str] = "order"
    CONTENT: ClassVar[tuple[str, ...]] = (
        "township_code",
        "edition_id",
        "campaign_id",
        "place",
        "point",
        "lines",
        "wished_on",
        "ruled_out_on",
        "priority",
    )
    STEPS: ClassVar[Steps] = {
        "draft": ("redraft", "submit", "cancel"),
        "submitted": ("accept", "return", "cancel"),
        "returned": ("redraft", "submit", "cancel"),
        "accepted": ("cancel",),
        "scheduled": ("rate", "cancel"),
        "served": ("rate", "close"),
        "rated": ("rate", "close"),
        "closed": (),
        "cancelled": (),
    }

    id: str
    number: str
    """See :func:`number_of`; empty until its next change if the release before stored it."""
    township_code: str
    edition_id: str
    campaign_id: str
    place: str
    lat: float | None
    lon: float | None
    lines: list[Line]
    wished_on: list[date]
    ruled_out_on: list[date]
    priority: int
    created_at: datetime
    search_words: list[str]
    state: str = "draft"
    history: list[StateChange] = field(default_factory=list)
    """The states that it has been in, oldest first, beginning with ``draft``."""
    reason_code: str | None = None
    reason: str | None = None
    submitted_at: datetime | None = None
    ordered_on: date | None = None
    """The business day on which it was handed in."""
    open_edition_id: str | None = None
    """The edition that it was handed in from, which must be open at that moment; a draft has none."""
    content_digest: str | None = None
    """What it asks for, while it is under way: no two orders have the same. One that a person handed in though there
    was another like it has none, so that one only is found, until that one is withdrawn or given back; nor has one
    that is over."""

    @classmethod
    def drafted(
        cls, order_id: str, number: str, draft: Draft, lines: list[Line], now: datetime
    ) -> "Order":
        return cls(
            id=order_id,
            number=number,
            search_words=search_words(draft.place, (line.item_code for line in lines)),
            township_code=draft.township_code,
            edition_id=draft.edition_id,
            campaign_id=draft.campaign_id,
            place=draft.place,
            lat=draft.point.lat if draft.point else None,
            lon=draft.point.lon if draft.point else None,
            lines=lines,
            wished_on=sorted(set(draft.wished_on)),
            ruled_out_on=sorted(set(draft.ruled_out_on)),
            priority=draft.priority,
            created_at=now,
        )

    @property
    def key(self) -> str:
        return self.id

    def content(self) -> Mapping[str, object]:
        """Of the lines, what the township asks for."""
        return {**super().content(), "lines": [line.wanted for line in self.lines]}

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)

    @property
    def follows_plan(self) -> bool:
        """Whether it is in the corps' hands: taken, and neither withdrawn nor closed."""
        return self.state in ("accepted", "scheduled", "served", "rated")

    def redraft(self, draft: Draft, lines: list[Line]) -> None:
        self.require("redraft", self.state)
        if draft.edition_id != self.edition_id:
            self.open_edition_id, self.lines = None, lines
        elif [line.wanted for line in lines] != [line.wanted for line in self.lines]:
            self.lines = lines
        self.township_code, self.edition_id, self.campaign_id = (
            draft.township_code,
            draft.edition_id,
            draft.campaign_id,
        )
        self.place, self.priority = draft.place, draft.priority
        self.search_words = search_words(draft.place, (line.item_code for line in self.lines))
        self.lat, self.lon = (draft.point.lat, draft.point.lon) if draft.point else (None, None)
        self.wished_on, self.ruled_out_on = (
            sorted(set(draft.wished_on)),
            sorted(set(draft.ruled_out_on)),
        )

    def note_state(self, now: datetime, *, by: str | None) -> None:
        """Adds its state to its history, unless that stands there last.

        ``by`` is the role of who acts, None where the order follows the plan.
        """
        if not self.history or self.history[-1]["state"] != self.state:
            change = StateChange(
                state=self.state, at=now.isoformat(), by=by, reason_code=self.reason_code
            )
            self.history = [*self.history, change]

    def submit(self, now: datetime, today: date, *, like_another: bool = False) -> None:
        """``today`` is the business day. ``like_another``: a person said that it is meant, though there is another
        order like it."""
        self.require("submit", self.state)
        self.content_digest = None if like_another else self.digest()
        self.state, self.submitted_at, self.ordered_on = "submitted", now, today
        self.reason_code = self.reason = None
        self.open_edition_id = self.edition_id

    def earliest_on(self, line: Line) -> date | None:
        """Returns the first day on which the notice of a line's item has been given; None where it asks for none."""
        if self.ordered_on is None or not line.notice_days:
            return None
        return self.ordered_on + timedelta(days=line.notice_days)

    def digest(self) -> str:
        """What it asks for, in short. Two orders are alike when they ask for the same items at the same place on the
        same days of a campaign; how many people are expected, and the remarks, make no difference."""
        items = sorted(line.item_code for line in self.lines)
        days = [day.isoformat() for day in self.wished_on]
        asked = "\0".join(
            (
                self.township_code,
                self.campaign_id,
                matched(self.place),
                ",".join(items),
                ",".join(days),
            )
        )
        return hashlib.sha256(asked.encode()).hexdigest()[:32]

    def accept(self) -> None:
        self.require("accept", self.state)
        self.state = "accepted"

    def hand_back(self, reason_code: ReturnReason, reason: str | None) -> None:
        self.require("return", self.state)
        self.state, self.reason_code, self.reason = "returned", reason_code, reason
        self.content_digest = None

    def cancel(self, reason_code: CancelReason, reason: str | None) -> None:
        """Withdraws what is not served yet; lines that were served stay so."""
        self.require("cancel", self.state)
        self.state, self.reason_code, self.reason = "cancelled", reason_code, reason
        self.content_digest = None
        for line in self.lines:
            line.cancel()

    def close(self) -> None:
        self.require("close", self.state)
        self.state = "closed"

    def rate(self, line_id: str, score: int, text: str | None) -> Line | None:
        """Judges one served line; gives it, or None when it has this judgement already."""
        self.require("rate", self.state)
        line = self.line(line_id)
        if line is None:
            raise InvalidInput("unknown_line", field="line_id", id=line_id, order_id=self.id)
        news = line.rate(self.id, score, text)
        self._follow_lines()
        return line if news else None

    def line(self, line_id: str) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def schedule_line(self, line_id: str, booking: Booking) -> None:
        """A team has the line's booth; it takes the place of the team before, if there was one."""
        line = self.line(line_id)
        if line is not None and self.follows_plan:
            line.schedule(booking)
            self._follow_lines()

    def release_line(self, line_id: str, assignment_id: str) -> None:
        """The team does not come after all; the line waits for another."""
        line = self.line(line_id)
        if line is not None and self.follows_plan and line.assignment_id == assignment_id:
            line.release()
            self._follow_lines()

    def leave_line_unserved(self, line_id: str, plan_id: str, revision: int, reason: str) -> None:
        """The plan has no booth for the line; ``reason`` is dispatch's code."""
        line = self.line(line_id)
        if line is not None and self.follows_plan:
            line.leave_unserved(plan_id, revision, reason)
            self._follow_lines()

    def move_stop(self, stop_id: str, on: date, part: str) -> None:
        """The stop takes place on another half-day, and its lines with it."""
        for line in self._scheduled_at(stop_id):
            line.on, line.part = on, part

    def cancel_stop(self, stop_id: str) -> None:
        """The stop does not take place; its lines wait for another."""
        for line in self._scheduled_at(stop_id):
            line.release()
        if self.follows_plan:
            self._follow_lines()

    def report_booth(self, line_id: str, assignment_id: str, served: int) -> None:
        """So many residents were served at the line's booth."""
        line = self.line(line_id)
        if line is not None and self.follows_plan and line.assignment_id == assignment_id:
            line.served = served

    def complete_stop(self, stop_id: str) -> None:
        """The stop is over: what was scheduled there is served."""
        for line in self._scheduled_at(stop_id):
            line.state = "served"
        if self.follows_plan:
            self._follow_lines()

    def _scheduled_at(self, stop_id: str) -> list[Line]:
        if not self.follows_plan:
            return []
        return [
            line for line in self.lines if line.stop_id == stop_id and line.state == "scheduled"
        ]

    def _follow_lines(self) -> None:
        """Scheduled while a booth is to come; then served, if anything was; rated when all of that is
        judged. Lines that wait or that nobody can serve do not hold the others up."""
        served = [line for line in self.lines if line.state == "served"]
        if any(line.state == "scheduled" for line in self.lines):
            self.state = "scheduled"
        elif served:
            self.state = "rated" if all(line.rating for line in served) else "served"
            self.content_digest = None
        else:
            self.state = "accepted"
