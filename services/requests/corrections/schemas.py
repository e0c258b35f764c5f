"""HTTP bodies and answers about corrections of orders."""

from datetime import datetime

from services.requests.corrections.domain import OrderCorrectionReason
from shared.http.inputs import Answer, ReasonBody, TownshipCode


class OrderCorrectionBody(ReasonBody):
    """Which township the order was for."""

    township_code: TownshipCode
    reason_code: OrderCorrectionReason


class NamedTownshipAnswer(Answer):
    code: str
    name: str
    name_en: str


class OrderCorrectionAnswer(Answer):
    """One correction: for which township the order stood, and for which it stands since. ``by`` is a role."""

    number: int
    before: NamedTownshipAnswer
    after: NamedTownshipAnswer
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None


class DepartedOrderAnswer(Answer):
    """An order that is another township's now, by this correction."""

    order_id: str
    order_number: str
    correction: OrderCorrectionAnswer
