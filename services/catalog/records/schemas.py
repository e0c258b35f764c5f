"""HTTP bodies and answers about records and certificates."""

from datetime import date, datetime
from typing import Literal

from services.catalog.records.domain import Evidence, WithdrawalReason
from shared.http.inputs import Answer, Body, Day, ReasonBody


class CertificateBody(Body):
    """From one day to another, both included."""

    first_on: Day
    last_on: Day


class WithdrawalBody(ReasonBody):
    reason_code: WithdrawalReason


class MinutesAnswer(Answer):
    """Minutes by class; there is no sum of all."""

    checked: int
    cosigned: int
    by_hand: int


class RecordAnswer(Answer):
    hours_id: str
    volunteer_no: str
    on: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    evidence: Evidence
    item_name: str
    item_name_en: str
    place: str
    team_code: str


class RecordsAnswer(Answer):
    minutes: MinutesAnswer
    records: list[RecordAnswer]


class CertificateAnswer(Answer):
    """``is_current``: the records are still those that it certifies."""

    id: str
    number: str
    volunteer_no: str
    first_on: date
    last_on: date
    minutes: MinutesAnswer
    issued_at: datetime
    state: Literal["issued", "withdrawn"]
    withdrawn_at: datetime | None
    reason_code: str | None
    reason: str | None
    is_current: bool
