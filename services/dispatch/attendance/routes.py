"""Operations on attendance and hours: who is there, coming and going; what counts by class, what both sides say of it,
and what the corps decides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.dispatch.attendance import schemas
from services.dispatch.attendance.domain.hours import HoursState
from services.dispatch.attendance.domain.scan import Scan
from services.dispatch.attendance.queries import hours as hours_queries
from services.dispatch.attendance.use_cases import checking_in, hours, phones
from shared.http.free_text import ask_about
from shared.http.inputs import After, Code, Confirmed, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNumber
from shared.http.texts import preferred_language

router = APIRouter(tags=["dispatch"])


@router.get(
    "/stops/{stop_id}/attendance",
    summary="Who is expected at a stop, there, gone or absent; and what a phone needs without a connection",
    **secured("read_attendance", 404, 422),
)
async def get_attendance(stop_id: str, uow: Uow, request: Request) -> schemas.AttendanceAnswer:
    view = await phones.get_attendance(uow, stop_id)
    say = _say(request)
    for each in view["people"]:
        each["refused"] = [
            {"way": scan["way"], "at": scan["at"], "text": say(scan["code"])}
            for scan in each["refused"]
        ]
    return schemas.AttendanceAnswer.model_validate(view)


@router.get(
    "/stops/{stop_id}/check-in-code",
    summary="The secret with which a leader's phone shows a code that changes every half-minute",
    **secured("run_check_in", 404, 422),
)
async def get_check_in_code(stop_id: str, uow: Uow) -> schemas.CheckInCodeAnswer:
    return schemas.CheckInCodeAnswer.model_validate(await phones.show_code(uow, stop_id))


@router.post(
    "/check-ins",
    summary="Somebody came or went, by code or by the leader's list, now or while not connected",
    **secured("check_in", 404, 409, 422),
)
async def record_scan(body: schemas.ScanBody, uow: Uow, request: Request) -> schemas.ScanAnswer:
    said = body.model_dump()
    ahead = timedelta(seconds=said.pop("device_ahead_seconds"))
    answered = await checking_in.record_scan(uow, Scan(**said, device_ahead=ahead))
    fault: Any = None
    if answered.fault is not None:
        fault = {"code": answered.fault, "text": _say(request)(answered.fault)}
    return schemas.ScanAnswer(
        nonce=answered.nonce, outcome=answered.outcome, fault=fault, at=answered.at
    )


@router.post(
    "/stops/{stop_id}/absences",
    summary="Somebody has not come; or that was a mistake",
    **secured("run_check_in", 404, 409, 422),
)
async def mark_absent(
    stop_id: str, body: schemas.AbsenceBody, uow: Uow, request: Request
) -> schemas.AttendanceAnswer:
    await checking_in.mark_absent(uow, stop_id, body.volunteer_no, absent=body.absent)
    return await get_attendance(stop_id, uow, request)


@router.get("/hours", summary="Hours by volunteer, team or state", **secured("read_hours", 422))
async def list_hours(
    uow: Uow,
    volunteer_no: Annotated[VolunteerNumber | None, Query()] = None,
    team_code: Annotated[Code | None, Query()] = None,
    state: Annotated[HoursState | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.HoursAnswer]:
    items, next_after = await hours_queries.list_hours(
        uow,
        volunteer_no=volunteer_no,
        team_code=team_code,
        state=state,
        after=after,
        limit=limit,
    )
    return Page[schemas.HoursAnswer].model_validate({"items": items, "next_after": next_after})


@router.get(
    "/hours/totals",
    summary="The own minutes by class; there is no sum of all",
    **secured("read_hours", 422),
)
async def get_totals(uow: Uow) -> schemas.TotalsAnswer:
    return schemas.TotalsAnswer.model_validate(await hours_queries.get_totals(uow))


@router.post(
    "/hours",
    status_code=201,
    summary="Enter hours by hand, or correct them",
    **secured("decide_hours", 404, 409, 422),
)
async def enter_hours(
    body: schemas.EnteredHoursBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.HoursStateAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.HoursStateAnswer.model_validate(
        await hours.enter_hours(uow, **body.model_dump(), doubts=doubts)
    )


@router.post(
    "/hours/{hours_id}/decide",
    summary="Let hours stand that are to be looked at, or withdraw them",
    **secured("decide_hours", 404, 409, 422),
)
async def decide_hours(
    hours_id: str, body: schemas.DecisionBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.HoursStateAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.HoursStateAnswer.model_validate(
        await hours.decide_hours(
            uow, hours_id, keep=body.accepts, reason=body.reason, doubts=doubts
        )
    )


@router.get(
    "/hours-claims",
    summary="What one side says of hours, and the other's answer",
    **secured("read_hours", 422),
)
async def list_claims(
    uow: Uow,
    is_open: Annotated[bool, Query(description="only what is not settled")] = False,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.ClaimAnswer]:
    items, next_after = await hours_queries.list_claims(
        uow, is_open=is_open, after=after, limit=limit
    )
    return Page[schemas.ClaimAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/hours-claims",
    status_code=201,
    summary="Say what the hours at a booth were; the other side is asked",
    **secured("claim_hours", 404, 409, 422),
)
async def claim_hours(
    body: schemas.ClaimBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ClaimStateAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.ClaimStateAnswer.model_validate(
        await hours.claim_hours(uow, **body.model_dump(), doubts=doubts)
    )


@router.post(
    "/hours-claims/{claim_id}/answer",
    summary="Agree with what the other side says, or not",
    **secured("claim_hours", 404, 409, 422),
)
async def answer_claim(
    claim_id: str, body: schemas.ClaimReplyBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ClaimStateAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.ClaimStateAnswer.model_validate(
        await hours.answer_claim(uow, claim_id, agrees=body.agrees, words=body.words, doubts=doubts)
    )


@router.post(
    "/hours-claims/{claim_id}/decide",
    summary="Decide between both sides",
    **secured("decide_hours", 404, 409, 422),
)
async def decide_claim(
    claim_id: str, body: schemas.DecisionBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ClaimStateAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.ClaimStateAnswer.model_validate(
        await hours.decide_claim(
            uow, claim_id, accepts=body.accepts, words=body.reason, doubts=doubts
        )
    )


def _say(request: Request) -> Callable[[str], str]:
    """Puts why a scan was not taken into the reader's language."""
    texts = request.app.state.texts
    language = preferred_language(request.headers.get("accept-language"))
    return lambda code: str(texts.render(language, f"check_in.{code}", {})["text"])
