"""The layout that catalog's own pages share: no script, in the reader's language."""

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from shared.http.pages import html_page
from shared.http.texts import preferred_language

STYLE = """
:root{color-scheme:light;--ink:#1d2430;--quiet:#4a5362;--red:#96170f;--link:#174a80;--line:#c9d0da}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f6f9;color:var(--ink);
font:18px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;padding:1rem}
main{width:100%;max-width:24rem;background:#fff;border:1px solid var(--line);border-radius:14px;padding:1.75rem}
h1{margin:0;font-size:1.5rem}p{margin:.25rem 0 1.25rem;color:var(--quiet)}
label{display:block;margin:0 0 1rem;font-weight:600}small{font-weight:400;color:var(--quiet)}
input{display:block;width:100%;margin-top:.3rem;padding:.65rem .75rem;
font:inherit;border:1px solid #8b95a5;border-radius:8px}
input:focus-visible,button:focus-visible{outline:3px solid #8ab4f8;outline-offset:1px}
button{width:100%;padding:.75rem;font:inherit;font-weight:600;
color:#fff;background:var(--red);border:0;border-radius:8px;cursor:pointer}
h2{margin:1.5rem 0 .25rem;font-size:1.2rem}ul{list-style:none;margin:0;padding:0}
.roles{display:grid;gap:.75rem}
.roles li{padding:.75rem;border:1px solid var(--line);border-radius:10px}
.roles p{margin:.5rem 0 0;color:var(--ink)}
.wide form{max-width:100%}.wide>form{max-width:24rem}
@media(min-width:48rem){.wide{max-width:52rem}.wide .roles{grid-template-columns:1fr 1fr}}
.quiet{margin-top:.6rem;color:var(--quiet);background:none;border:1px solid var(--line)}
.qr{display:block;width:14rem;max-width:100%;margin:0 auto 1rem}
.below{margin:1.25rem 0 0}a{color:var(--link)}
.codes{display:grid;grid-template-columns:repeat(auto-fit,minmax(10em,1fr));
gap:.25rem 1rem;margin:0 0 1.25rem;padding:0;list-style:none;
font-family:ui-monospace,Consolas,monospace}
.button{display:block;padding:.75rem;text-align:center;font-weight:600;color:#fff;background:var(--red);
border-radius:8px;text-decoration:none}
.secret{overflow-wrap:anywhere;font-family:ui-monospace,Consolas,monospace}
.wrong{color:var(--red);background:#fdecea;border-radius:8px;padding:.6rem .75rem}
"""


def language_of(request: Request) -> str:
    """What the client asks for (``ui_locales``, OpenID Connect Core 3.1.2.1), else the browser's."""
    asked_for = request.query_params.get("ui_locales", "").replace(" ", ",")
    return preferred_language(asked_for or request.headers.get("accept-language"))


def render_page(
    language: str,
    *,
    title: str,
    detail: str,
    body: str = "",
    status: int = 200,
    is_wide: bool = False,
) -> HTMLResponse:
    """``title`` and ``detail`` are text; ``body`` is HTML. ``is_wide``: it may take two columns."""
    wide = ' class="wide"' if is_wide else ""
    # The answer to the form sends the browser on to the client, which a form-action in the policy
    # would forbid in some browsers.
    main = f"<main{wide}><h1>{escape(title)}</h1><p>{escape(detail)}</p>\n{body}</main>"
    return html_page(language, title=title, style=STYLE, body=main, status=status)
