"""The layout of the residents' pages: large text, one column, usable with one hand on a small phone."""

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from shared.http.pages import html_page
from shared.http.texts import LANGUAGES, Texts, preferred_language

# Every text has a contrast of at least 7:1 on its ground (WCAG 2.2, 1.4.6).
STYLE = """
:root{color-scheme:light;--ink:#1d2430;--quiet:#3f4856;--red:#8f1d17;--blue:#0f4377;--line:#c9d0da}
*{box-sizing:border-box}
body{margin:0;background:#f4f6f9;color:var(--ink);overflow-wrap:anywhere;
font:18px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header,main{max-width:40rem;margin:0 auto;padding:.75rem 1rem}
header{display:flex;justify-content:space-between;align-items:center;gap:1rem}
main{padding-bottom:3rem}
h1{margin:.25rem 0 .5rem;font-size:1.6rem;line-height:1.3}
h2{margin:0;font-size:1.2rem;line-height:1.4}
p{margin:.25rem 0 1rem}
a{color:var(--blue);text-underline-offset:4px}
a:focus-visible{outline:3px solid var(--blue);outline-offset:2px;border-radius:6px}
header a,.acts a{display:inline-flex;align-items:center;min-height:48px}
ul{list-style:none;margin:1rem 0;padding:0}
.card{background:#fff;border:1px solid var(--line);border-radius:14px;padding:1rem;margin:0 0 1rem}
.card p,.card ul,.card dl{margin:.25rem 0}
.quiet{color:var(--quiet)}
.state{color:var(--red);font-weight:700}
.townships{display:grid;grid-template-columns:1fr 1fr;gap:.6rem}
.townships a{display:flex;align-items:center;justify-content:center;min-height:56px;padding:.4rem;
text-align:center;background:#fff;border:1px solid var(--line);border-radius:12px}
.acts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin-top:.5rem}
.acts .main{padding:0 1.25rem;background:var(--blue);color:#fff;border-radius:10px;text-decoration:none}
dt{color:var(--quiet)}dd{margin:0 0 .6rem}
.booth span{display:block;color:var(--quiet)}
.booth+.booth{border-top:1px solid var(--line);padding-top:.4rem;margin-top:.4rem}
"""
KEPT_SECONDS = 60


def texts_of(request: Request) -> Texts:
    texts: Texts = request.app.state.texts
    return texts


def chosen_language(request: Request) -> str | None:
    """The language that the address names, if any; links to other pages go on naming it."""
    named = request.query_params.get("language")
    return named if named in LANGUAGES else None


def language_of(request: Request) -> str:
    """What the address names, else the browser's."""
    return chosen_language(request) or preferred_language(request.headers.get("accept-language"))


def link(request: Request, address: str, text: str, *, attributes: str = "") -> str:
    """HTML of a link to another of these pages, in the language that the reader chose."""
    language = chosen_language(request)
    query = f"?language={language}" if language else ""
    return f'<a {attributes}href="{escape(address)}{query}">{escape(text)}</a>'


def resident_page(
    request: Request, *, title: str, body: str, status: int = 200, kept: bool = True
) -> HTMLResponse:
    """Returns a page. ``title`` is text, ``body`` HTML. ``kept``: browsers may keep it for a minute."""
    language = language_of(request)
    other = next(each for each in LANGUAGES if each != language)
    texts = texts_of(request)
    brand = escape(texts.render(language, "residents.page")["brand"])
    named = escape(texts.render(other, "residents.page")["language"])
    header = (
        f"<header><strong>{brand}</strong>"
        f'<a href="?language={other}" lang="{other}" hreflang="{other}">{named}</a></header>'
    )
    page = html_page(
        language,
        title=title,
        style=STYLE,
        body=f"{header}<main><h1>{escape(title)}</h1>\n{body}</main>",
        status=status,
    )
    page.headers["Content-Security-Policy"] += "; form-action 'none'"
    page.headers["Referrer-Policy"] = "no-referrer"  # the address of a stop is its link
    if kept:
        page.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return page
