"""Operations on volunteers. Answers are masked; a clear value is asked for one by one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import SecretStr

from services.catalog.volunteers import queries, schemas
from services.catalog.volunteers.domain import Qualification, State
from services.catalog.volunteers.sheets import VOLUNTEERS
from services.catalog.volunteers.use_cases import (
    entering,
    entries,
    person_requests,
    qualifications,
    service,
)
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import AppState, Body, Code, Confirmed, CountedPage, Key, Typed, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNo
from shared.unit_of_work import UnitOfWork

router = APIRouter(prefix="/volunteers", tags=["volunteers"])
known = APIRouter(tags=["volunteers"])


@known.get(
    "/qualifications",
    summary="The qualifications that service items need",
    **secured("read_directory"),
)
async def list_known(uow: Uow) -> list[schemas.KnownQualificationAnswer]:
    found = await queries.list_known_qualifications(uow)
    return [
        schemas.KnownQualificationAnswer(name=name, item_codes=codes)
        for name, codes in found.items()
    ]


@router.post(
    "", status_code=201, summary="Enter a volunteer", **secured("register_volunteer", 409, 422)
)
async def post_volunteer(body: schemas.VolunteerBody, uow: Uow) -> schemas.VolunteerAnswer:
    return schemas.VolunteerAnswer.model_validate(
        await entering.register_volunteer(uow, entering.NewVolunteer(**_in_clear(body)))
    )


@router.get("", summary="List volunteers, masked", **secured("read_volunteers", 422))
async def list_volunteers(
    uow: Uow,
    q: Annotated[str | None, Query(max_length=20, description="part of a number"), Typed] = None,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    state: State | None = None,
    after: Annotated[str | None, Query(max_length=20, description="number to begin behind")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CountedPage[schemas.VolunteerAnswer]:
    found = await queries.list_volunteers(
        uow, q=q, team_code=team_code, state=state, after=after, limit=limit
    )
    return CountedPage[schemas.VolunteerAnswer].model_validate(found)


add_export(router, ".xlsx", list_volunteers, VOLUNTEERS, action="read_volunteers")


@router.get(
    "/{volunteer_no}", summary="One volunteer, masked", **secured("read_volunteers", 404, 422)
)
async def get_volunteer(volunteer_no: VolunteerNo, uow: Uow) -> schemas.VolunteerAnswer:
    return schemas.VolunteerAnswer.model_validate(await queries.get_volunteer(uow, volunteer_no))


@router.put(
    "/{volunteer_no}",
    summary="Correct a volunteer's entry",
    **secured("correct_volunteer", 404, 409, 422, 428),
)
async def put_volunteer(
    volunteer_no: VolunteerNo, body: schemas.CorrectionBody, uow: Uow
) -> schemas.VolunteerAnswer:
    return schemas.VolunteerAnswer.model_validate(
        await entries.correct_volunteer(uow, volunteer_no, **_in_clear(body))
    )


@router.post(
    "/{volunteer_no}/service",
    summary="Note what matters of a volunteer for the work",
    **secured("note_service", 404, 409, 422),
)
async def post_service(
    volunteer_no: VolunteerNo, body: schemas.ServiceBody, uow: Uow
) -> schemas.VolunteerAnswer:
    return schemas.VolunteerAnswer.model_validate(
        await service.note_service(uow, volunteer_no, **_in_clear(body))
    )


@router.get(
    "/{volunteer_no}/qualifications",
    summary="What a volunteer may do",
    **secured("read_volunteers", 404, 422),
)
async def list_qualifications(
    volunteer_no: VolunteerNo, uow: Uow
) -> list[schemas.QualificationAnswer]:
    found = await queries.list_qualifications(uow, volunteer_no)
    return [_held(each, uow) for each in found]


@router.post(
    "/{volunteer_no}/qualifications",
    summary="Enter what a volunteer may do, or renew it",
    **secured("grant_qualification", 404, 409, 422),
)
async def grant_qualification(
    volunteer_no: VolunteerNo,
    body: schemas.QualificationBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.QualificationAnswer:
    return _held(
        await qualifications.grant_qualification(
            uow, volunteer_no, **body.model_dump(), confirmed=confirmed
        ),
        uow,
    )


@router.post(
    "/{volunteer_no}/qualifications/{qualification_id}/revoke",
    summary="A volunteer holds a qualification no more",
    **secured("revoke_qualification", 404, 409, 422),
)
async def revoke_qualification(
    volunteer_no: VolunteerNo,
    qualification_id: Key,
    body: schemas.RevocationBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.QualificationAnswer:
    return _held(
        await qualifications.revoke_qualification(
            uow,
            volunteer_no,
            qualification_id,
            reason_code=body.reason_code,
            reason=body.reason,
            confirmed=ask_about(body, confirmed),
        ),
        uow,
    )


@router.post(
    "/{volunteer_no}/reveal",
    summary="One personal value in clear, for a stated purpose; it is noted who asked",
    **secured("reveal_volunteer", 404, 409, 422),
)
async def reveal(
    volunteer_no: VolunteerNo, body: schemas.RevealBody, uow: Uow
) -> schemas.RevealAnswer:
    value = await entries.reveal_personal_value(uow, volunteer_no, **body.model_dump())
    return schemas.RevealAnswer(field=body.field, value=value)


@router.post(
    "/{volunteer_no}/export",
    status_code=202,
    summary="Have every service collect what it holds about a person",
    **secured("export_person", 404, 409, 422),
)
async def export(
    volunteer_no: VolunteerNo, uow: Uow, state: AppState
) -> schemas.PersonRequestAnswer:
    return schemas.PersonRequestAnswer.model_validate(
        await person_requests.request_export(uow, volunteer_no, state.held)
    )


@router.post(
    "/{volunteer_no}/erase",
    status_code=202,
    summary="Delete what is held about a person, here at once and everywhere soon",
    **secured("erase_person", 404, 409, 422),
)
async def erase(
    volunteer_no: VolunteerNo, body: schemas.ErasureBody, uow: Uow, state: AppState
) -> schemas.PersonRequestAnswer:
    return schemas.PersonRequestAnswer.model_validate(
        await person_requests.erase_person(uow, volunteer_no, reason=body.reason, held=state.held)
    )


@router.get(
    "/{volunteer_no}/requests",
    summary="What was asked about a person's data, and which services have answered",
    **secured("read_person_requests", 404, 422),
)
async def list_requests(volunteer_no: VolunteerNo, uow: Uow) -> list[schemas.PersonRequestAnswer]:
    found = await queries.list_person_requests(uow, volunteer_no)
    return [schemas.PersonRequestAnswer.model_validate(request) for request in found]


def _held(found: Qualification, uow: UnitOfWork) -> schemas.QualificationAnswer:
    said = {
        name: getattr(found, name)
        for name in schemas.QualificationAnswer.model_fields
        if name != "is_valid"
    }
    return schemas.QualificationAnswer(**said, is_valid=found.is_valid(uow.today()))


def _in_clear(body: Body) -> dict[str, Any]:
    """Returns the fields of a body with the secret values in clear, as the use cases take them."""
    said = body.model_dump()
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in said.items()
    }
