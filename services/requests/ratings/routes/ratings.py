"""Rate as a township; read, moderate and reply to residents' ratings; follow up the poor ones; the codes for signs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.requests.orders.schemas import OrderAnswer
from services.requests.ratings import queries, schemas
from services.requests.ratings.domain import LEAST_TO_RANK
from services.requests.ratings.use_cases import follow_ups
from services.requests.ratings.use_cases.residents import sign_booths
from shared.http.free_text import ask_about
from shared.http.inputs import After, AppState, Confirmed, Filter, Key, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.qr import drawn

router = APIRouter(tags=["requests"])


@router.post(
    "/orders/{order_id}/ratings",
    summary="Judge what was served at one booth",
    **secured("rate_service", 404, 409, 422),
)
async def post_rating(
    order_id: str, body: schemas.RatingBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> OrderAnswer:
    doubts = ask_about(body, confirmed)
    return OrderAnswer.model_validate(
        await follow_ups.rate_as_township(uow, order_id, **body.model_dump(), confirmed=doubts)
    )


@router.get(
    "/ratings",
    summary="List residents' ratings, the newest first",
    **secured("read_ratings", 422),
)
async def list_ratings(
    uow: Uow,
    poor: Annotated[bool, Query(description="only those that are followed up")] = False,
    state: Literal["shown", "hidden"] | None = None,
    order_id: Filter = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.ResidentRatingAnswer]:
    items, next_after = await queries.list_ratings(
        uow, poor=poor, state=state, order_id=order_id, after=after, limit=limit
    )
    answers = [schemas.ResidentRatingAnswer.model_validate(item) for item in items]
    return Page[schemas.ResidentRatingAnswer](items=answers, next_after=next_after)


@router.get(
    "/ratings/comparison",
    summary="Teams or items as residents rated them in the last year",
    **secured("compare_ratings", 422),
)
async def compare_ratings(
    uow: Uow, by: Annotated[queries.By, Query()] = "team"
) -> schemas.ComparisonAnswer:
    found = await queries.compare_ratings(uow, by)
    items = [schemas.AverageRatingAnswer.model_validate(each) for each in found]
    return schemas.ComparisonAnswer(least=LEAST_TO_RANK, items=items)


@router.post(
    "/ratings/{rating_id}/hide",
    summary="Hide a resident's rating, with a reason",
    **secured("moderate_ratings", 404, 409, 422),
)
async def hide_rating(
    rating_id: Key, body: schemas.HideBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ResidentRatingAnswer:
    found = await follow_ups.hide_rating(
        uow, rating_id, **body.model_dump(), confirmed=ask_about(body, confirmed)
    )
    return schemas.ResidentRatingAnswer.model_validate(found)


@router.post(
    "/ratings/{rating_id}/show",
    summary="Show a hidden rating again",
    **secured("moderate_ratings", 404, 409, 422),
)
async def show_rating(rating_id: Key, uow: Uow) -> schemas.ResidentRatingAnswer:
    return schemas.ResidentRatingAnswer.model_validate(await follow_ups.show_rating(uow, rating_id))


@router.post(
    "/ratings/{rating_id}/reply",
    summary="Reply to a resident's rating, once",
    **secured("reply_to_rating", 404, 409, 422),
)
async def reply_to_rating(
    rating_id: Key, body: schemas.ReplyBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.ResidentRatingAnswer:
    found = await follow_ups.reply_to_rating(uow, rating_id, body.reply, ask_about(body, confirmed))
    return schemas.ResidentRatingAnswer.model_validate(found)


@router.get(
    "/follow-ups",
    summary="List the poor ratings that somebody sees to",
    **secured("read_follow_ups", 422),
)
async def list_follow_ups(
    uow: Uow,
    state: Literal["open", "closed"] | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.FollowUpAnswer]:
    items, next_after = await queries.list_follow_ups(uow, state=state, after=after, limit=limit)
    answers = [schemas.FollowUpAnswer.model_validate(item) for item in items]
    return Page[schemas.FollowUpAnswer](items=answers, next_after=next_after)


@router.get(
    "/follow-ups/{follow_up_id}",
    summary="One poor rating that somebody sees to",
    **secured("read_follow_ups", 404, 422),
)
async def get_follow_up(follow_up_id: Key, uow: Uow) -> schemas.FollowUpAnswer:
    return schemas.FollowUpAnswer.model_validate(await queries.get_follow_up(uow, follow_up_id))


@router.post(
    "/follow-ups/{follow_up_id}/close",
    summary="Close it with an answer",
    **secured("close_follow_up", 404, 409, 422),
)
async def close_follow_up(
    follow_up_id: Key, body: schemas.CloseBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.FollowUpAnswer:
    found = await follow_ups.close_follow_up(
        uow, follow_up_id, body.answer, ask_about(body, confirmed)
    )
    return schemas.FollowUpAnswer.model_validate(found)


@router.get(
    "/signs",
    summary="The codes for the signs of a stop's booths, under which residents rate",
    **secured("show_rating_links", 422),
)
async def list_signs(
    uow: Uow, state: AppState, stop_id: Annotated[Key, Query()]
) -> list[schemas.SignAnswer]:
    signs = []
    for each in await sign_booths(uow, state.links, stop_id):
        url = f"{state.public_url}/public/ratings/{each.link}"
        signs.append(
            schemas.SignAnswer(
                assignment_id=each.booth.assignment_id,
                team_code=each.booth.team_code,
                item_code=each.booth.item_code,
                item_name=each.booth.name,
                item_name_en=each.booth.name_en,
                url=url,
                code=drawn(url),
            )
        )
    return signs
