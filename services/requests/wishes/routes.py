"""Wish, read one's wishes; gather those that mean the same, and answer them."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.requests.wishes import queries, schemas, use_cases
from services.requests.wishes.domain.wish import GroupState, WishState
from shared.http.free_text import ask_about
from shared.http.inputs import (
    After,
    Confirmed,
    CountedPage,
    IdempotencyKey,
    Key,
    Limit,
    Search,
    TownshipCode,
    Uow,
)
from shared.http.openapi import secured

router = APIRouter(tags=["requests"])


@router.post(
    "/wishes",
    status_code=201,
    summary="Wish for what the menu lacks",
    **secured("make_wish", 409, 422),
)
async def make_wish(
    body: schemas.WishBody,
    uow: Uow,
    key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.WishAnswer:
    made = await use_cases.make_wish(
        uow,
        body.as_saying(),
        idempotency_key=key,
        request=body,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.WishAnswer.model_validate(made)


@router.get(
    "/wishes",
    summary="List wishes, the newest first: one's own, or all for the corps",
    **secured("read_wishes", 422),
)
async def list_wishes(
    uow: Uow,
    q: Search = None,
    state: WishState | None = None,
    township_code: Annotated[TownshipCode | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.WishAnswer]:
    found = await queries.list_wishes(
        uow, q=q, state=state, township_code=township_code, after=after, limit=limit
    )
    return CountedPage[schemas.WishAnswer].model_validate(found)


@router.get("/wishes/{wish_id}", summary="One wish", **secured("read_wishes", 404, 422))
async def get_wish(wish_id: Key, uow: Uow) -> schemas.WishAnswer:
    return schemas.WishAnswer.model_validate(await queries.get_wish(uow, wish_id))


@router.put(
    "/wishes/{wish_id}",
    summary="Say a wish that waits in other words",
    **secured("make_wish", 404, 409, 422, 428),
)
async def edit_wish(
    wish_id: Key,
    body: schemas.EditedWishBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.WishAnswer:
    doubts = ask_about(body, confirmed)
    edited = await use_cases.edit_wish(uow, wish_id, **body.model_dump(), confirmed=doubts)
    return schemas.WishAnswer.model_validate(edited)


@router.post(
    "/wishes/{wish_id}/withdraw",
    summary="Take a wish back that waits",
    **secured("make_wish", 404, 409, 422),
)
async def withdraw_wish(wish_id: Key, uow: Uow) -> schemas.WishAnswer:
    return schemas.WishAnswer.model_validate(await use_cases.withdraw_wish(uow, wish_id))


@router.get(
    "/wish-groups",
    summary="List the groups of wishes that mean the same, the oldest first",
    **secured("read_wish_groups", 422),
)
async def list_groups(
    uow: Uow, state: GroupState | None = None, after: After = None, limit: Limit = 100
) -> CountedPage[schemas.WishGroupAnswer]:
    found = await queries.list_groups(uow, state=state, after=after, limit=limit)
    return CountedPage[schemas.WishGroupAnswer].model_validate(found)


@router.get(
    "/wish-groups/counts",
    summary="How many groups are in each state",
    **secured("read_wish_groups"),
)
async def count_groups(uow: Uow) -> dict[str, int]:
    return await queries.count_groups(uow)


@router.get(
    "/wish-groups/{group_id}",
    summary="One group with its wishes",
    **secured("read_wish_groups", 404, 422),
)
async def get_group(group_id: Key, uow: Uow) -> schemas.WishGroupAnswer:
    return schemas.WishGroupAnswer.model_validate(await queries.get_group(uow, group_id))


@router.get(
    "/wish-groups/{group_id}/alike",
    summary="Wishes of other groups that may mean the same, the likest first",
    **secured("read_wish_groups", 404, 422),
)
async def list_alike(group_id: Key, uow: Uow) -> list[schemas.AlikeAnswer]:
    found = await queries.list_alike(uow, group_id)
    return [
        schemas.AlikeAnswer(
            wish=schemas.GroupedWishAnswer.model_validate(each.wish),
            group_id=each.wish.group_id,
            likeness=each.likeness,
            state=each.state,
        )
        for each in found
    ]


@router.post(
    "/wish-groups/{group_id}/gather",
    summary="Put wishes into this group, or say that they belong there",
    **secured("group_wishes", 404, 409, 422),
)
async def gather_wishes(
    group_id: Key, body: schemas.WishIdsBody, uow: Uow
) -> schemas.WishGroupAnswer:
    found = await use_cases.gather_wishes(uow, group_id, body.wish_ids)
    return schemas.WishGroupAnswer.model_validate(found)


@router.post(
    "/wish-groups/{group_id}/part",
    summary="Take wishes out of this group into a new one",
    **secured("group_wishes", 404, 409, 422),
)
async def part_wishes(
    group_id: Key, body: schemas.WishIdsBody, uow: Uow
) -> schemas.WishGroupAnswer:
    found = await use_cases.part_wishes(uow, group_id, body.wish_ids)
    return schemas.WishGroupAnswer.model_validate(found)


@router.post(
    "/wish-groups/{group_id}/match",
    summary="Answer that a menu has the item",
    **secured("answer_wishes", 404, 409, 422),
)
async def match_wishes(
    group_id: Key, body: schemas.MatchBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.WishGroupAnswer:
    found = await use_cases.match_wishes(
        uow,
        group_id,
        seen=body.seen(),
        **body.model_dump(exclude={"wish_ids", "edits"}),
        confirmed=ask_about(body, confirmed),
    )
    return schemas.WishGroupAnswer.model_validate(found)


@router.post(
    "/wish-groups/{group_id}/adopt",
    summary="Answer that teams are asked about it in the next survey",
    **secured("answer_wishes", 404, 409, 422),
)
async def adopt_wishes(
    group_id: Key, body: schemas.AdoptBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.WishGroupAnswer:
    found = await use_cases.adopt_wishes(
        uow,
        group_id,
        seen=body.seen(),
        **body.model_dump(exclude={"wish_ids", "edits"}),
        confirmed=ask_about(body, confirmed),
    )
    return schemas.WishGroupAnswer.model_validate(found)


@router.post(
    "/wish-groups/{group_id}/decline",
    summary="Decline the wishes with a reason",
    **secured("answer_wishes", 404, 409, 422),
)
async def decline_wishes(
    group_id: Key, body: schemas.DeclineBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.WishGroupAnswer:
    found = await use_cases.decline_wishes(
        uow,
        group_id,
        seen=body.seen(),
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.WishGroupAnswer.model_validate(found)
