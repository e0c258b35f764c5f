"""Operations on incidents at a stop."""

from fastapi import APIRouter

from services.dispatch.incidents import queries, schemas, use_cases
from shared.http.free_text import ask_about
from shared.http.inputs import Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.get(
    "/stops/{stop_id}/incidents",
    summary="What happened at a stop, the latest first; a team or a township sees what it noted",
    **secured("read_incidents", 404, 422),
)
async def list_incidents(stop_id: str, uow: Uow) -> list[schemas.IncidentAnswer]:
    found = await queries.list_incidents(uow, stop_id)
    return [schemas.IncidentAnswer.model_validate(each) for each in found]


@router.post(
    "/stops/{stop_id}/incidents",
    summary="Note what happened at a stop",
    status_code=201,
    **secured("note_incident", 404, 409, 422),
)
async def note_incident(
    stop_id: str, body: schemas.IncidentBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.IncidentAnswer:
    noted = await use_cases.note_incident(
        uow, stop_id, body.what, body.text, ask_about(body, confirmed)
    )
    return schemas.IncidentAnswer.model_validate(noted)


@router.post(
    "/incidents/{incident_id}/close",
    summary="The corps has seen to an incident",
    **secured("close_incident", 404, 409, 422),
)
async def close_incident(
    incident_id: str, body: schemas.ClosingBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.IncidentAnswer:
    closed = await use_cases.close_incident(
        uow, incident_id, body.words, ask_about(body, confirmed)
    )
    return schemas.IncidentAnswer.model_validate(closed)
