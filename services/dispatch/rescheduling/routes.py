"""Operations that change a published stop: put it off, call it off, take a team's refusal."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.dispatch.rescheduling import queries, schemas, use_cases
from services.dispatch.stops.domain.stop import StatedReason
from services.dispatch.stops.queries.views import get_stop
from services.dispatch.stops.schemas import StopAnswer
from shared.http.free_text import ask_about
from shared.http.inputs import Code, Confirmed, ReasonBody, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.post(
    "/stops/{stop_id}/postpone",
    summary="Move a stop to a later half-day, or call it off where there is none",
    **secured("postpone_stop", 404, 409, 422),
)
async def postpone_stop(
    stop_id: str, body: schemas.PostponeBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.postpone_stop(
        uow, stop_id, _reason(body), body.not_before, ask_about(body, confirmed)
    )
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/stops/{stop_id}/cancel", summary="Call a stop off", **secured("cancel_stop", 404, 409, 422)
)
async def cancel_stop(
    stop_id: str, body: schemas.CancelStopBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    await use_cases.cancel_stop(uow, stop_id, _reason(body), ask_about(body, confirmed))
    return StopAnswer.model_validate(await get_stop(uow, stop_id))


@router.post(
    "/assignments/{assignment_id}/decline",
    summary="The team can't; another is asked",
    **secured("decline_assignment", 404, 409, 422),
)
async def decline_assignment(
    assignment_id: str, body: schemas.DeclineBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> StopAnswer:
    stop = await use_cases.decline_assignment(
        uow, assignment_id, _reason(body), ask_about(body, confirmed)
    )
    return StopAnswer.model_validate(await get_stop(uow, stop.id))


@router.get(
    "/merging",
    summary="What merging a team into another one would mean for stops",
    **secured("preview_merging", 422),
)
async def preview_merging(
    team_code: Annotated[Code, Query(description="the team that would go")],
    into: Annotated[Code, Query(description="the team that would stay")],
    uow: Uow,
) -> schemas.MergingAnswer:
    found = await queries.preview_merging(uow, team_code, into)
    return schemas.MergingAnswer.model_validate(found)


def _reason(body: ReasonBody) -> StatedReason:
    return StatedReason(body.reason_code, body.reason)
