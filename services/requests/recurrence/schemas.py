"""HTTP bodies and answers of recurring orders."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.requests.orders.domain.order import CancelReason, ReturnReason
from services.requests.orders.schemas import ContactBody, ItemsBody, PointAnswer
from services.requests.recurrence.domain.days import DueDay, OnHoliday
from services.requests.recurrence.domain.series import (
    MOST_DAYS_AROUND,
    OccurrenceState,
    SeriesDraft,
    SeriesState,
)
from services.requests.recurrence.queries import SeenSeries
from shared.http.inputs import Answer, Body, Day, Key, ReasonBody, TownshipCode, Typed
from shared.http.wording import Wording
from shared.kernel.recurrence import WEEKDAYS, Rule

RuleText = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9=;:,-]{1,120}$"),
    Typed,
    Field(
        description="RFC 5545: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY; INTERVAL; BYDAY (TU,TH by the week, 2TU or -1FR"
        " by the month); BYMONTHDAY (1 to 31, or -1); COUNT or UNTIL=20141231. At the latest it ends after five years"
    ),
]
Why = Literal["rule", "after_holiday", "moved", "extra", "holiday", "left_out", "falls_together"]


class PreviewBody(Body):
    rrule: RuleText
    starts_on: Annotated[Day, Field(description="from when on; intervals are counted from it")]
    on_holiday: Annotated[
        OnHoliday, Field(description="what becomes of a day that is a public holiday")
    ] = "next_workday"


class SeriesBody(PreviewBody, ItemsBody, ContactBody):
    township_code: TownshipCode
    days_around: Annotated[
        int,
        Field(ge=0, le=MOST_DAYS_AROUND, description="so many days before and after do as well"),
    ] = 0
    priority: Annotated[int, Field(ge=1, le=5, description="1 (low) to 5 (urgent)")] = 3

    def as_draft(self) -> SeriesDraft:
        """:raises InvalidInput: an item stands twice, or the phone is no number or has no contact."""
        return SeriesDraft(
            township_code=self.township_code,
            place=self.place,
            point=self.asked_point(),
            items=self.asked_items(),
            rrule=self.rrule,
            starts_on=self.starts_on,
            days_around=self.days_around,
            on_holiday=self.on_holiday,
            priority=self.priority,
            contact=self.contact,
            phone=self.phone_in_clear(),
        )


class NewSeriesBody(SeriesBody):
    follows: Annotated[
        Key | None, Field(description="the recurring order that it takes over from")
    ] = None


class ReturnSeriesBody(ReasonBody):
    reason_code: ReturnReason


class EndSeriesBody(ReasonBody):
    reason_code: CancelReason
    withdraws_orders: Annotated[
        bool,
        Field(description="also withdraw orders ahead, but for those planned or changed by hand"),
    ] = False


class OneDayBody(Body):
    on: Annotated[Day, Field(description="the day, as the rule has it")]


class MoveDayBody(OneDayBody):
    to: Annotated[Day, Field(description="the day on which the service is instead")]


class DueDayAnswer(Answer):
    """``day`` is when the service is wanted, null where it is left out; ``why`` says why it is not the rule's day.
    Unless ``is_certain``, the public holidays of that year are not known yet."""

    on: date
    day: date | None
    why: Why
    is_certain: bool


class PreviewAnswer(Answer):
    rrule: str
    words: Annotated[str, Field(description="the rule in the reader's language")]
    next_days: list[DueDayAnswer]

    @classmethod
    def of(
        cls, rule: Rule, starts_on: date, days: Sequence[DueDay], wording: Wording
    ) -> "PreviewAnswer":
        return cls(
            rrule=str(rule),
            words=in_words(rule, starts_on, wording),
            next_days=[DueDayAnswer.model_validate(each) for each in days],
        )


class SeriesItemAnswer(Answer):
    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


class OccurrenceAnswer(Answer):
    """One time that it was due: for the rule's day ``on`` a service on ``day``. ``fault`` says why there is no order,
    ``doubts`` what the corps had to look at, ``is_by_hand`` that somebody changed this one without the others."""

    id: str
    on: date
    day: date
    state: OccurrenceState
    fault: str | None
    item_code: str | None
    doubts: list[str]
    is_by_hand: bool
    order_id: str | None
    order_number: str | None
    order_state: str | None
    scheduled_on: date | None


class SeriesAnswer(Answer):
    """``words`` is the rule in the reader's language. ``origin`` is the proposal that it comes from; ``follows`` and
    ``followed_by`` are those that it takes over from, and that takes over. Its days are in the answer about one only:
    ``next_days`` have no order yet, ``occurrences`` are the latest that were made, the newest first."""

    id: str
    number: int
    township_code: str
    place: str
    point: PointAnswer | None
    items: list[SeriesItemAnswer]
    rrule: str
    words: str
    starts_on: date
    last_on: date | None
    days_around: int
    on_holiday: OnHoliday
    priority: int
    contact: str | None
    phone_masked: Annotated[str | None, Field(description="the contact's: 138****5678")]
    state: SeriesState
    reason_code: str | None
    reason: str | None
    made_at: datetime
    due_on: date | None
    origin: str | None
    follows: str | None
    followed_by: str | None
    next_days: list[DueDayAnswer]
    occurrences: list[OccurrenceAnswer]

    @classmethod
    def of(cls, seen: SeenSeries, wording: Wording) -> "SeriesAnswer":
        found = seen.series
        rule = Rule.parse(found.rrule)
        return cls(
            id=found.id,
            number=found.number,
            township_code=found.township_code,
            place=found.place,
            point=PointAnswer.model_validate(found.point) if found.point else None,
            items=[SeriesItemAnswer.model_validate(each) for each in seen.items],
            rrule=found.rrule,
            words=in_words(rule, found.starts_on, wording),
            starts_on=found.starts_on,
            last_on=found.last_on,
            days_around=found.days_around,
            on_holiday=found.on_holiday,
            priority=found.priority,
            contact=found.contact,
            phone_masked=found.phone_masked,
            state=found.state,
            reason_code=found.reason_code,
            reason=found.reason,
            made_at=found.made_at,
            due_on=found.due_on,
            origin=found.origin,
            follows=found.follows,
            followed_by=seen.followed_by,
            next_days=[DueDayAnswer.model_validate(each) for each in seen.next_days],
            occurrences=[OccurrenceAnswer.model_validate(each) for each in seen.occurrences],
        )


def in_words(rule: Rule, starts_on: date, wording: Wording) -> str:
    """Returns a rule as the reader would say it: 每两周的周二，共 10 次."""

    def said(name: str, **facts: object) -> str:
        return wording.word("recurrence", name).format_map(facts)

    every = "one" if rule.interval == 1 else "many"
    facts: dict[str, object] = {"n": rule.interval}
    weekday = f"weekday_{WEEKDAYS[starts_on.weekday()]}"
    if rule.frequency == "DAILY":
        what = f"daily_{every}"
    elif rule.frequency == "WEEKLY":
        what = f"weekly_{every}"
        facts["days"] = wording.listed(
            [said(f"weekday_{day}") for day in rule.weekdays] or [said(weekday)]
        )
    elif rule.frequency == "YEARLY":
        what = f"yearly_{every}"
        facts |= {"day": starts_on.day, "month": said(f"month_{starts_on.month}")}
    elif rule.nth is not None:
        what = f"nth_{every}"
        facts |= {"nth": said(f"nth_{rule.nth}"), "day": said(f"weekday_{rule.weekdays[0]}")}
    elif rule.month_day == -1:
        what = f"last_day_{every}"
    else:
        what = f"month_day_{every}"
        facts["day"] = rule.month_day or starts_on.day
    text = said(what, **facts)
    if rule.count is not None:
        return text + said("count", count=rule.count)
    if rule.until is not None:
        return text + said(
            "until",
            year=rule.until.year,
            month=said(f"month_{rule.until.month}"),
            day=rule.until.day,
        )
    return text
