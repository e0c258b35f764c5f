"""Pages that a service renders itself: one style sheet within the page, in the reader's language, and no script but one
that makes the page livelier where the browser runs it.
"""

import base64
import hashlib
from functools import lru_cache
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse


def is_browser(request: Request) -> bool:
    """Returns whether a page is wanted rather than JSON."""
    return "text/html" in request.headers.get("accept", "")


def html_page(
    language: str,
    *,
    title: str,
    style: str,
    body: str,
    status: int = 200,
    script: str = "",
    refresh_seconds: int | None = None,
) -> HTMLResponse:
    """Returns a page. ``title`` is text; ``body`` is HTML; ``style`` is CSS, and ``script`` runs at its end; both are
    allowed by their hashes. Without script the page is read anew after ``refresh_seconds``.

    Browsers and proxies do not keep it unless the caller sets another ``Cache-Control``.
    """
    again = (
        f'<noscript><meta http-equiv="refresh" content="{refresh_seconds}"></noscript>'
        if refresh_seconds is not None
        else ""
    )
    runs = f"<script>{script}</script>" if script else ""
    content = f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)}</title>{again}<style>{style}</style></head>
<body>{body}{runs}</body></html>"""
    policy = (
        f"default-src 'none'; style-src '{_hash_of(style)}'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    if script:
        policy += f"; script-src '{_hash_of(script)}'; connect-src 'self'"
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # With no-referrer browsers would send the Origin of a form as null.
        "Referrer-Policy": "strict-origin",
        "X-Content-Type-Options": "nosniff",
        "Content-Language": language,
        "Vary": "Accept, Accept-Language",
    }
    return HTMLResponse(content, status, headers)


@lru_cache(maxsize=20)
def _hash_of(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
