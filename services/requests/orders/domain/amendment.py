"""A change of an order that was handed in: what, why, by whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

AmendReason = Literal["attendance", "days_impossible", "venue", "items", "mistake", "other"]
"""Why a township changes an order that it handed in."""

AmendmentRefusal = Literal["too_late", "no_team", "days_impossible", "other"]
"""Why the corps leaves an order as it is."""

AmendmentState = Literal["proposed", "applied", "refused", "withdrawn", "lapsed"]


class SaidLine(TypedDict):
    """One item of an order, as it was asked for."""

    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


class Said(TypedDict):
    """What an order asks for, as far as it can be amended. Days are in ISO 8601; ``point`` is latitude and
    longitude."""

    place: str
    point: list[float] | None
    wished_on: list[str]
    ruled_out_on: list[str]
    lines: list[SaidLine]


@dataclass(eq=False, kw_only=True)
class Amendment:
    """The ``number``-th amendment of an order, from 1; changed through its order only.

    ``state`` is ``applied`` once the order says ``after`` instead of ``before``. One that waits for the corps is
    ``proposed``; if the order no longer waits for it, because it was served or withdrawn meanwhile, it has lapsed.
    ``by`` and ``decided_by`` are roles.
    """

    id: str
    order_id: str
    number: int
    state: str
    before: Said
    after: Said
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
    decided_at: datetime | None = None
    decided_by: str | None = None
    refusal_code: str | None = None
    refusal: str | None = None

    def decide(self, state: AmendmentState, now: datetime, by: str | None) -> None:
        self.state, self.decided_at, self.decided_by = state, now, by
