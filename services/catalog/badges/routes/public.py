"""The page on which anybody verifies a badge, without an account and without script, and the keys to do it without."""

from html import escape
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from services.catalog.badges.use_cases.verifying import Verified, verify_badge
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import language_of, page_route, resident_page, texts_of
from shared.http.texts import named

router = APIRouter(tags=["catalog"], route_class=page_route("honours"))
SHOWN = ("valid", "not_yet", "expired", "revoked")
"""Outcomes of badges that are ours; of others nothing is shown that they say."""


@router.get(
    "/public/badge-keys",
    summary="The keys that badges are verified with (RFC 7517), and whose badges they are",
    **ignoring_unknown(public("read_keys")),
)
async def list_badge_keys(state: AppState) -> dict[str, object]:
    found = {"keys": []} if state.badge_keys is None else state.badge_keys.public()
    return found | {"issuer": state.public_url}


@router.get(
    "/public/badges/{token}",
    summary="Whether a badge holds today, and what it says; nothing of who wears it",
    response_class=HTMLResponse,
    **ignoring_unknown(public("verify_badge")),
)
async def show_badge(
    request: Request,
    token: Annotated[str, Path(max_length=4000, description="of the badge's code")],
    uow: Uow,
    state: AppState,
    language: Annotated[
        str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
    ] = None,
) -> HTMLResponse:
    found = await verify_badge(uow, state.badge_keys, state.public_url, token)
    return _page(request, found, state.public_url)


def _page(request: Request, found: Verified, issuer: str) -> HTMLResponse:
    texts, language = texts_of(request), language_of(request)
    badge = found.badge
    facts = {
        "first": "" if badge is None else badge.valid_from,
        "last": "" if badge is None else badge.valid_until,
        "host": urlsplit(issuer).netloc,
        "issuer": urlsplit(found.issuer or "").netloc or (found.issuer or ""),
    }
    said = texts.render(language, "badge.page", facts)
    look = "" if found.outcome == "valid" else ' class="state"'
    body = f"<p{look}><strong>{escape(said[found.outcome])}</strong></p>"
    if badge is not None and found.outcome in SHOWN:
        rows = [
            (said["number_label"], badge.number),
            (said["window_label"], named(language, badge.window_name, badge.window_name_en)),
            (said["post_label"], named(language, badge.post_name, badge.post_name_en)),
            *([] if badge.pledge is None else [(said["pledge_label"], badge.pledge)]),
            (said["period_label"], said["period"]),
        ]
        listed = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows)
        body += f"<dl>{listed}</dl>"
    body = f'<section class="card">{body}</section><p class="quiet">{escape(said["warning"])}</p>'
    return resident_page(request, title=said["title"], body=body, kept=False)
