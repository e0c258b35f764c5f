"""What requests publishes: what townships need, and how they judge what they got (点单, 评单)."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Event, PersonAnswer, Point, ReasonCode, TownshipCode


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


class OrderReturned(Event):
    """The corps gave an order back. What it said about that is read in requests."""

    order_id: str
    township_code: TownshipCode
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
