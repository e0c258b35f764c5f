"""HTTP bodies and answers of orders."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.requests.orders.domain.amendment import (
    AmendmentRefusal,
    AmendmentState,
    AmendReason,
)
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import (
    AssistedEntry,
    CancelReason,
    Draft,
    EntryWay,
    Order,
    Point,
    ReturnReason,
    WantedItem,
)
from services.requests.orders.domain.proposal import Wanted
from shared.http.inputs import (
    PERSONAL,
    Answer,
    Body,
    Code,
    Day,
    Name,
    ReasonBody,
    Text,
    TownshipCode,
)
from shared.privacy.phones import clean_phone

OrderState = Literal[
    "draft",
    "submitted",
    "returned",
    "accepted",
    "scheduled",
    "served",
    "rated",
    "closed",
    "cancelled",
]
OrderSort = Literal[
    "created",
    "-created",
    "submitted",
    "-submitted",
    "township",
    "-township",
    "state",
    "-state",
]
ChangePending = Literal["proposed", "replanning"]
LineState = Literal["waiting", "scheduled", "unserved", "served", "cancelled"]
Contact = Annotated[Text, Field(max_length=80)]
"""Who is meant, by name and post; for those who may see the order."""

Phone = Annotated[SecretStr, Field(min_length=1, max_length=40, json_schema_extra=PERSONAL)]
"""A number as typed. It shows in no log, and in no error."""

DayList = Annotated[tuple[Day, ...], Field(max_length=366)]


class PointBody(Body):
    lat: Annotated[float, Field(ge=-90, le=90, description="degrees, WGS-84")]
    lon: Annotated[float, Field(ge=-180, le=180, description="degrees, WGS-84")]


class LineBody(Body):
    item_code: Code
    expected_attendance: Annotated[int, Field(ge=1, le=100_000, description="residents")]
    remark: Text | None = None


class ItemsBody(Body):
    """What is wanted, and where."""

    place: Name
    point: PointBody | None = None
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=50)]

    def asked_point(self) -> Point | None:
        return Point(lat=self.point.lat, lon=self.point.lon) if self.point else None

    def asked_items(self) -> tuple[WantedItem, ...]:
        return tuple(
            WantedItem(
                item_code=line.item_code,
                expected_attendance=line.expected_attendance,
                remark=line.remark,
            )
            for line in self.lines
        )


class AskedBody(ItemsBody):
    """What can be changed of an order that was handed in."""

    wished_on: DayList = ()
    ruled_out_on: DayList = ()


class ContactBody(Body):
    """Whom the team may ask."""

    contact: Annotated[Contact | None, Field(description="whom the team may ask")] = None
    phone: Annotated[
        Phone | None,
        Field(description="the contact's number, a mainland one; left out, it stays as it is"),
    ] = None

    def phone_in_clear(self) -> str | None:
        """:raises InvalidInput: it is no number."""
        return clean_phone(self.phone.get_secret_value()) if self.phone else None


class OrderBody(AskedBody, ContactBody):
    township_code: TownshipCode
    edition_id: Code
    campaign_id: Code
    priority: Annotated[int, Field(ge=1, le=5, description="1 (low) to 5 (urgent)")] = 3

    def as_draft(self) -> Draft:
        """:raises InvalidInput: an item stands twice, a day is both wished and ruled out, or the phone is no number or
        has no contact."""
        return Draft(
            township_code=self.township_code,
            edition_id=self.edition_id,
            campaign_id=self.campaign_id,
            place=self.place,
            point=self.asked_point(),
            items=self.asked_items(),
            wished_on=self.wished_on,
            ruled_out_on=self.ruled_out_on,
            priority=self.priority,
            contact=self.contact,
            phone=self.phone_in_clear(),
        )


class AssistedBody(Body):
    """That the order is entered for somebody who asked for it otherwise."""

    how: EntryWay
    for_whom: Annotated[Contact | None, Field(description="who asked for it")] = None

    def as_entry(self) -> AssistedEntry:
        return AssistedEntry(how=self.how, for_whom=self.for_whom)


class NewOrderBody(OrderBody):
    assisted: AssistedBody | None = None
    submit: Annotated[bool, Field(description="hand it in at once; false: keep a draft")] = False


class ReturnBody(ReasonBody):
    reason_code: ReturnReason


class CancelBody(ReasonBody):
    reason_code: CancelReason


class AmendmentBody(ReasonBody, AskedBody):
    """What the order is to say instead, as a whole, and why."""

    reason_code: AmendReason

    def as_wanted(self) -> Wanted:
        return Wanted(
            place=self.place,
            point=self.asked_point(),
            items=self.asked_items(),
            wished_on=self.wished_on,
            ruled_out_on=self.ruled_out_on,
        )


class AmendmentNumberBody(Body):
    number: Annotated[int, Field(ge=1, description="of the amendment that was read")]


class AmendmentRefusalBody(ReasonBody, AmendmentNumberBody):
    reason_code: AmendmentRefusal


class PriorityBody(Body):
    priority: Annotated[
        int | None, Field(ge=1, le=5, description="1 (low) to 5 (urgent); null: the township's")
    ]


class AllowanceAnswer(Answer):
    """``used`` are the items that the township ordered in the campaign, ``most`` how many it may (null: no limit)."""

    orders_until: date | None
    takes_orders: bool
    most: int | None
    used: int


class PointAnswer(Answer):
    lat: float
    lon: float


class RatingAnswer(Answer):
    score: int
    text: str | None


class LineAnswer(Answer):
    """``name`` and ``name_en`` as the menu had them when it was ordered, and the volunteers that it asks for so many.
    ``waiting_since`` is the business day on which it was ordered, as long as it has no day; ``unserved_reason`` is a
    code of dispatch's texts; ``served`` counts residents."""

    id: str
    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None
    volunteers_needed: int
    state: LineState
    waiting_since: date | None
    stop_id: str | None
    assignment_id: str | None
    team_code: str | None
    on: date | None
    part: str | None
    unserved_reason: str | None
    served: int | None
    rating: RatingAnswer | None


