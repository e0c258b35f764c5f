"""Operations on who takes part: register, take that back, say who was there."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.activities import schemas
from services.catalog.activities.domain import Entered
from services.catalog.activities.queries import registrations as queries
from services.catalog.activities.sheets import PARTICIPANTS
from services.catalog.activities.use_cases import registering
from shared.http.exports import add_export
from shared.http.inputs import After, Code, Confirmed, CountedPage, Key, Limit, Typed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.get(
    "/activities/{activity_id}/registrations",
    summary="Who takes part: for the corps all, for a leader the own team, for a volunteer oneself",
    **secured("read_registrations", 404, 422),
)
async def list_registrations(
    activity_id: Key,
    uow: Uow,
    q: Annotated[str | None, Query(max_length=20, description="part of a number"), Typed] = None,
    sort: queries.Sort = "place_no",
    state: Entered | None = None,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    attended: Annotated[bool | None, Query(description="only who was there, or was not")] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.RegistrationAnswer]:
    found = await queries.list_registrations(
        uow,
        activity_id,
        q=q,
        sort=sort,
        state=state,
        team_code=team_code,
        attended=attended,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.RegistrationAnswer](
        items=[schemas.RegistrationAnswer.of(each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(
    router,
    "/activities/{activity_id}/registrations.xlsx",
    list_registrations,
    PARTICIPANTS,
    action="read_registrations",
    refusals=(404,),
)


@router.post(
    "/activities/{activity_id}/register",
    summary="Register volunteers for an activity; who finds no place waits for one",
    **secured("register_participants", 404, 409, 422),
)
async def register_participants(
    activity_id: Key, body: schemas.PeopleBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.SignedAnswer:
    return schemas.SignedAnswer.of(
        await registering.register_participants(
            uow, activity_id, body.volunteer_nos, confirmed=confirmed
        )
    )


@router.post(
    "/activities/{activity_id}/withdraw",
    summary="Take volunteers out of an activity; who waits longest is moved up",
    **secured("register_participants", 404, 409, 422),
)
async def withdraw_participants(
    activity_id: Key, body: schemas.PeopleBody, uow: Uow
) -> schemas.SignedAnswer:
    return schemas.SignedAnswer.of(
        await registering.withdraw_participants(uow, activity_id, body.volunteer_nos)
    )


@router.post(
    "/activities/{activity_id}/attendance",
    summary="Note who was there",
    **secured("note_attendance", 404, 409, 422),
)
async def note_attendance(
    activity_id: Key, body: schemas.AttendanceBody, uow: Uow
) -> schemas.AttendanceAnswer:
    found = await registering.note_attendance(uow, activity_id, **body.model_dump())
    return schemas.AttendanceAnswer(
        registered=len(found.registered), present=found.present, unsaid=found.unsaid
    )
