"""Operations on activities: plan, edit, announce, move, call off and confirm them, and read them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.activities import schemas
from services.catalog.activities.domain import Kind, State
from services.catalog.activities.queries import activities as queries
from services.catalog.activities.sheets import ACTIVITIES
from services.catalog.activities.use_cases import arranging
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import After, Confirmed, CountedPage, Day, Key, Limit, Search, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.get("/activities", summary="List activities", **secured("read_activities", 422))
async def list_activities(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "-on",
    state: State | None = None,
    activity_kind: Kind | None = None,
    first_on: Annotated[Day | None, Query(description="on this day or later")] = None,
    last_on: Annotated[Day | None, Query(description="on this day or before")] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.ActivityAnswer]:
    found = await queries.list_activities(
        uow,
        q=q,
        sort=sort,
        state=state,
        kind=activity_kind,
        first_on=first_on,
        last_on=last_on,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.ActivityAnswer](
        items=[schemas.ActivityAnswer.of(each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(router, "/activities.xlsx", list_activities, ACTIVITIES, action="read_activities")


@router.post(
    "/activities", status_code=201, summary="Plan an activity", **secured("arrange_activity", 409)
)
async def post_activity(
    body: schemas.ActivityBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    made = await arranging.plan_activity(uow, **body.model_dump(), confirmed=confirmed)
    return await _answer(uow, made.id)


@router.get(
    "/activities/{activity_id}", summary="One activity", **secured("read_activities", 404, 422)
)
async def get_activity(activity_id: Key, uow: Uow) -> schemas.ActivityAnswer:
    return await _answer(uow, activity_id)


@router.put(
    "/activities/{activity_id}",
    summary="Edit an activity; its day, hours and place only before it is announced",
    **secured("arrange_activity", 404, 409, 422, 428),
)
async def put_activity(
    activity_id: Key, body: schemas.ActivityBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    await arranging.edit_activity(uow, activity_id, **body.model_dump(), confirmed=confirmed)
    return await _answer(uow, activity_id)


@router.post(
    "/activities/{activity_id}/announce",
    summary="Announce an activity: people register from now on",
    **secured("arrange_activity", 404, 409, 422),
)
async def announce_activity(
    activity_id: Key, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    await arranging.announce_activity(uow, activity_id, confirmed=confirmed)
    return await _answer(uow, activity_id)


@router.post(
    "/activities/{activity_id}/move",
    summary="Move an announced activity to another day, hour or place; all who are registered are told",
    **secured("arrange_activity", 404, 409, 422),
)
async def move_activity(
    activity_id: Key, body: schemas.MoveBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    doubts = ask_about(body, confirmed)
    await arranging.move_activity(uow, activity_id, **body.model_dump(), doubts=doubts)
    return await _answer(uow, activity_id)


@router.post(
    "/activities/{activity_id}/call-off",
    summary="An activity does not take place; all who are registered are told",
    **secured("arrange_activity", 404, 409, 422),
)
async def call_activity_off(
    activity_id: Key, body: schemas.CallOffBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    doubts = ask_about(body, confirmed)
    await arranging.call_activity_off(uow, activity_id, **body.model_dump(), doubts=doubts)
    return await _answer(uow, activity_id)


@router.post(
    "/activities/{activity_id}/hold",
    summary="Confirm that an activity was held",
    **secured("arrange_activity", 404, 409, 422),
)
async def hold_activity(
    activity_id: Key, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ActivityAnswer:
    await arranging.hold_activity(uow, activity_id, confirmed=confirmed)
    return await _answer(uow, activity_id)


async def _answer(uow: Uow, activity_id: str) -> schemas.ActivityAnswer:
    return schemas.ActivityAnswer.of(await queries.get_activity(uow, activity_id))
