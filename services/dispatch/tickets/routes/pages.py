"""The residents' pages about tickets: before one is drawn, and the ticket itself."""

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.dispatch.tickets.domain.forecast import Wait
from services.dispatch.tickets.queries import BoothRow
from services.dispatch.tickets.routes.live import SECONDS_WITHOUT, TICKET
from services.dispatch.tickets.use_cases.residents import Outlook, TicketOutlook
from shared.http.resident_pages import language_of, link, resident_page, texts_of

STYLE = """
.number{margin:.25rem 0;font-size:4.5rem;line-height:1.1;font-weight:800;letter-spacing:.03em}
.figure{margin:.25rem 0;font-size:2rem;line-height:1.3;font-weight:700}
.called{background:#8f1d17;border-color:#8f1d17;color:#fff}
.called .quiet{color:#fff}
.near{border-width:4px;border-color:#8f1d17}
.center{text-align:center}
.center .acts{justify-content:center}
button.quietly{color:var(--blue);background:#fff;border:1px solid var(--blue)}
"""
NEAR = 3
"""Whoever has so many before them is told to come near."""


def queue_page(request: Request, outlook: Outlook, mark: str) -> HTMLResponse:
    """What waits, and how long it takes, before a ticket is drawn."""
    text = _texts(request, "tickets.queue", item=item_name(request, outlook.booth))
    return resident_page(
        request,
        title=text["title"],
        body=f"<p>{_where(request, outlook.booth)}</p>{_offer(request, outlook, text, mark)}",
        kept=False,
        has_form=True,
        style=STYLE,
        refresh_seconds=SECONDS_WITHOUT,
    )


def _offer(request: Request, outlook: Outlook, text: dict[str, str], mark: str) -> str:
    said = {name: escape(words) for name, words in text.items()}
    queue = outlook.queue
    if queue is None or queue.state == "ended":
        state = "ended" if queue or outlook.booth.booth_state == "done" else "not_yet"
        return f'<section class="card"><p class="figure">{said[state]}</p></section>'
    if outlook.mine is not None:
        name = queue.name_of(outlook.mine)
        to = link(
            request,
            f"../tickets/{outlook.mine.token}",
            text["to_ticket"],
            attributes='class="main" ',
        )
        return (
            f'<section class="card center"><p>{said["yours"]}</p><p class="number">{name}</p>'
            f'<p class="acts">{to}</p></section>'
        )
    ahead = escape(_text(request, "tickets.waiting", count=outlook.ahead))
    card = f'<section class="card"><p class="figure">{ahead}</p>{wait_lines(request, outlook.wait)}</section>'
    if queue.state == "closed" or outlook.is_full:
        return card + f'<p class="wrong">{said["closed"]}</p>'
    return f"""{card}
<form method="post" accept-charset="utf-8"><input type="hidden" name="mark" value="{escape(mark)}">
<label class="choice"><input type="checkbox" name="priority" value="yes">{said["priority"]}</label>
<button>{said["draw"]}</button></form>
<p class="quiet">{said["about"]}</p>"""


def ticket_page(request: Request, outlook: TicketOutlook) -> HTMLResponse:
    """A ticket; read anew by itself, with script or without."""
    ticket, item = outlook.ticket, item_name(request, outlook.booth)
    text = _texts(request, "tickets.ticket", item=item)
    said = {name: escape(words) for name, words in text.items()}
    look, words = "", ""
    if ticket.state == "waiting":
        look = "near" if outlook.ahead <= NEAR else ""
        ahead = _text(request, "tickets.ahead", count=outlook.ahead)
        near = f'<p class="state">{said["near"]}</p>' if outlook.ahead <= NEAR else ""
        away = f'<p class="state">{said["away"]}</p>' if outlook.is_away else ""
        words = f'<p class="figure">{escape(ahead)}</p>{away or near}{wait_lines(request, outlook.wait)}'
    elif ticket.state == "called":
        look = "called"
        place = escape(_text(request, "tickets.called", place=ticket.place or 1))
        words = f'<p class="figure" data-called>{place}</p>'
    else:
        words = f'<p class="figure">{said[ticket.state]}</p><p>{said[f"{ticket.state}_detail"]}</p>'
        if outlook.voucher is not None:
            address = f"../../../requests/public/ratings/{outlook.voucher}"
            to = link(request, address, text["rate"], attributes='class="main" ')
            words += f'<p class="acts">{to}</p>'
    leave = (
        f'<form method="post"><button class="quietly" name="leave" value="yes">{said["leave"]}</button></form>'
        if ticket.state == "waiting"
        else ""
    )
    priority = f'<p class="quiet">{said["priority"]}</p>' if ticket.priority else ""
    body = (
        f"<p>{_where(request, outlook.booth)}</p>"
        f'<section class="card center {look}" role="status"><p>{said["number"]}</p>'
        f'<p class="number">{escape(outlook.name)}</p>{priority}{words}</section>'
        f'{leave}<p class="quiet">{said["about"]}</p>'
    )
    return resident_page(
        request,
        title=text["title"],
        body=body,
        kept=False,
        has_form=True,
        style=STYLE,
        script=TICKET if ticket.is_live or ticket.state == "missed" else "",
        refresh_seconds=SECONDS_WITHOUT if ticket.is_live or ticket.state == "missed" else None,
    )


def wait_lines(request: Request, wait: Wait) -> str:
    """The wait in words: how long it takes, and between what bounds."""
    if wait.expected < 1:
        return f"<p>{escape(_text(request, 'tickets.no_wait'))}</p>"
    facts = {name: max(1, round(getattr(wait, name))) for name in ("early", "expected", "late")}
    text = _texts(request, "tickets.wait", **facts)
    return f'<p>{escape(text["expected"])}</p><p class="quiet">{escape(text["between"])}</p>'


def item_name(request: Request, booth: BoothRow) -> str:
    return str((booth.item_name_en if language_of(request) == "en" else "") or booth.item_name)


def _where(request: Request, booth: BoothRow) -> str:
    half_day = texts_of(request).half_day(language_of(request), booth.on, booth.part)
    return escape(f"{half_day} · {booth.place}")


def _text(request: Request, code: str, **facts: object) -> str:
    return _texts(request, code, **facts)["text"]


def _texts(request: Request, code: str, **facts: object) -> dict[str, str]:
    return texts_of(request).render(language_of(request), code, facts)
