"""The display on a stop's wall: by booth, the numbers that are called, to be read from across the square."""

from collections.abc import Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.dispatch.stops.queries.views import View
from services.dispatch.tickets.queries import BoothRow
from services.dispatch.tickets.routes.live import DISPLAY
from services.dispatch.tickets.routes.pages import item_name
from shared.http.pages import html_page
from shared.http.resident_pages import language_of, texts_of

REFRESHED_SECONDS = 5
FEW = 2
"""Where so many booths give tickets, the figures are larger still."""

STYLE = """
:root{color-scheme:dark}*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:#0b1a2b;color:#fff;
font:2.2vmin/1.35 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{display:flex;justify-content:space-between;align-items:center;gap:2vmin;padding:2vmin 3vmin;background:#12304f}
h1{margin:0;font-size:3.6vmin;line-height:1.2}
button{min-height:48px;padding:0 2.5vmin;font:inherit;color:#0b1a2b;background:#ffd75e;border:0;border-radius:1vmin}
button:focus-visible{outline:4px solid #fff;outline-offset:2px}
main{flex:1;display:grid;align-content:start;grid-template-columns:repeat(auto-fit,minmax(min(100%,56vmin),1fr));
gap:2vmin;padding:2vmin 3vmin}
section{display:flex;flex-direction:column;gap:1vmin;background:#12304f;border-radius:1.5vmin;padding:2vmin 2.5vmin}
h2{margin:0;font-size:3.2vmin;line-height:1.25}
ul{list-style:none;margin:0;padding:0;display:grid;gap:1vmin}
li{display:flex;flex-wrap:wrap;align-items:baseline;gap:1vmin 4vmin}
.no{font-size:11vmin;line-height:1;font-weight:800;color:#ffd75e;font-variant-numeric:tabular-nums}
.at{font-size:4vmin;font-weight:700}
p{margin:0;font-size:2.6vmin;color:#d5e2f0}
.few .no{font-size:18vmin}.few .at{font-size:8vmin}.few h2{font-size:5vmin}.few p{font-size:4vmin}
@media(max-width:700px){.no{font-size:4.5rem}.few .no{font-size:4.5rem}
.at,h1,h2,.few .at,.few h2{font-size:1.4rem}p,.few p{font-size:1.1rem}
body{font-size:1.1rem}header{flex-wrap:wrap}}
"""


def calls_page(
    request: Request, stop: View, booths: Sequence[BoothRow], queues: Mapping[str, View]
) -> HTMLResponse:
    """Who is called where. It names numbers and places, and nobody."""
    language = language_of(request)
    english = language == "en"
    township = (stop["township_name_en"] if english else "") or stop["township_name"]
    text = _texts(request, "tickets.display")
    running = [(row, queues[row.assignment_id]) for row in booths if row.assignment_id in queues]
    running.sort(key=lambda each: str(each[1]["letter"]))
    cards = "".join(_card(request, row, queue) for row, queue in running)
    title = f"{township} · {stop['place']}"
    nobody = f"<p>{escape(text['none'])}</p>"
    few = ' class="few"' if len(running) <= FEW else ""
    said = {name: escape(words) for name, words in text.items()}
    page = html_page(
        language,
        title=f"{text['title']} · {title}",
        style=STYLE,
        body=(
            f"<header><h1>{escape(title)}</h1>"
            f'<button id="sound" type="button" hidden aria-pressed="false" data-on="{said["sound_on"]}"'
            f' data-off="{said["sound_off"]}">{said["sound_off"]}</button></header>'
            f'<main aria-live="polite"{few}>{cards or nobody}</main>'
        ),
        script=DISPLAY,
        refresh_seconds=REFRESHED_SECONDS,
    )
    page.headers["Referrer-Policy"] = "no-referrer"  # the address of a stop is its link
    return page


def _card(request: Request, booth: BoothRow, queue: View) -> str:
    text = _texts(request, "tickets.display")
    rows = "".join(
        f'<li data-call="{escape(name)} {calls}"><span class="no">{escape(name)}</span>'
        f'<span class="at">{escape(_text(request, "tickets.at_place", place=place))}</span></li>'
        for name, place, calls in queue["called"]
    )
    called = f"<ul>{rows}</ul>" if rows else f"<p>{escape(text['nobody'])}</p>"
    comma = texts_of(request).word(language_of(request), "phrases", "list_comma") or ", "
    after = (
        f"<p>{escape(_text(request, 'tickets.then', names=comma.join(queue['next'])))}</p>"
        if queue["next"]
        else ""
    )
    state = _text(request, "tickets.waiting", count=queue["waiting"])
    if queue["state"] != "open":
        state += " · " + text[queue["state"]]
    name = f"{queue['letter']} · {item_name(request, booth)}"
    return f"<section><h2>{escape(name)}</h2>{called}{after}<p>{escape(state)}</p></section>"


def _text(request: Request, code: str, **facts: object) -> str:
    return _texts(request, code, **facts)["text"]


def _texts(request: Request, code: str, **facts: object) -> dict[str, str]:
    return texts_of(request).render(language_of(request), code, facts)
