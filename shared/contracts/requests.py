"""What requests publishes: what townships need, and how they judge what they got (点单, 评单)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import (
    Event,
    PersonAnswer,
    Point,
    ReasonCode,
    TaskHolderChange,
    TownshipCode,
)


class OrderLine(BaseModel):
    """One item of an order."""

    model_config = ConfigDict(frozen=True)

    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    expected_attendance: int
    volunteers_needed: int
    earliest_on: date | None = None
    """The first day on which the notice that the item asks for has been given; None where it asks for none."""


class ServiceOrdered(Event):
    """A township submitted an order."""

    order_id: str
    township_code: TownshipCode
    edition_id: str
    campaign_id: str
    line_count: int


class OrderAccepted(Event):
    """The corps took an order; from here on it is demand.

    ``place`` is the one text that somebody typed and that leaves its service: township, teams and residents must know
    where to go. It holds no personal numbers: requests refuses those.
    """

    order_id: str
    township_code: TownshipCode
    campaign_id: str
    place: str
    point: Point | None
    lines: tuple[OrderLine, ...]
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]
    priority: int


class OrderAmendmentProposed(Event):
    """A township wants to change an order for which a team is booked; the corps decides. ``amendment`` numbers
    those of an order, from 1. What is to change, and what was said about it, is read in requests."""

    order_id: str
    township_code: TownshipCode
    amendment: int
    reason_code: ReasonCode


class OrderAmendmentRefused(Event):
    """An order stays as it is. What the corps said about that is read in requests."""

    order_id: str
    township_code: TownshipCode
    amendment: int
    reason_code: ReasonCode


class OrderAmended(Event):
    """An order that was handed in says something else from now on: all of it, as by the ``amendment`` with this number.

    One that was accepted before is demand in this form; a line that is missing is demand no more. ``was_proposed``:
    the corps accepted it. For ``place`` see :class:`OrderAccepted`.
    """

    order_id: str
    township_code: TownshipCode
    campaign_id: str
    amendment: int
    was_proposed: bool
    place: str
    point: Point | None
    lines: tuple[OrderLine, ...]
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]
    priority: int


class OrderPrioritised(Event):
    """The corps gave an order that it accepted another priority, from 1 (low) to 5 (urgent)."""

    order_id: str
    township_code: TownshipCode
    priority: int


class OrderContactChanged(Event):
    """Somebody else may be asked about an order, or has another number. Who it is, the teams that are to come
    (``team_codes``) read in requests. For ``place`` see :class:`OrderAccepted`."""

    order_id: str
    township_code: TownshipCode
    place: str
    team_codes: tuple[str, ...]


class OrderReturned(Event):
    """The corps gave an order back. What it said about that is read in requests."""

    order_id: str
    township_code: TownshipCode
    reason_code: ReasonCode


class OrderCorrected(Event):
    """An order that was served had been written for another township than it was for: the booths that were held for it
    count for ``township_code``, not for ``was_township_code``. ``correction`` is the number of the correction of this
    order; ``team_codes`` are the teams that were there."""

    order_id: str
    township_code: TownshipCode
    was_township_code: TownshipCode
    correction: int
    team_codes: tuple[str, ...]
    reason_code: ReasonCode


class OrderCancelled(Event):
    """A township withdrew an order; what was booked for it is released."""

    order_id: str
    township_code: TownshipCode
    reason_code: ReasonCode


class OrderClosed(Event):
    """An order is done with; what of it still waited for a place is no demand any more."""

    order_id: str
    township_code: TownshipCode


class ServiceRated(Event):
    """A township judged one booth, from 1 (poor) to 5 (excellent)."""

    order_id: str
    line_id: str
    township_code: TownshipCode
    assignment_id: str
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int


class FollowUpOpened(Event):
    """A booth was judged poorly, by its township or a resident; somebody sees to it until ``due_on``."""

    follow_up_id: str
    township_code: TownshipCode
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    score: int
    due_on: date


class FollowUpOverdue(Event):
    """Nobody has closed a follow-up in time."""

    follow_up_id: str
    township_code: TownshipCode
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    due_on: date


class FollowUpClosed(Event):
    """A poor judgement was seen to. The answer is read in requests."""

    follow_up_id: str
    township_code: TownshipCode
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str


class WishMade(Event):
    """A township needs something that the menu lacks. What it said is read in requests."""

    wish_id: str
    number: int
    township_code: TownshipCode


class WishAnswered(Event):
    """A wish got its answer: an item of a menu (``matched``); teams are asked about it in the survey of a draft
    (``adopted``), under the name that the corps gave it; or ``declined``. What was written to it is read in requests.
    """

    wish_id: str
    number: int
    township_code: TownshipCode
    answer: Literal["matched", "adopted", "declined"]
    edition_id: str | None
    item_code: str | None
    item_name: str
    item_name_en: str
    reason_code: ReasonCode | None


class WishAdopted(Event):
    """Teams are to be asked about an item in the survey of ``edition_id``: so many ``wishes``, for so many
    ``residents``. Said again, it replaces what was said before; the corps named the item."""

    group_id: str
    edition_id: str
    item_name: str
    item_name_en: str
    wishes: int
    residents: int


class WishAdoptionEnded(Event):
    """Teams need not be asked about an item any more: the wishes got another answer."""

    group_id: str


class WishPublished(Event):
    """What a township wished for is on a menu that was published."""

    wish_id: str
    number: int
    township_code: TownshipCode
    edition_id: str
    item_code: str
    item_name: str
    item_name_en: str


class WishOmitted(Event):
    """The menu for which teams were asked about a township's wish was published without it."""

    wish_id: str
    number: int
    township_code: TownshipCode
    edition_id: str
    item_name: str
    item_name_en: str


