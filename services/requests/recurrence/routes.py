"""Set up a recurring order, accept it, change single days, pause and end it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.requests.policy import POLICY
from services.requests.recurrence import queries, schemas
from services.requests.recurrence.domain.days import Calendar
from services.requests.recurrence.domain.series import SeriesState
from services.requests.recurrence.sheets import SERIES
from services.requests.recurrence.use_cases import changing, proposing
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import (
    After,
    AppState,
    Confirmed,
    CountedPage,
    IdempotencyKey,
    Key,
    Limit,
    Page,
    Search,
    TownshipCode,
    Uow,
)
from shared.http.openapi import secured
from shared.http.texts import preferred_language
from shared.http.wording import Wording

router = APIRouter(tags=["requests"])


async def _wording(request: Request) -> Wording:
    language = preferred_language(request.headers.get("accept-language"))
    return Wording(request.app.state.texts, language)


Words = Annotated[Wording, Depends(_wording)]


@router.post(
    "/recurring-orders",
    status_code=201,
    summary="Ask for something again and again, for the corps to accept",
    **secured("propose_series", 404, 409, 422),
)
async def propose_series(
    body: schemas.NewSeriesBody,
    uow: Uow,
    words: Words,
    key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.SeriesAnswer:
    """With ``follows`` it takes over from that one, once it is accepted: orders of that one that are planned already
    or were changed by hand stay, the others are withdrawn."""
    made = await proposing.propose_series(
        uow,
        body.as_draft(),
        follows=body.follows,
        idempotency_key=key,
        request=body,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.SeriesAnswer.of(made, words)


@router.post(
    "/recurring-orders/preview",
    summary="What a rule means in words, and its next days with public holidays",
    **secured("read_menu", 422),
)
async def preview(body: schemas.PreviewBody, uow: Uow, words: Words) -> schemas.PreviewAnswer:
    uow.permit(POLICY, "read_menu")
    rule, days = Calendar.preview(body.rrule, body.starts_on, body.on_holiday)
    return schemas.PreviewAnswer.of(rule, body.starts_on, days, words)


@router.get(
    "/recurring-orders",
    summary="List recurring orders, the newest first: one's own, or all for the corps",
    **secured("read_series", 422),
)
async def list_series(
    uow: Uow,
    words: Words,
    q: Search = None,
    state: SeriesState | None = None,
    township_code: Annotated[TownshipCode | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.SeriesAnswer]:
    found = await queries.list_series(
        uow, q=q, state=state, township_code=township_code, after=after, limit=limit
    )
    items = [schemas.SeriesAnswer.of(each, words) for each in found.items]
    return CountedPage(items=items, next_after=found.next_after, total=found.total)


async def _list_seen(
    uow: Uow,
    words: Words,
    q: Search = None,
    state: SeriesState | None = None,
    township_code: Annotated[TownshipCode | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Listed[schemas.SeriesAnswer]:
    found = await list_series(uow, words, q, state, township_code, after, limit)
    return Listed(found.items, found.next_after, found.total)


add_export(router, "/recurring-orders.xlsx", _list_seen, SERIES, action="read_series")


@router.get(
    "/recurring-orders/{series_id}",
    summary="One recurring order, with its days past and to come",
    **secured("read_series", 404, 422),
)
async def get_series(series_id: Key, uow: Uow, words: Words) -> schemas.SeriesAnswer:
    return schemas.SeriesAnswer.of(await queries.get_series(uow, series_id), words)


@router.get(
    "/recurring-orders/{series_id}/occurrences",
    summary="What it was due for so far, and the orders that were made, the oldest first",
    **secured("read_series", 404, 422),
)
async def list_occurrences(
    series_id: Key, uow: Uow, after: After = None, limit: Limit = 100
) -> Page[schemas.OccurrenceAnswer]:
    items, next_after = await queries.list_occurrences(uow, series_id, after=after, limit=limit)
    return Page[schemas.OccurrenceAnswer].model_validate({"items": items, "next_after": next_after})


@router.put(
    "/recurring-orders/{series_id}",
    summary="Change one that is not accepted yet; one that was returned is proposed again",
    **secured("propose_series", 404, 409, 422, 428),
)
async def put_series(
    series_id: Key,
    body: schemas.SeriesBody,
    uow: Uow,
    words: Words,
    confirmed: Confirmed = frozenset(),
) -> schemas.SeriesAnswer:
    changed = await proposing.redraft_series(
        uow, series_id, body.as_draft(), ask_about(body, confirmed)
    )
    return schemas.SeriesAnswer.of(changed, words)


@router.post(
    "/recurring-orders/{series_id}/accept",
    summary="Take a recurring order on; its first orders are made at once",
    **secured("accept_series", 404, 409, 422),
)
async def accept_series(
    series_id: Key, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    accepted = await proposing.accept_series(uow, state.making, series_id)
    return schemas.SeriesAnswer.of(accepted, words)


@router.post(
    "/recurring-orders/{series_id}/return",
    summary="Give a recurring order back for changes",
    **secured("accept_series", 404, 409, 422),
)
async def return_series(
    series_id: Key,
    body: schemas.ReturnSeriesBody,
    uow: Uow,
    words: Words,
    confirmed: Confirmed = frozenset(),
) -> schemas.SeriesAnswer:
    doubts = ask_about(body, confirmed)
    returned = await proposing.return_series(uow, series_id, **body.model_dump(), confirmed=doubts)
    return schemas.SeriesAnswer.of(returned, words)


@router.post(
    "/recurring-orders/{series_id}/pause",
    summary="Make no more orders until it is resumed",
    **secured("change_series", 404, 409, 422),
)
async def pause_series(series_id: Key, uow: Uow, words: Words) -> schemas.SeriesAnswer:
    return schemas.SeriesAnswer.of(await changing.pause_series(uow, series_id), words)


@router.post(
    "/recurring-orders/{series_id}/resume",
    summary="Make orders again",
    **secured("change_series", 404, 409, 422),
)
async def resume_series(
    series_id: Key, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    resumed = await changing.resume_series(uow, state.making, series_id)
    return schemas.SeriesAnswer.of(resumed, words)


@router.post(
    "/recurring-orders/{series_id}/end",
    summary="End a recurring order, and withdraw its unplanned orders if wished",
    **secured("change_series", 404, 409, 422),
)
async def end_series(
    series_id: Key,
    body: schemas.EndSeriesBody,
    uow: Uow,
    words: Words,
    confirmed: Confirmed = frozenset(),
) -> schemas.SeriesAnswer:
    doubts = ask_about(body, confirmed)
    ended = await changing.end_series(uow, series_id, **body.model_dump(), confirmed=doubts)
    return schemas.SeriesAnswer.of(ended, words)


@router.post(
    "/recurring-orders/{series_id}/leave-out",
    summary="Leave one day out",
    **secured("change_series", 404, 409, 422),
)
async def leave_day_out(
    series_id: Key, body: schemas.OneDayBody, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    changed = await changing.leave_day_out(uow, state.making, series_id, body.on)
    return schemas.SeriesAnswer.of(changed, words)


@router.post(
    "/recurring-orders/{series_id}/move",
    summary="Move one day",
    **secured("change_series", 404, 409, 422),
)
async def move_day(
    series_id: Key, body: schemas.MoveDayBody, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    changed = await changing.move_day(uow, state.making, series_id, body.on, body.to)
    return schemas.SeriesAnswer.of(changed, words)


@router.post(
    "/recurring-orders/{series_id}/add-day",
    summary="Add one day",
    **secured("change_series", 404, 409, 422),
)
async def add_day(
    series_id: Key, body: schemas.OneDayBody, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    changed = await changing.add_day(uow, state.making, series_id, body.on)
    return schemas.SeriesAnswer.of(changed, words)


@router.post(
    "/recurring-orders/{series_id}/restore-day",
    summary="Have one day as the rule has it again",
    **secured("change_series", 404, 409, 422),
)
async def restore_day(
    series_id: Key, body: schemas.OneDayBody, uow: Uow, state: AppState, words: Words
) -> schemas.SeriesAnswer:
    changed = await changing.restore_day(uow, state.making, series_id, body.on)
    return schemas.SeriesAnswer.of(changed, words)


@router.post(
    "/occurrences/{occurrence_id}/drop",
    summary="Give up a day for which no order could be made",
    **secured("drop_occurrence", 404, 409, 422),
)
async def drop_occurrence(occurrence_id: Key, uow: Uow, words: Words) -> schemas.SeriesAnswer:
    return schemas.SeriesAnswer.of(await changing.drop_occurrence(uow, occurrence_id), words)
