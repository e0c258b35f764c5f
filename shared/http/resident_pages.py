"""The residents' pages: without script, large text, one column, usable with one hand on a small phone."""

from collections.abc import Callable, Coroutine
from functools import partial
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from shared.http.pages import html_page, is_browser
from shared.http.texts import LANGUAGES, Texts, preferred_language
from shared.http.wording import Wording
from shared.kernel.errors import DomainError, TooMany

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
.booth{overflow:hidden}
.booth img{float:right;margin-left:.75rem;object-fit:cover;border-radius:8px}
.booth span{display:block;color:var(--quiet)}
.booth+.booth{border-top:1px solid var(--line);padding-top:.4rem;margin-top:.4rem}
form{display:grid;gap:1rem;margin:1rem 0}
label,legend{padding:0;font-weight:700}
fieldset{border:0;margin:0;padding:0}
.hint{display:block;font-weight:400;color:var(--quiet)}
label.choice{display:flex;align-items:center;gap:.75rem;min-height:48px;font-weight:400}
.choice input{width:1.5rem;height:1.5rem;margin:0;flex:none}
select,textarea,input[type=text]{display:block;width:100%;min-height:48px;margin-top:.3rem;padding:.6rem .75rem;
font:inherit;font-weight:400;color:inherit;background:#fff;border:1px solid #5b6675;border-radius:8px}
textarea{min-height:9rem}
button{min-height:52px;padding:0 1.5rem;font:inherit;font-weight:700;color:#fff;background:var(--blue);border:0;
border-radius:10px}
:is(select,textarea,input,button):focus-visible{outline:3px solid var(--blue);outline-offset:2px}
.wrong{color:var(--red);font-weight:700}
.said{white-space:pre-line}
.receipt{font-size:1.6rem;font-weight:700;letter-spacing:.05em}
"""
KEPT_SECONDS = 60

Answer = Callable[[Request], Coroutine[Any, Any, Response]]


def page_route(begin: str) -> type[APIRoute]:
    """Returns a class of routes that refuse browsers with a page, also where their address asked too often. The page
    leads to ``begin``, one of the service's public pages, which ``residents.begin`` names by a word of its own, or else
    as ``text``.
    """

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Answer:
            return partial(_answer_or_refuse, super().get_route_handler(), begin)

    return PageRoute


async def _answer_or_refuse(answer: Answer, begin: str, request: Request) -> Response:
    try:
        return await answer(request)
    except DomainError as error:
        if not is_browser(request):
            raise
        page = refusal_page(request, error, begin)
        if isinstance(error, TooMany):
            page.headers["Retry-After"] = str(error.facts["retry_after"])
        return page


def refusal_page(request: Request, error: DomainError, begin: str) -> HTMLResponse:
    """What went wrong, in words, with the status of the refusal."""
    language = language_of(request)
    texts = texts_of(request)
    said = texts.render(language, error.code, Wording(texts, language).facts(error))
    labels = texts.words_of(language, "residents.begin")
    label = labels.get(begin, labels["text"])
    body = (
        f"<p>{escape(said['detail'])}{escape(said['remedy'])}</p>"
        f'<p class="acts">{link(request, root_of(request) + begin, label)}</p>'
    )
    return resident_page(request, title=said["title"], body=body, status=error.status, kept=False)


def root_of(request: Request) -> str:
    """The way from the address of a request up to the folder of the service's public pages.

    Relative, since a gateway may serve them under another path.
    """
    return "../" * request.url.path.rpartition("/public/")[2].count("/")


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
    request: Request,
    *,
    title: str,
    body: str,
    status: int = 200,
    kept: bool = True,
    has_form: bool = False,
    has_pictures: bool = False,
    style: str = "",
    script: str = "",
    refresh_seconds: int | None = None,
) -> HTMLResponse:
    """Returns a page. ``title`` is text, ``body`` HTML. ``kept``: browsers may keep it for a minute. ``style`` comes
    after that of all these pages; for ``script`` and ``refresh_seconds`` see :func:`html_page`."""
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
        style=STYLE + style,
        body=f"{header}<main><h1>{escape(title)}</h1>\n{body}</main>",
        status=status,
        script=script,
        refresh_seconds=refresh_seconds,
    )
    target = "'self'" if has_form else "'none'"
    page.headers["Content-Security-Policy"] += f"; form-action {target}"
    if has_pictures:
        page.headers["Content-Security-Policy"] += "; img-src 'self'"
    page.headers["Referrer-Policy"] = "no-referrer"  # the address of a stop is its link
    if kept:
        page.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return page
