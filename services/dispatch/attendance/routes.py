"""Operations on attendance: who is there, the code that is shown, and coming and going."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request

from services.dispatch.attendance import schemas
from services.dispatch.attendance.domain.scan import Scan
from services.dispatch.attendance.use_cases import checking_in, phones
from shared.http.inputs import Uow
from shared.http.openapi import secured
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


def _say(request: Request) -> Callable[[str], str]:
    """Puts why a scan was not taken into the reader's language."""
    texts = request.app.state.texts
    language = preferred_language(request.headers.get("accept-language"))
    return lambda code: str(texts.render(language, f"check_in.{code}", {})["text"])
