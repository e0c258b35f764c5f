"""The page on which anybody verifies a course's certificate, without an account and without script."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from services.catalog.courses.queries import trainings as queries
from services.catalog.courses.routes.printing import duration, period
from shared.http.inputs import Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import language_of, page_route, resident_page, texts_of
from shared.http.texts import named

router = APIRouter(tags=["courses"], route_class=page_route("activities"))


@router.get(
    "/public/course-certificates/{token}",
    summary="Whether a course's certificate is real, and what it says; of the name the first character only",
    response_class=HTMLResponse,
    **ignoring_unknown(public("verify_course_certificate", 404)),
)
async def verify_course_certificate(
    request: Request,
    token: Annotated[str, Path(max_length=100, description="of the certificate's code")],
    uow: Uow,
    language: Annotated[
        str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
    ] = None,
) -> HTMLResponse:
    view = await queries.verify(uow, token)
    texts, chosen = texts_of(request), language_of(request)
    course, place = view.course, view.enrolment
    facts = {
        "number": place.certificate_no,
        "passed": place.passed_on,
        "withdrawn": place.withdrawn_on or "",
    }
    said = texts.render(chosen, "course_certificate.page", facts)
    rows = [
        (said["name_label"], view.name or said["nobody"]),
        (said["course_label"], named(chosen, course.name, course.name_en)),
        (said["outline_label"], course.outline),
        (said["days_label"], period(view, texts, chosen)),
        (said["length_label"], duration(view.minutes, texts, chosen)),
        (said["organiser_label"], course.organiser),
        (said["passed_label"], said["passed_on"]),
    ]
    facts_list = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows)
    state = "valid" if place.withdrawn_on is None else "withdrawn"
    look = "" if state == "valid" else ' class="state"'
    body = (
        f'<section class="card"><p{look}><strong>{escape(said[state])}</strong></p><dl>{facts_list}</dl></section>'
        f'<p class="quiet">{escape(said["about"])}</p>'
    )
    return resident_page(request, title=said["title"], body=body, kept=False)
