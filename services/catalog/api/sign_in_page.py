"""The page to sign in on: no script, no cookie, in the reader's language."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.catalog.application.signing_in import AuthorizationRequest
from shared.http.texts import preferred_language

STYLE = """
:root{color-scheme:light;--ink:#1d2430;--quiet:#5b6575;--red:#b3261e;--line:#c9d0da}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f6f9;color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;padding:1rem}
main{width:100%;max-width:24rem;background:#fff;border:1px solid var(--line);border-radius:14px;padding:1.75rem}
h1{margin:0;font-size:1.5rem}p{margin:.25rem 0 1.25rem;color:var(--quiet)}
label{display:block;margin:0 0 1rem;font-weight:600}small{font-weight:400;color:var(--quiet)}
input{display:block;width:100%;margin-top:.3rem;padding:.65rem .75rem;
font:inherit;border:1px solid #8b95a5;border-radius:8px}
input:focus-visible,button:focus-visible{outline:3px solid #8ab4f8;outline-offset:1px}
button{width:100%;padding:.75rem;font:inherit;font-weight:600;
color:#fff;background:var(--red);border:0;border-radius:8px;cursor:pointer}
.wrong{color:var(--red);background:#fdecea;border-radius:8px;padding:.6rem .75rem}
"""


def sign_in_page(
    request: Request,
    asked: AuthorizationRequest,
    *,
    problem: str | None = None,
    facts: Mapping[str, object] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """``problem`` is the code of a text to show, ``facts`` fill it. The language is what the client asks for
    (``ui_locales``, OpenID Connect Core 3.1.2.1), else the browser's."""
    asked_for = request.query_params.get("ui_locales", "").replace(" ", ",")
    language = preferred_language(asked_for or request.headers.get("accept-language"))
    text = request.app.state.texts.render(language, "sign_in.page")
    said = request.app.state.texts.render(language, problem, facts) if problem else {}
    wrong = escape(" ".join(said[part] for part in ("detail", "remedy") if part in said))
    hidden = {
        "client_id": asked.client_id,
        "redirect_uri": asked.redirect_uri,
        "code_challenge": asked.code_challenge,
        "state": asked.state,
    }
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    body = f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{text["title"]}</title><style>{STYLE}</style></head>
<body><main><h1>{text["title"]}</h1><p>{text["detail"]}</p>
{f'<p class="wrong" role="alert">{wrong}</p>' if wrong else ""}
<form method="post" autocomplete="on">{fields}
<label>{text["login"]}<input name="login" autocomplete="username" required autofocus maxlength="80"></label>
<label>{text["password"]}<input name="password" type="password" autocomplete="current-password" required></label>
<label>{text["code"]} <small>{text["code_hint"]}</small>
<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12"></label>
<button>{text["button"]}</button></form></main></body></html>"""
    # The answer to the form sends the browser on to the client, which form-action would forbid in some browsers.
    policy = f"default-src 'none'; style-src '{_style_hash()}'; base-uri 'none'; frame-ancestors 'none'"
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",  # with no-referrer browsers would send the form's Origin as null
        "X-Content-Type-Options": "nosniff",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return HTMLResponse(body, status, headers)


def _style_hash() -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
