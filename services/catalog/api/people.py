"""catalog's operations on volunteers. Answers are masked; a clear value is asked for one by one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, SecretStr

from services.catalog.application import volunteers
from shared.http.inputs import PERSONAL, Answer, AuditedText, Body, Code, Moment, Page, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNo

router = APIRouter(prefix="/volunteers", tags=["volunteers"])

Personal = Annotated[SecretStr, Field(min_length=1, max_length=80, json_schema_extra=PERSONAL)]
"""A personal value as typed. It shows in no log, and in no error."""


class VolunteerBody(Body):
    team_code: Code
    name: Personal
    phone: Annotated[Personal, Field(description="a mainland mobile or landline number")]
    identity: Annotated[Personal | None, Field(description="citizen identity number, where insurance needs it")] = None
    consent_at: Annotated[Moment, Field(description="when the person agreed")]
    consent_version: Annotated[Code, Field(description="which text about the purpose the person agreed to")]


class CorrectionBody(Body):
    """What is left out stays as it is."""

    team_code: Code | None = None
    active: Annotated[bool | None, Field(description="false: has left the team")] = None
    name: Personal | None = None
    phone: Personal | None = None
    identity: Personal | None = None


class RevealBody(Body):
    field: volunteers.PersonalField
    purpose: volunteers.Purpose
    reason: AuditedText


class ErasureBody(Body):
    reason: Annotated[AuditedText | None, Field(description="needed unless the person asks in person")] = None


class VolunteerAnswer(Answer):
    no: str
    team_code: str
    state: Literal["active", "left", "erased"]
    name: Annotated[str | None, Field(description="masked: 张*")]
    phone: Annotated[str | None, Field(description="masked: 138****5678")]
    identity: Annotated[str | None, Field(description="masked: 3303**********1234")]
    consent_at: datetime
    consent_version: str


class RevealAnswer(Answer):
    field: volunteers.PersonalField
    value: str


class PersonRequestAnswer(Answer):
    """``answers`` are the services that are done, with how many records; ``awaited`` those that are not."""

    id: str
    volunteer_no: str
    purpose: Literal["export", "erasure"]
    requested_at: datetime
    answers: dict[str, int]
    awaited: list[str]


@router.post("", status_code=201, summary="Enter a volunteer", **secured("register_volunteer", 409, 422))
async def post_volunteer(body: VolunteerBody, uow: Uow) -> VolunteerAnswer:
    return VolunteerAnswer.model_validate(await volunteers.register(uow, **_clear(body)))


@router.get("", summary="List volunteers, masked", **secured("read_volunteers", 422))
async def list_volunteers(
    uow: Uow,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    after: Annotated[str | None, Query(max_length=20, description="number to begin behind")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[VolunteerAnswer]:
    items, next_after = await volunteers.list_volunteers(uow, team_code=team_code, after=after, limit=limit)
    return Page[VolunteerAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/{volunteer_no}", summary="One volunteer, masked", **secured("read_volunteers", 404, 422))
async def get_volunteer(volunteer_no: VolunteerNo, uow: Uow) -> VolunteerAnswer:
    return VolunteerAnswer.model_validate(await volunteers.get_volunteer(uow, volunteer_no))


@router.put(
    "/{volunteer_no}",
    summary="Correct a volunteer's entry",
    **secured("correct_volunteer", 404, 409, 422, 428),
)
async def put_volunteer(volunteer_no: VolunteerNo, body: CorrectionBody, uow: Uow) -> VolunteerAnswer:
    return VolunteerAnswer.model_validate(await volunteers.correct(uow, volunteer_no, **_clear(body)))


@router.post(
    "/{volunteer_no}/reveal",
    summary="One personal value in clear, for a stated purpose; it is noted who asked",
    **secured("reveal_volunteer", 404, 409, 422),
)
async def reveal(volunteer_no: VolunteerNo, body: RevealBody, uow: Uow) -> RevealAnswer:
    value = await volunteers.reveal(uow, volunteer_no, **body.model_dump())
    return RevealAnswer(field=body.field, value=value)


@router.post(
    "/{volunteer_no}/export",
    status_code=202,
    summary="Have every service collect what it holds about a person",
    **secured("export_person", 404, 409, 422),
)
async def export(volunteer_no: VolunteerNo, uow: Uow) -> PersonRequestAnswer:
    return PersonRequestAnswer.model_validate(await volunteers.request_export(uow, volunteer_no))


@router.post(
    "/{volunteer_no}/erase",
    status_code=202,
    summary="Delete what is held about a person, here at once and everywhere soon",
    **secured("erase_person", 404, 409, 422),
)
async def erase(volunteer_no: VolunteerNo, body: ErasureBody, uow: Uow) -> PersonRequestAnswer:
    return PersonRequestAnswer.model_validate(await volunteers.erase(uow, volunteer_no, reason=body.reason))


@router.get(
    "/{volunteer_no}/requests",
    summary="What was asked about a person's data, and which services have answered",
    **secured("read_person_requests", 404, 422),
)
async def list_requests(volunteer_no: VolunteerNo, uow: Uow) -> list[PersonRequestAnswer]:
    found = await volunteers.list_requests(uow, volunteer_no)
    return [PersonRequestAnswer.model_validate(request) for request in found]


def _clear(body: Body) -> dict[str, Any]:
    """The values as the use case takes them."""
    said = body.model_dump()
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in said.items()}