Rrule = Annotated[str, StringConstraints(pattern=r"^FREQ=[A-Z0-9=;,-]{5,115}$")]

SeriesStep = Literal["proposed", "accepted", "returned", "changed", "paused", "resumed", "ended"]


class RecurringOrderChanged(Event):
    """How a recurring order stands after a ``step``; carries its whole state. ``rrule`` is a rule of RFC 5545 on whole
    days, from ``starts_on`` to ``last_on``, if that is given. ``origin_id`` is the proposal that it comes from,
    ``follows_id`` the recurring order that it takes over from. The orders themselves come as ``order_accepted`` or
    ``service_ordered``. ``revision`` rises with each change.
    """

    series_id: str
    number: int
    township_code: TownshipCode
    item_codes: tuple[str, ...]
    rrule: Rrule
    starts_on: date
    last_on: date | None
    state: Literal["proposed", "returned", "active", "paused", "ended"]
    step: SeriesStep
    reason_code: ReasonCode | None
    origin_id: str | None
    follows_id: str | None
    revision: int


class OccurrenceBlocked(Event):
    """No order could be made for what a recurring order is due for on a day: ``fault`` says why, ``item_code`` which
    item is not on the menu any more. Where it is ``no_campaign`` because the one that runs takes no such order,
    ``limit`` says which of its limits is in the way."""

    series_id: str
    number: int
    township_code: TownshipCode
    on: date
    fault: Literal["no_edition", "item_gone", "no_campaign", "township_code_ended"]
    item_code: str | None
    limit: Literal["ordering_is_over", "quota_used_up"] | None = None


Cadence = Literal["weekly", "fortnightly", "monthly", "two_monthly", "quarterly"]


class RecurrenceEvent(Event, abstract=True):
    """What every event about a proposed recurring service repeats: an item that a township needs again and again, how
    often, for how many ``residents`` on one occasion, and the team that is asked for it."""

    proposal_id: str
    township_code: TownshipCode
    team_code: str
    item_code: str
    item_name: str
    item_name_en: str
    cadence: Cadence
    residents: int


class RecurrenceProposed(RecurrenceEvent):
    """A team is asked for a recurring service; said again, another team is."""

    due_on: date


class RecurrenceReminded(RecurrenceEvent):
    """Nobody has answered, and the proposal lapses after ``until_on``. The team that is asked is told so once."""

    until_on: date


class RecurrenceConfirmed(RecurrenceEvent):
    """The team takes it on, as proposed or changed. The township has the recurring order ``series_id`` from
    ``starts_on``."""

    series_id: str
    starts_on: date
    is_changed: bool


class RecurrenceDeclined(RecurrenceEvent):
    """The team does not take it on. What it said about that is read in requests."""

    reason_code: ReasonCode


class EditionClosed(Event):
    """No order was handed in from this edition, and from now on none can be; the answer to a request to withdraw it."""

    edition_id: str


class EditionWithdrawalRefused(Event):
    """An edition stays in force: ``orders`` were handed in from it before it was to be withdrawn."""

    edition_id: str
    orders: int


class PersonDataCollected(PersonAnswer):
    """What this service holds about a volunteer lies ready to be fetched, for some days."""


class PersonDataErased(PersonAnswer):
    """This service holds nothing about a volunteer any more."""


class TaskHolderChanged(TaskHolderChange):
    """Of a task of this service."""
