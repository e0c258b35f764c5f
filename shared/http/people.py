"""The route by which every service gives out a person's own data."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator, StringConstraints

from shared.http.context import Context
from shared.http.inputs import Answer, Uow
from shared.http.openapi import secured
from shared.kernel.text import typed_code
from shared.privacy.answering import fetch_part


def _number(typed: object) -> object:
    """v-000123 and Ｖ－０００１２３ are V-000123."""
    return typed_code(typed).upper() if isinstance(typed, str) else typed


VolunteerNumber = Annotated[
    str, StringConstraints(pattern=r"^V-[0-9]{6,12}$"), BeforeValidator(_number)
]
"""A volunteer's public number in a body, perhaps pasted."""

VolunteerNo = Annotated[
    str,
    Path(pattern=r"^V-[0-9]{6,12}$", description="a volunteer's public number"),
    BeforeValidator(_number),
]


class PartAnswer(Answer):
    """What one service holds about a volunteer; each record says its kind."""

    service: str
    request_id: str
    made_at: datetime
    expires_at: datetime
    records: list[dict[str, Any]]


people_router = APIRouter(prefix="/people", tags=["people"])


@people_router.get(
    "/{volunteer_no}/export",
    summary="What this service holds about a person, once it was asked to collect it",
    **secured("read_person_export", 404, 422),
)
async def get_export(
    volunteer_no: VolunteerNo,
    uow: Uow,
    context: Context,
    request_id: Annotated[str | None, Query(max_length=36)] = None,
) -> PartAnswer:
    part = await fetch_part(uow, context.policy, context.service, volunteer_no, request_id)
    return PartAnswer.model_validate(part)
