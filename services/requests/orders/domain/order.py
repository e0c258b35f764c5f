"""An order: what a township asks for, from the draft to the ratings."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, TypedDict

from services.requests.menu.domain import Dish, Edition, volunteers_for
from services.requests.orders.domain.amendment import Said
from services.requests.orders.domain.line import Booking, Line
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.text import matched

ReturnReason = Literal["incomplete", "outside_menu", "days_impossible", "duplicate", "other"]
"""Why the corps gives an order back."""

CancelReason = Literal["not_needed", "days_impossible", "venue", "weather", "duplicate", "other"]
"""Why a township withdraws an order."""

WithdrawalReason = CancelReason | Literal["recurring_order_changed"]
"""The same, or why the system withdraws one that was made for a recurring order: another took over from that."""

EntryWay = Literal["phone", "paper", "visit"]
"""How a township asked for what somebody entered for it (帮办)."""

UNDER_WAY = ("submitted", "accepted", "scheduled")
"""The states of an order that still asks for something."""

IN_HAND = (*UNDER_WAY, "served", "rated")
"""The states of an order that was handed in and is not over."""


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
class AssistedEntry:
    """That an order was entered for somebody else (帮办): how that person asked for it, and who it is."""

    how: EntryWay
    for_whom: str | None


def check_asked(items: Sequence[WantedItem], contact: str | None, phone: str | None) -> None:
    """:raises InvalidInput: an item stands twice, or there is a number without anybody to ask for."""
    codes = [wanted.item_code for wanted in items]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            raise InvalidInput("item_twice", field=f"lines[{number}].item_code", item_code=code)
    if phone is not None and contact is None:
        raise InvalidInput("phone_without_contact", field="contact")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The content of an order as the township writes it. Days may be any days, in any order.

    ``contact`` is whom the team may ask, ``phone`` that person's number in clear. Where an order is redrafted
    without one, it keeps the number that it has.
    """

    township_code: str
    edition_id: str
    campaign_id: str
    place: str
    point: Point | None
    items: tuple[WantedItem, ...]
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]
    priority: int
    contact: str | None = None
    phone: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_asked(self.items, self.contact, self.phone)
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
        "contact",
        "phone",
    )
    STEPS: ClassVar[Steps] = {
        "draft": ("redraft", "submit", "cancel"),
        "submitted": ("accept", "return", "amend", "change_contact", "prioritise", "cancel"),
        "returned": ("redraft", "submit", "cancel"),
        "accepted": ("amend", "change_contact", "prioritise", "cancel"),
        "scheduled": ("rate", "amend", "change_contact", "prioritise", "cancel"),
        "served": ("rate", "close", "correct"),
        "rated": ("rate", "close", "correct"),
        "closed": ("correct",),
        "cancelled": ("correct",),
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
    contact: str | None = None
    phone_sealed: str | None = None
    phone_masked: str | None = None
    """The number of the contact as everybody sees it who may see the order."""
    assisted_how: EntryWay | None = None
    assisted_for: str | None = None
    """See :class:`AssistedEntry`; None where the township entered it itself."""
    open_edition_id: str | None = None
    """The edition that it was handed in from, which must be open at that moment; a draft has none."""
    corps_priority: int | None = None
    """The corps' priority; None where it goes by ``priority``, which the township proposed."""
    amendments: int = 0
    """How often it was amended, or was to be; the number of the last amendment."""
    proposed_amendment: int | None = None
    """The number of the amendment that waits for the corps, if one does."""
    replanned_for: int | None = None
    """The number of the amendment that applies, and that no published plan takes into account yet, if there is one."""
    content_digest: str | None = None
    """What it asks for, while it is under way: no two orders have the same. One that a person handed in though there
    was another like it has none, so that one only is found, until that one is withdrawn or given back; nor has one
    that is over."""
    series_id: str | None = None
    """The recurring order that it was made for, which was due on ``series_on``; None where a person wrote it."""
    series_on: date | None = None
    changed_by_hand: bool = False
    """Whether a person changed this one without the others of its recurring order."""

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
            contact=draft.contact,
            created_at=now,
        )

    @property
    def key(self) -> str:
        return self.id

    def content(self) -> Mapping[str, object]:
        """Of the lines, what the township asks for. The phone counts as changed whenever it is given: whether an edit
        changes anything must not tell who tries numbers that one of them is right."""
        values = {name: getattr(self, name) for name in self.CONTENT if name != "phone"}
        lines = [line.wanted for line in self.asked_for]
        return {**values, "lines": lines, "phone": self.phone_sealed}

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)

    @property
    def asked_for(self) -> list[Line]:
        """Its lines without those that were taken out."""
        return [line for line in self.lines if line.is_asked_for]

    @property
    def planned_priority(self) -> int:
        """By which it is planned: the corps', or the township's where the corps set none."""
        return self.priority if self.corps_priority is None else self.corps_priority

    @property
    def coming_teams(self) -> list[str]:
        """The teams that are booked for one of its lines, each once."""
        booked = {line.team_code for line in self.lines if line.state == "scheduled"}
        return sorted(code for code in booked if code)

    @property
    def is_planned(self) -> bool:
        """Whether a team is booked for one of its lines."""
        return any(line.state == "scheduled" for line in self.lines)

    @property
    def change_pending(self) -> Literal["proposed", "replanning"] | None:
        """Whether a change of it waits for the corps, or for the plan that takes it into account."""
        if self.proposed_amendment is not None:
            return "proposed"
        return None if self.replanned_for is None else "replanning"

    @property
    def follows_plan(self) -> bool:
        """Whether it is in the corps' hands: taken, and neither withdrawn nor closed."""
        return self.state in ("accepted", "scheduled", "served", "rated")

    def redraft(self, draft: Draft, lines: list[Line]) -> None:
        self.require("redraft", self.state)
        self.note_hand()
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
        self.contact = draft.contact
        if draft.contact is None:
            self.phone_sealed = self.phone_masked = None

    def change_contact(self, contact: str | None) -> None:
        """Somebody else is to be asked for, or nobody; a new number comes by :meth:`hold_phone`."""
        self.require("change_contact", self.state)
        self.note_hand()
        self.contact = contact
        if contact is None:
            self.phone_sealed = self.phone_masked = None

    def prioritise(self, priority: int | None) -> bool:
        """Sets the corps' priority; None: it goes by the township's. Says whether that is news."""
        self.require("prioritise", self.state)
        news, self.corps_priority = priority != self.corps_priority, priority
        return news

    def hold_phone(self, sealed: str, masked: str) -> None:
        """Takes over the number of the contact, sealed and as it is shown."""
        self.phone_sealed, self.phone_masked = sealed, masked

    def note_assistance(self, entry: AssistedEntry) -> None:
        """Notes that it was entered for somebody else."""
        self.assisted_how, self.assisted_for = entry.how, entry.for_whom

    def belong_to(self, series_id: str, on: date, *, by_hand: bool) -> None:
        """Notes that it was made for what a recurring order was due for on a day."""
        self.series_id, self.series_on, self.changed_by_hand = series_id, on, by_hand

    def note_hand(self) -> None:
        """A person changes it: if it belongs to a recurring order, it now differs from the others."""
        self.changed_by_hand = self.series_id is not None

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
        self.note_open_lines()

    def earliest_on(self, line: Line) -> date | None:
        """Returns the first day on which the notice of a line's item has been given; None where it asks for none."""
        ordered_on = line.added_on or self.ordered_on
        if ordered_on is None or not line.notice_days:
            return None
        return ordered_on + timedelta(days=line.notice_days)

    def digest(self) -> str:
        """What it asks for, in short. Two orders are alike when they ask for the same items at the same place on the
        same days of a campaign; how many people are expected, and the remarks, make no difference."""
        items = sorted(line.item_code for line in self.asked_for)
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

    def said(self) -> Said:
        """What it asks for now, as far as it can be amended."""
        return Said(
            place=self.place,
            point=None if self.lat is None or self.lon is None else [self.lat, self.lon],
            wished_on=[day.isoformat() for day in self.wished_on],
            ruled_out_on=[day.isoformat() for day in self.ruled_out_on],
            lines=[line.said() for line in self.asked_for],
        )

    def require_amendable(self, draft: Draft, today: date) -> None:
        """Checks that the order may say what ``draft`` says instead.

        :raises IllegalTransition: it may not be amended in its state.
        :raises Conflict: an amendment waits for the corps, or what changes was served, or is to be today.
        """
        self.require("amend", self.state)
        if self.proposed_amendment is not None:
            raise Conflict("amendment_waits", field="order_id", number=self.proposed_amendment)
        self._require_not_under_way(draft, today)

    def amend(self, draft: Draft, lines: Sequence[Line], today: date) -> None:
        """Says what ``draft`` says from now on; ``lines`` are made from it. A line that stays keeps its booking, until
        a plan decides otherwise; one that is taken out gives its booking up.

        :raises IllegalTransition: :raises Conflict: see :meth:`require_amendable`.
        """
        self.require("amend", self.state)
        self.note_hand()
        self._require_not_under_way(draft, today)
        wanted = {line.item_code: line for line in lines}
        for line in self.asked_for:
            if (now_wanted := wanted.pop(line.item_code, None)) is not None:
                line.amend(now_wanted)
            elif self.follows_plan:
                line.cancel()
            else:
                self.lines.remove(line)
        for line in wanted.values():
            line.position = len(self.lines)
            line.added_on = today
            self.lines.append(line)
        self.place = draft.place
        self.lat, self.lon = (draft.point.lat, draft.point.lon) if draft.point else (None, None)
        self.wished_on, self.ruled_out_on = (
            sorted(set(draft.wished_on)),
            sorted(set(draft.ruled_out_on)),
        )
        self.search_words = search_words(self.place, (line.item_code for line in self.lines))
        if self.follows_plan:
            self._follow_lines()
        self.note_open_lines()

    def _require_not_under_way(self, draft: Draft, today: date) -> None:
        wanted = {item.item_code: item for item in draft.items}
        for line in self.asked_for:
            if not line.is_under_way(today):
                continue
            item = wanted.get(line.item_code)
            stays = item is not None and line.wanted == (
                item.item_code,
                item.expected_attendance,
                item.remark,
            )
            if not stays or (draft.place, draft.point) != (self.place, self.point):
                raise Conflict(
                    "line_under_way",
                    field="lines" if not stays else "place",
                    item={"zh-CN": line.name, "en": line.name_en},
                )

    def number_amendment(self) -> int:
        """Returns the number of the next amendment."""
        self.amendments += 1
        return self.amendments

    def propose(self, number: int) -> None:
        """An amendment waits for the corps: until it is decided, the order says what it said."""
        self.require("amend", self.state)
        self.proposed_amendment = number

    def require_proposed(self, number: int) -> None:
        """:raises Conflict: this amendment does not wait, or not any more."""
        if self.proposed_amendment != number:
            raise Conflict("amendment_decided", field="number", number=number)

    def settle_amendment(self) -> None:
        """The amendment that waited is decided, or taken back."""
        self.proposed_amendment = None

    def await_plan(self, number: int) -> None:
        """A plan is to take this amendment into account."""
        self.replanned_for = number

    def note_open_lines(self) -> None:
        """Whatever changes its state, its lines or its township leaves in the lines that are open where, for which
        campaign and since when they were ordered, as long as the order is in hand."""
        for line in self.lines:
            if self.state in IN_HAND and line.is_open:
                line.township_code, line.campaign_id = self.township_code, self.campaign_id
                line.ordered_on = self.ordered_on
            else:
                line.township_code = line.campaign_id = line.ordered_on = None

    def note_replanned(self, number: int) -> None:
        """A plan takes its amendments up to this one into account."""
        if self.replanned_for is not None and self.replanned_for <= number:
            self.replanned_for = None

    def _end_amendments(self) -> None:
        self.proposed_amendment = self.replanned_for = None

    def accept(self) -> None:
        self.require("accept", self.state)
        self.state = "accepted"

    def hand_back(self, reason_code: ReturnReason, reason: str | None) -> None:
        self.require("return", self.state)
        self.state, self.reason_code, self.reason = "returned", reason_code, reason
        self.content_digest = None
        self.note_open_lines()

    def cancel(self, reason_code: WithdrawalReason, reason: str | None) -> None:
        """Withdraws what is not served yet; lines that were served stay so.

        :raises Conflict: a team is there already.
        """
        self.require("cancel", self.state)
        for line in self.lines:
            if line.state == "scheduled" and line.has_begun:
                item = {"zh-CN": line.name, "en": line.name_en}
                raise Conflict("line_has_begun", field="order_id", item=item)
        self.state, self.reason_code, self.reason = "cancelled", reason_code, reason
        self.content_digest = None
        self._end_amendments()
        for line in self.lines:
            line.cancel()
        self.note_open_lines()

    def close(self) -> None:
        self.require("close", self.state)
        self.state = "closed"
        self.note_open_lines()

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

    def correct_booth(
        self, line_id: str, assignment_id: str, team_code: str, served: int
    ) -> Line | None:
        """Another team was at a line's booth than was said, or it served others. Returns the line; None where another
        booth is its own now."""
        line = self.line(line_id)
        if line is None or line.assignment_id != assignment_id:
            return None
        line.team_code, line.served = team_code, served
        return line

    def correct_township(self, township_code: str) -> list[Line]:
        """It was written for another township than it was for. Returns the lines that were served, which count for
        this one from now on.

        :raises IllegalTransition: it is still to be served, and can be withdrawn and written anew.
        :raises Conflict: nothing of it was served. :raises InvalidInput: it is this township's.
        """
        self.require("correct", self.state)
        served = [line for line in self.lines if line.state == "served"]
        if not served:
            raise Conflict("nothing_was_served", field="order_id")
        if township_code == self.township_code:
            raise InvalidInput("township_is_the_same", field="township_code")
        self.note_hand()
        self.township_code = township_code
        self.note_open_lines()
        return served

    def begin_stop(self, stop_id: str) -> None:
        """The teams are there: what is to be served there can't be withdrawn any more."""
        for line in self._scheduled_at(stop_id):
            line.has_begun = True

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
            self._end_amendments()
        else:
            self.state = "accepted"
        self.note_open_lines()
