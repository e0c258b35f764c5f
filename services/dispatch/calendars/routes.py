"""Operations on calendars: the own addresses, and what phones read at them (iCalendar, RFC 5545, with the properties
of RFC 7986 that say how often to ask)."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from icalendar import Calendar as ICalendar
from icalendar import Event, Timezone

from services.dispatch.calendars import queries, schemas, use_cases
from services.dispatch.calendars.domain import Calendar, Entry, Hours
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public, secured
from shared.http.resident_pages import language_of, texts_of
from shared.http.texts import Texts, named, preferred_language
from shared.kernel.clock import CHINA

router = APIRouter(tags=["dispatch"])

MEDIA_TYPE = "text/calendar"
ASK_AGAIN = timedelta(hours=1)
BEFORE_ANY_STOP = date(2000, 1, 1)
"""China has had no summer time since 1991, so that one rule suffices."""


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
    secret, made_at = await use_cases.make_address(uow, body.party, body.party_code)
    # Phones do not say which language their owner reads.
    language = preferred_language(request.headers.get("accept-language"))
    feed = f"/public/calendars/{secret}/diancai.ics?language={language}"
    return schemas.CalendarAddressAnswer(
        party=body.party,
        party_code=body.party_code,
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
    content = _ical_of(found, state.hours, texts_of(request), language_of(request))
    headers = {
        # Kept by no proxy, and by a phone only to be asked about again.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="diancai.ics"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Vary": "Accept-Language",
    }
    return Response(content, headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")


def _ical_of(shown: use_cases.ShownCalendar, hours: Hours, texts: Texts, language: str) -> bytes:
    """The same entries are the same bytes, so that phones are told that nothing has changed."""
    calendar = shown.calendar
    said = texts.render(language, "calendar.feed", {"name": named(language, *shown.names)})
    feed = ICalendar()
    feed.add("prodid", f"-//Diancai//dispatch//{language.upper()}")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        feed.add(name, said[calendar.party])
    feed.add("x-wr-timezone", CHINA.key)
    feed.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    feed.add_component(Timezone.from_tzid(CHINA.key, first_date=BEFORE_ANY_STOP))
    for entry in sorted(
        calendar.entries, key=lambda each: (each.on, each.part != "morning", each.uid)
    ):
        if entry.on >= shown.first:
            feed.add_component(_event(calendar, entry, hours, texts, language))
    written: bytes = feed.to_ical()
    return written


def _event(calendar: Calendar, entry: Entry, hours: Hours, texts: Texts, language: str) -> Event:
    comma = texts.word(language, "phrases", "list_comma") or ", "
    township = named(language, *entry.says["township"])
    booths = [
        (named(language, *item), named(language, *team)) for item, team in entry.says["booths"]
    ]
    facts = {
        "items": comma.join(dict.fromkeys(item for item, _ in booths)),
        "township": township,
        "half_day": texts.half_day(language, entry.on, entry.part),
    }
    said = texts.render(language, "calendar.entry", facts)
    summary = said["duty" if calendar.party == "volunteer" else "stop"]
    lines = [
        said["hours"],
        *(
            texts.render(language, "calendar.booth", {"item": item, "team": team})["text"]
            for item, team in booths
        ),
    ]
    if entry.is_cancelled:
        summary = texts.render(language, "calendar.cancelled", {"summary": summary})["text"]
        lines.insert(0, said["cancelled"])
    start, end = hours[entry.part]
    event = Event()
    event.add("uid", f"{entry.uid}@diancai")
    # Without a METHOD both say when the entry was changed last (3.8.7.2).
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("dtstart", datetime.combine(entry.on, start, CHINA))
    event.add("dtend", datetime.combine(entry.on, end, CHINA))
    event.add("summary", summary)
    event.add("location", f"{township} {entry.says['place']}")
    event.add("geo", (entry.says["lat"], entry.says["lon"]))
    event.add("description", "\n".join(lines))
    is_busy = calendar.party == "volunteer" and not entry.is_cancelled
    event.add("transp", "OPAQUE" if is_busy else "TRANSPARENT")
    return event
