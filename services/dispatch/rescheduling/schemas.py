"""HTTP bodies of what changes a published stop."""

from services.dispatch.stops.domain.stop import DeclineReason, StopReason
from shared.http.inputs import Day, ReasonBody


class DeclineBody(ReasonBody):
    reason_code: DeclineReason


class CancelStopBody(ReasonBody):
    reason_code: StopReason


class PostponeBody(CancelStopBody):
    not_before: Day | None = None
