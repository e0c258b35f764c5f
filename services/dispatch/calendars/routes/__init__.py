"""Operations on calendars: the own addresses, and what phones read at them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from services.dispatch.calendars import queries, schemas, use_cases
from services.dispatch.calendars.routes.ical import MEDIA_TYPE, ical_of
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public, secured
from shared.http.resident_pages import language_of, texts_of
from shared.http.texts import preferred_language

router = APIRouter(tags=["dispatch"])


@router.get(
    "/calendars",
    summary="The calendars that one may subscribe to, and since when there is an address",
    **secured("subscribe_calendar", 422),
)
async def list_calendars(uow: Uow) -> list[schemas.CalendarAnswer]:
    found = await queries.list_calendars(uow)
    return [schemas.CalendarAnswer.model_validate(each) for each in found]


@router.post(
    "/calendars",
    status_code=201,
    summary="Make the secret address of a calendar; the one before ends. It is shown this once",
    **secured("subscribe_calendar", 409, 422),
)
async def make_address(
    body: schemas.CalendarBody, uow: Uow, state: AppState, request: Request
) -> schemas.CalendarAddressAnswer:
    secret, made_at = await use_cases.make_address(uow, body.party, body.code)
    # Phones do not say which language their owner reads.
    language = preferred_language(request.headers.get("accept-language"))
    feed = f"/public/calendars/{secret}/diancai.ics?language={language}"
    return schemas.CalendarAddressAnswer(
        party=body.party,
        code=body.code,
        made_at=made_at,
        path=f"/api/dispatch{feed}",
        url=f"{state.public_url}{feed}" if state.public_url else None,
    )


@router.get(
    "/public/calendars/{secret}/diancai.ics",
    summary="A calendar at its secret address (iCalendar, RFC 5545), to be subscribed to",
    response_class=Response,
    dependencies=[POLLED],
    **ignoring_unknown(public("read_calendar", 410)),
)
async def read_calendar(
    request: Request,
    secret: Annotated[str, Path(max_length=use_cases.LONGEST_SECRET)],
    uow: Uow,
    state: AppState,
    language: Annotated[
        str | None, Query(max_length=10, description="zh-CN or en; by default the phone's")
    ] = None,
) -> Response:
    found = await use_cases.read_calendar(uow, secret)
    content = ical_of(found, state.hours, texts_of(request), language_of(request))
    headers = {
        # Kept by no proxy, and by a phone only to be asked about again.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="diancai.ics"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Vary": "Accept-Language",
    }
    return Response(content, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")
