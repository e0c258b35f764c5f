"""HTTP answers about demand."""

from datetime import date
from typing import Literal

from shared.http.inputs import Answer


class DemandAnswer(Answer):
    line_id: str
    order_id: str
    campaign_id: str
    township_code: str
    place: str
    item_code: str
    item_name: str
    item_name_en: str
    volunteers: int
    expected_attendance: int | None
    priority: int
    wished_on: list[date]
    ruled_out_on: list[date]
    state: Literal["open", "planned", "served", "cancelled"]
