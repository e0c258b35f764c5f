"""Pages about activities for anybody, without an account and without script: place, order of the day and how many took
part, and never who."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.catalog.activities.domain import Activity
from services.catalog.activities.queries import activities, photos
from services.catalog.activities.queries.photos import PhotoView
from services.catalog.activities.routes.photos import as_picture
from shared.http.inputs import AppState, Key, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.pictures import AnyPicture
from shared.http.resident_pages import language_of, link, page_route, resident_page, texts_of
from shared.http.wording import Wording

router = APIRouter(tags=["catalog"], route_class=page_route("activities"))

Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]

STYLE = """
ol{margin:.25rem 0;padding:0;list-style:none}
ol li{display:grid;grid-template-columns:4rem 1fr;gap:.5rem}
.photo{display:block;width:100%;height:auto;border-radius:14px;margin:0 0 1rem}
.many{font-size:2rem;font-weight:700}
"""


@router.get(
    "/public/activities",
    summary="The page that lists the corps's activities",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_activity")),
)
async def show_activities(request: Request, uow: Uow, language: Language = None) -> HTMLResponse:
    said, wording = _words(request)
    found = await activities.list_public(uow)
    cards = "".join(
        f'<section class="card"><h2>'
        f"{link(request, f'activities/{each.id}', wording.named(each.name, each.name_en))}</h2>"
        f"{_state(request, each)}<p>{escape(_when(request, each))}</p>"
        f'<p class="quiet">{escape(each.place)}</p></section>'
        for each in found
    )
    body = cards or f'<p class="card">{escape(said["none"])}</p>'
    return resident_page(request, title=said["list"], body=body)


@router.get(
    "/public/activities/{activity_id}",
    summary="The page about one activity: place, order of the day, number of participants",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_activity", 404)),
)
async def show_activity(
    request: Request, activity_id: Key, uow: Uow, language: Language = None
) -> HTMLResponse:
    found, photo = await photos.get_public_view(uow, activity_id)
    return _page(request, found, photo)


@router.get(
    "/public/activities/{activity_id}/photo",
    summary="The group photo, while everybody in it agrees that it is shown",
    response_class=AnyPicture,
    **public("show_activity", 404),
)
async def show_photo(activity_id: Key, uow: Uow, state: AppState) -> Response:
    return as_picture(await photos.read_photo(uow, state.files, activity_id, in_public=True))


def _page(request: Request, found: Activity, photo: PhotoView | None) -> HTMLResponse:
    said, wording = _words(request)
    name = wording.named(found.name, found.name_en)
    shown = ""
    if photo is not None:
        kept = photo.photo
        shown = (
            f'<img class="photo" src="{found.id}/photo" width="{kept.width}" height="{kept.height}"'
            f' alt="{escape(said["photo"])}">'
        )
    facts = [(said["when"], _when(request, found)), (said["place"], found.place)]
    if found.state == "held":
        facts.append((said["participants"], str(found.participants)))
    listed = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in facts)
    parts = "".join(
        f"<li><time>{escape(part['starts_at'])}</time>"
        f"<span>{escape(wording.named(part['name'], part['name_en']))}</span></li>"
        for part in found.parts
    )
    order = f'<section class="card"><h2>{escape(said["parts"])}</h2><ol>{parts}</ol></section>'
    body = (
        f"{_state(request, found)}{shown}"
        f'<section class="card"><dl>{listed}</dl></section>{order if parts else ""}'
        f'<p class="quiet">{escape(said["about"])}</p>'
        f'<p class="acts">{link(request, "../activities", said["all"])}</p>'
    )
    return resident_page(
        request, title=name, body=body, kept=False, has_pictures=photo is not None, style=STYLE
    )


def _when(request: Request, found: Activity) -> str:
    facts = {"day": found.on, "starts_at": found.starts_at, "ends_at": found.ends_at}
    return texts_of(request).render(language_of(request), "activity.when", facts)["text"]


def _state(request: Request, found: Activity) -> str:
    """What must be known first; nothing where all is as it was announced."""
    said, _ = _words(request)
    if found.state == "held":
        return f"<p><strong>{escape(said['held'])}</strong></p>"
    if found.state == "called_off":
        return f'<p class="state">{escape(said["called_off"])}</p>'
    return f'<p class="state">{escape(said["moved"])}</p>' if found.was_on is not None else ""


def _words(request: Request) -> tuple[dict[str, str], Wording]:
    texts, language = texts_of(request), language_of(request)
    return texts.render(language, "activity.page"), Wording(texts, language)
