"""A correction of an order that was served: which township it was written for, and which one it was for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

OrderCorrectionReason = Literal["wrong_township", "boundary", "other"]
"""Why the township of an order is corrected."""


class NamedTownship(TypedDict):
    """A township by its code and its names of that time."""

    code: str
    name: str
    name_en: str


@dataclass(eq=False, kw_only=True)
class OrderCorrection:
    """The ``number``-th correction of an order, from 1; ``by`` is a role. What was and what is are kept as they were
    said, whatever becomes of the townships; ``township_code`` is the one that the order left, by its code of today,
    which may read the correction though the order is not its own any more."""

    id: str
    order_id: str
    township_code: str
    number: int
    before: NamedTownship
    after: NamedTownship
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
