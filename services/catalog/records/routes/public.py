"""The page on which anybody verifies a certificate, without an account and without script."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from services.catalog.records import queries
from services.catalog.records.domain import EVIDENCE
from services.catalog.records.queries import CertificateView
from services.catalog.records.routes.printing import duration, unit_of
from shared.http.inputs import Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import language_of, page_route, resident_page, texts_of
from shared.kernel.clock import CHINA

router = APIRouter(tags=["catalog"], route_class=page_route("consultations"))


@router.get(
    "/public/certificates/{token}",
    summary="Whether a certificate holds, and what it says; of the name the first character only",
    response_class=HTMLResponse,
    **ignoring_unknown(public("verify_certificate", 404)),
)
async def verify_certificate(
    request: Request,
    token: Annotated[str, Path(max_length=100, description="of the certificate's code")],
    uow: Uow,
    language: Annotated[
        str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
    ] = None,
) -> HTMLResponse:
    return _page(request, await queries.verify_certificate(uow, token))


def _page(request: Request, view: CertificateView) -> HTMLResponse:
    found, texts, language = view.certificate, texts_of(request), language_of(request)
    facts = {
        "number": found.number,
        "first": found.first_on,
        "last": found.last_on,
        "issued": found.issued_at.astimezone(CHINA).date(),
        "withdrawn": found.withdrawn_at.astimezone(CHINA).date() if found.withdrawn_at else "",
        "count": len(found.lines),
    }
    said = texts.render(language, "certificate.page", facts)
    state = "withdrawn" if found.state == "withdrawn" else "valid" if view.is_current else "changed"
    rows = [
        (said["name_label"], view.name or said["nobody"]),
        (said["unit_label"], unit_of(view, language)),
        (said["period_label"], said["period"]),
        (said["issued_label"], said["issued_on"]),
        *((said[each], duration(found.minutes.get(each, 0), texts, language)) for each in EVIDENCE),
    ]
    facts_list = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows)
    look = "" if state == "valid" else ' class="state"'
    body = (
        f'<section class="card"><p{look}><strong>{escape(said[state])}</strong></p><dl>{facts_list}</dl></section>'
        f'<p class="quiet">{escape(said["apart"])} {escape(said["about"])}</p>'
    )
    return resident_page(request, title=said["title"], body=body, kept=False)
