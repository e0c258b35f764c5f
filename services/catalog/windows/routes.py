"""Operations on windows, their posts, who holds those, and what they pledge."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.windows import queries, schemas
from services.catalog.windows.domain import Window, WindowState
from services.catalog.windows.sheets import WINDOWS
from services.catalog.windows.use_cases import entering, holding
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import AfterCode, Code, Confirmed, CountedPage, Key, Limit, Search, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["catalog"])


@router.get("/window-kinds", summary="What windows are for", **secured("read_windows"))
async def list_kinds(uow: Uow) -> list[schemas.KindAnswer]:
    return [schemas.KindAnswer.model_validate(each) for each in await queries.list_kinds(uow)]


@router.get(
    "/window-kinds/{code}", summary="One kind of windows", **secured("read_windows", 404, 422)
)
async def get_kind(code: Code, uow: Uow) -> schemas.KindAnswer:
    return schemas.KindAnswer.model_validate(await queries.get_kind(uow, code))


@router.put(
    "/window-kinds/{code}",
    summary="Enter or correct what windows are for",
    **secured("enter_windows", 422, 428),
)
async def put_kind(code: Code, body: schemas.KindBody, uow: Uow) -> schemas.KindAnswer:
    return schemas.KindAnswer.model_validate(
        await entering.enter_kind(uow, code, name=body.name, name_en=body.name_en)
    )


@router.get("/windows", summary="List windows", **secured("read_windows", 422))
async def list_windows(
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    kind_code: Annotated[Code | None, Query(description="only of this kind")] = None,
    team_code: Annotated[Code | None, Query(description="only those that it keeps")] = None,
    state: WindowState | None = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.WindowAnswer]:
    found = await queries.list_windows(
        uow,
        q=q,
        sort=sort,
        kind_code=kind_code,
        team_code=team_code,
        state=state,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.WindowAnswer](
        items=[schemas.WindowAnswer.of(each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(router, "/windows.xlsx", list_windows, WINDOWS, action="read_windows")


@router.get("/windows/{code}", summary="One window", **secured("read_windows", 404, 422))
async def get_window(code: Code, uow: Uow) -> schemas.WindowAnswer:
    return schemas.WindowAnswer.of(await queries.get_window(uow, code))


@router.put(
    "/windows/{code}",
    summary="Enter or correct a window",
    **secured("enter_windows", 409, 422, 428),
)
async def put_window(code: Code, body: schemas.WindowBody, uow: Uow) -> schemas.WindowAnswer:
    await entering.enter_window(uow, Window(code=code, **body.model_dump()))
    return schemas.WindowAnswer.of(await queries.get_window(uow, code))


@router.post(
    "/windows/{code}/close",
    summary="A window serves nobody any more",
    **secured("enter_windows", 404, 409, 422),
)
async def close_window(code: Code, uow: Uow) -> schemas.WindowAnswer:
    await entering.close_window(uow, code)
    return schemas.WindowAnswer.of(await queries.get_window(uow, code))


@router.post(
    "/windows/{code}/reopen",
    summary="A closed window serves people again",
    **secured("enter_windows", 404, 409, 422),
)
async def reopen_window(code: Code, uow: Uow) -> schemas.WindowAnswer:
    await entering.reopen_window(uow, code)
    return schemas.WindowAnswer.of(await queries.get_window(uow, code))


@router.get(
    "/windows/{code}/posts",
    summary="A window's posts, with the holders whom the reader may know of",
    **secured("read_posts", 404, 422),
)
async def list_posts(code: Code, uow: Uow) -> list[schemas.PostAnswer]:
    return [schemas.PostAnswer.of(each) for each in await queries.list_posts(uow, code)]


@router.post(
    "/windows/{code}/posts",
    status_code=201,
    summary="Add a post to a window",
    **secured("keep_posts", 404, 409, 422),
)
async def add_post(code: Code, body: schemas.PostBody, uow: Uow) -> schemas.PostAnswer:
    made = await entering.add_post(uow, code, name=body.name, name_en=body.name_en)
    return schemas.PostAnswer.of(await queries.get_post(uow, made.id))


@router.get("/window-posts/{post_id}", summary="One post", **secured("read_posts", 404, 422))
async def get_post(post_id: Key, uow: Uow) -> schemas.PostAnswer:
    return schemas.PostAnswer.of(await queries.get_post(uow, post_id))


@router.put(
    "/window-posts/{post_id}",
    summary="Name a post otherwise",
    **secured("keep_posts", 404, 409, 422, 428),
)
async def put_post(post_id: Key, body: schemas.PostBody, uow: Uow) -> schemas.PostAnswer:
    await entering.correct_post(uow, post_id, name=body.name, name_en=body.name_en)
    return schemas.PostAnswer.of(await queries.get_post(uow, post_id))


@router.post(
    "/window-posts/{post_id}/close",
    summary="A window has a post no more",
    **secured("keep_posts", 404, 409, 422),
)
async def close_post(post_id: Key, uow: Uow) -> schemas.PostAnswer:
    await entering.close_post(uow, post_id)
    return schemas.PostAnswer.of(await queries.get_post(uow, post_id))


@router.post(
    "/window-posts/{post_id}/holders",
    status_code=201,
    summary="A volunteer holds a post from a day on",
    **secured("keep_posts", 404, 409, 422),
)
async def fill_post(
    post_id: Key, body: schemas.HolderBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.PostHolderAnswer:
    made = await holding.fill_post(uow, post_id, **body.model_dump(), confirmed=confirmed)
    return schemas.PostHolderAnswer.of(await queries.get_holder(uow, made.id))


@router.get("/own-posts", summary="The posts that one holds or held", **secured("read_holders"))
async def list_own_posts(uow: Uow) -> list[schemas.OwnPostAnswer]:
    return [
        schemas.OwnPostAnswer.of(*each, uow.today())
        for each in await queries.list_own_holdings(uow)
    ]


@router.post(
    "/holdings/{holding_id}/end",
    summary="A post is held up to a day",
    **secured("keep_posts", 404, 409, 422),
)
async def end_holding(holding_id: Key, body: schemas.EndBody, uow: Uow) -> schemas.PostHolderAnswer:
    await holding.end_holding(uow, holding_id, last_on=body.last_on)
    return schemas.PostHolderAnswer.of(await queries.get_holder(uow, holding_id))


@router.post(
    "/holdings/{holding_id}/pledge",
    summary="Pledge something in a line",
    **secured("make_pledge", 404, 409, 422),
)
async def make_pledge(
    holding_id: Key, body: schemas.PledgeBody, uow: Uow
) -> schemas.PostHolderAnswer:
    await holding.make_pledge(uow, holding_id, body.text)
    return schemas.PostHolderAnswer.of(await queries.get_holder(uow, holding_id))


@router.post(
    "/holdings/{holding_id}/pledge/approve",
    summary="A pledge counts from now on",
    **secured("decide_pledges", 404, 409, 422),
)
async def approve_pledge(holding_id: Key, uow: Uow) -> schemas.PostHolderAnswer:
    await holding.approve_pledge(uow, holding_id)
    return schemas.PostHolderAnswer.of(await queries.get_holder(uow, holding_id))


@router.post(
    "/holdings/{holding_id}/pledge/return",
    summary="A pledge goes back to whoever made it",
    **secured("decide_pledges", 404, 409, 422),
)
async def return_pledge(
    holding_id: Key,
    body: schemas.PledgeReturnBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.PostHolderAnswer:
    doubts = ask_about(body, confirmed)
    await holding.return_pledge(uow, holding_id, body.reason_code, body.reason, doubts)
    return schemas.PostHolderAnswer.of(await queries.get_holder(uow, holding_id))
