"""Operations on contacts. Answers are masked; a clear number is asked for one by one."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.contacts import queries, schemas, use_cases
from services.catalog.contacts.domain import Holder
from shared.http.inputs import Code, Confirmed, Key, Uow
from shared.http.openapi import secured

router = APIRouter(prefix="/contacts", tags=["catalog"])


@router.get("", summary="An entry's contacts, masked", **secured("read_contacts", 404, 422))
async def list_contacts(
    uow: Uow,
    holder: Annotated[Holder, Query(description="what kind of entry")],
    code: Annotated[Code, Query(description="the agency's, team's or township's")],
) -> list[schemas.ContactAnswer]:
    found = await queries.list_contacts(uow, holder, code)
    return [schemas.ContactAnswer.model_validate(each) for each in found]


@router.post(
    "",
    status_code=201,
    summary="Enter a contact of an agency, a team or a township",
    **secured("enter_contact", 404, 409, 422),
)
async def post_contact(
    body: schemas.ContactBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ContactAnswer:
    return schemas.ContactAnswer.model_validate(
        await use_cases.enter_contact(uow, **body.in_clear(), confirmed=confirmed)
    )


@router.get("/{contact_id}", summary="One contact, masked", **secured("read_contacts", 404, 422))
async def get_contact(contact_id: Key, uow: Uow) -> schemas.ContactAnswer:
    return schemas.ContactAnswer.model_validate(await queries.get_contact(uow, contact_id))


@router.put(
    "/{contact_id}",
    summary="Correct a contact",
    **secured("enter_contact", 404, 409, 422, 428),
)
async def put_contact(
    contact_id: Key, body: schemas.ContactCorrectionBody, uow: Uow
) -> schemas.ContactAnswer:
    return schemas.ContactAnswer.model_validate(
        await use_cases.correct_contact(uow, contact_id, body.in_clear())
    )


@router.post(
    "/{contact_id}/reveal",
    summary="One number of a contact in clear; it is noted who asked",
    **secured("reveal_contact", 404, 409, 422),
)
async def reveal_number(
    contact_id: Key, body: schemas.NumberBody, uow: Uow
) -> schemas.NumberAnswer:
    number = await use_cases.reveal_number(uow, contact_id, field=body.field)
    return schemas.NumberAnswer(field=body.field, number=number)


@router.post(
    "/{contact_id}/remove",
    summary="End a contact, and forget the person",
    **secured("enter_contact", 404, 409, 422),
)
async def remove_contact(contact_id: Key, uow: Uow) -> schemas.ContactAnswer:
    return schemas.ContactAnswer.model_validate(await use_cases.remove_contact(uow, contact_id))


@router.post(
    "/{contact_id}/export",
    summary="What is held about a contact, for the person who asks; it is noted who fetched it",
    **secured("export_contact", 404, 409, 422),
)
async def export_contact(contact_id: Key, uow: Uow) -> list[schemas.HeldAnswer]:
    held = await use_cases.export_contact(uow, contact_id)
    return [schemas.HeldAnswer.model_validate(each) for each in held]
