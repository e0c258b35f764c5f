"""A correction of a booth's report: what was said, what is so, why, by whom, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypedDict

from services.dispatch.stops.domain.confirmation import business_days_after
from shared.kernel.errors import Conflict

CorrectionReason = Literal["miscounted", "mistyped", "another_team_came", "other"]
"""Why a report is corrected."""

CorrectionRefusal = Literal["not_plausible", "no_evidence", "other"]
"""Why the corps leaves a report as it is."""

CorrectionState = Literal["proposed", "applied", "refused", "withdrawn"]

ASK_WITHIN = 10
"""Business days after the stop in which a team may ask for a correction: as long as records of service may take."""


class Done(TypedDict):
    """What stands of a booth: which team was there, by its code and its names of that time, and what it did."""

    team_code: str
    team_name: str
    team_name_en: str
    served: int
    leaflets: int
    follow_ups: int


@dataclass(eq=False, kw_only=True)
class Correction:
    """The ``number``-th correction at a stop, from 1, of one of its booths.

    It is ``applied`` once ``after`` stands instead of ``before``; one that a team asked for is ``proposed`` until the
    corps decides. ``by`` and ``decided_by`` are roles.
    """

    id: str
    stop_id: str
    assignment_id: str
    number: int
    state: str
    before: Done
    after: Done
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
    decided_at: datetime | None = None
    decided_by: str | None = None
    refusal_code: str | None = None
    refusal: str | None = None

    def require_proposed(self) -> None:
        """:raises Conflict: it does not wait, or not any more."""
        if self.state != "proposed":
            raise Conflict("correction_decided", field="number", number=self.number)

    def decide(self, state: CorrectionState, now: datetime, by: str | None) -> None:
        self.state, self.decided_at, self.decided_by = state, now, by


def ask_until(on: date) -> date:
    """The last day on which a team may ask for a correction of a stop on day ``on``."""
    return business_days_after(on, ASK_WITHIN)