class StateChangeAnswer(Answer):
    """``by`` is the role of who did it, null where the order followed the plan. ``reason_code``
    says why it was returned or cancelled.
    """

    state: OrderState
    at: datetime
    by: str | None
    reason_code: str | None


class OrderAnswer(Answer):
    """``reason_code`` and ``reason``, the words to it, say why it was returned or cancelled.

    ``history`` are its states so far, oldest first. ``assisted_how`` says how the township asked for what somebody
    else entered, and ``assisted_for`` who that was; null where it entered the order itself. ``series_id`` is the
    recurring order that it was made for, which was due on ``series_on``; ``changed_by_hand`` says that it was changed
    without the others.
    """

    id: str
    number: Annotated[str, Field(description="the number that people use: year and running number")]
    township_code: str
    edition_id: str
    campaign_id: str
    place: str
    point: PointAnswer | None
    priority: Annotated[int, Field(description="as the township proposed it")]
    corps_priority: Annotated[int | None, Field(description="the corps', if it set one")]
    planned_priority: Annotated[int, Field(description="by which it is planned")]
    wished_on: list[date]
    ruled_out_on: list[date]
    state: OrderState
    reason_code: str | None
    reason: str | None
    contact: str | None
    phone_masked: Annotated[str | None, Field(description="the contact's: 138****5678")]
    assisted_how: EntryWay | None
    assisted_for: str | None
    lines: list[LineAnswer]
    series_id: str | None
    series_on: date | None
    changed_by_hand: bool
    created_at: datetime
    submitted_at: datetime | None
    ordered_on: Annotated[date | None, Field(description="business day on which it was handed in")]
    amendments: Annotated[int, Field(description="how often it was amended, or was to be")]
    proposed_amendment: Annotated[
        int | None, Field(description="the number of the amendment that waits for the corps")
    ]
    change_pending: Annotated[
        ChangePending | None,
        Field(description="a change waits for the corps, or for the plan that follows it"),
    ]
    history: list[StateChangeAnswer]


class SaidLineAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


class SaidAnswer(Answer):
    """What an order asks for, as far as it can be amended; ``point`` is latitude and longitude."""

    place: str
    point: list[float] | None
    wished_on: list[date]
    ruled_out_on: list[date]
    lines: list[SaidLineAnswer]


class AmendmentAnswer(Answer):
    """``state`` says what became of it: it waits for the corps (``proposed``), applies, was refused or taken back, or
    has lapsed, since the order was served or withdrawn meanwhile. ``by`` and ``decided_by`` are roles."""

    number: int
    state: AmendmentState
    before: SaidAnswer
    after: SaidAnswer
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
    decided_at: datetime | None
    decided_by: str | None
    refusal_code: str | None
    refusal: str | None


class ChangingBoothAnswer(Answer):
    assignment_id: str
    stop_id: str
    order_id: str
    change_pending: ChangePending


class TeamLineAnswer(Answer):
    assignment_id: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


class TeamOrderAnswer(Answer):
    """What the team that comes has to know of an order."""

    id: str
    number: str
    place: str
    contact: str | None
    phone_masked: str | None
    lines: list[TeamLineAnswer]

    @classmethod
    def of(cls, order: Order, lines: list[Line]) -> "TeamOrderAnswer":
        said = [TeamLineAnswer.model_validate(line) for line in lines]
        return cls(
            id=order.id,
            number=order.number,
            place=order.place,
            contact=order.contact,
            phone_masked=order.phone_masked,
            lines=said,
        )


class PhoneAnswer(Answer):
    """The number of an order's contact in clear."""

    phone: str


class OrdersWithItemAnswer(Answer):
    item_code: str
    total: int
    unserved: Annotated[int, Field(description="of them, those that wait for their service")]
