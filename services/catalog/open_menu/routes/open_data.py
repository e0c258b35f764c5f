"""The menu as open data: readable by anybody, without an account."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from services.catalog.open_menu import queries, schemas
from services.catalog.open_menu.routes.hsds import services_of
from shared import __version__
from shared.cache.port import Cache
from shared.http.inputs import AppState, Key, Search, Uow
from shared.http.openapi import public
from shared.http.texts import preferred_language
from shared.kernel.errors import NotFound
from shared.kernel.text import matched
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["catalog"])

KEPT_SECONDS = 60
"""So long a browser or a proxy may go on showing what it has read, and so long the answer is kept here: a name that is
corrected without an event shows that much later."""

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=200)]


@router.get(
    "/open/menu",
    summary="What may be ordered today, for anybody",
    response_model=schemas.OpenMenu,
    **public("read_open_menu", 422),
)
async def read_open_menu(uow: Uow, state: AppState, if_none_match: IfNoneMatch = None) -> Response:
    async def rendered() -> str:
        dishes = [schemas.OpenDish.of(offer) for offer in await queries.offers_today(uow)]
        return schemas.OpenMenu(today=uow.today(), items=dishes).model_dump_json()

    return _answered(await _kept(uow, state.cache, "menu", rendered), if_none_match)


@router.get(
    "/hsds/services",
    summary="The menu in Open Referral's HSDS 3.1, a page",
    response_model=schemas.HsdsPage,
    **public("read_open_menu", 422),
)
async def list_hsds_services(
    request: Request,
    uow: Uow,
    state: AppState,
    search: Search = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=500)] = 50,
    if_none_match: IfNoneMatch = None,
) -> Response:
    language = preferred_language(request.headers.get("accept-language"))
    found = [
        service
        for service in await _services(uow, state, language)
        if search is None
        or any(matched(search) in matched(service[name]) for name in ("name", "alternate_name"))
    ]
    pages = max(1, ceil(len(found) / per_page))
    contents = found[(page - 1) * per_page : page * per_page]
    answer = schemas.HsdsPage(
        total_items=len(found),
        total_pages=pages,
        page_number=page,
        size=len(contents),
        first_page=page == 1,
        last_page=page >= pages,
        empty=not contents,
        contents=contents,
    )
    return _answered(answer.model_dump_json(), if_none_match)


@router.get(
    "/hsds/services/{service_id}",
    summary="One service of the menu in Open Referral's HSDS 3.1",
    response_model=schemas.Hsds,
    **public("read_open_menu", 404, 422),
)
async def get_hsds_service(
    request: Request,
    uow: Uow,
    state: AppState,
    service_id: Key,
) -> schemas.Hsds:
    language = preferred_language(request.headers.get("accept-language"))
    for service in await _services(uow, state, language):
        if service["id"] == service_id:
            return service
    raise NotFound("service", service_id)


async def _services(uow: Uow, state: AppState, language: str) -> list[schemas.Hsds]:
    async def rendered() -> str:
        services = services_of(await queries.offers_today(uow), state.texts, language)
        return json.dumps(list(services), ensure_ascii=False)

    found: list[schemas.Hsds] = json.loads(
        await _kept(uow, state.cache, f"hsds:{language}", rendered)
    )
    return found


async def _kept(
    uow: UnitOfWork, cache: Cache, what: str, rendered: Callable[[], Awaitable[str]]
) -> str:
    """What was rendered since the menu last changed, by this release; without a cache it is rendered again."""
    key = f"catalog:open_menu:{what}:{__version__}:{await queries.menu_mark(uow)}"
    body = await cache.get(key)
    if body is None:
        body = await rendered()
        await cache.put(key, body, seconds=KEPT_SECONDS)
    return body


def _answered(body: str, known: str | None) -> Response:
    """The answer with its entity tag; 304 for who has it."""
    tag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={KEPT_SECONDS}",
        "Vary": "Accept-Language",
    }
    if known is not None and tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
