"""The three pages for residents: the townships, what comes to one of them, and one stop."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.dispatch.residents.queries import TownshipOutlook
from services.dispatch.stops.queries.views import View
from shared.http.resident_pages import (
    language_of,
    link,
    resident_page,
    texts_of,
)
from shared.http.texts import named


def townships_page(request: Request, townships: Sequence[tuple[str, str, str]]) -> HTMLResponse:
    """``townships``: code, Chinese and English name of each."""
    language = language_of(request)
    text = texts_of(request).render(language, "residents.townships")
    items = "".join(
        f"<li>{link(request, f'townships/{code}', named(language, name, name_en))}</li>"
        for code, name, name_en in townships
    )
    listed = f'<ul class="townships">{items}</ul>' if items else f"<p>{escape(text['none'])}</p>"
    # Catalog's pages stand beside these; on an origin of the residents' own the gateway knows both.
    asked = link(request, "../../catalog/public/consultations", text["consultations"])
    body = f'<p>{escape(text["detail"])}</p>\n{listed}\n<p class="acts">{asked}</p>'
    return resident_page(request, title=text["title"], body=body)


def township_page(request: Request, outlook: TownshipOutlook) -> HTMLResponse:
    """What comes to a township, in the order of time; where nothing does, when something last did."""
    language = language_of(request)
    texts = texts_of(request)
    name = named(language, outlook.name, outlook.name_en)
    text = texts.render(language, "residents.township", {"township": name})
    if outlook.stops:
        cards = [_card(request, stop, text["more"]) for stop in outlook.stops]
        calendar = link(request, f"{outlook.code}/calendar", text["calendar"])
        points = f"../stops.geojson?township_code={escape(outlook.code)}"
        calendar += f'<a href="{points}">{escape(text["points"])}</a>'
        body = f"<p>{escape(text['detail'])}</p>\n" + "\n".join(cards)
    else:
        calendar = ""
        body = f'<div class="card"><h2>{escape(text["none"])}</h2>{_last(request, outlook)}</div>'
    back = link(request, "../townships", text["other"])
    return resident_page(
        request, title=text["title"], body=f'{body}\n<p class="acts">{calendar}{back}</p>'
    )


def stop_page(request: Request, stop: View, queues: Mapping[str, tuple[View, str]]) -> HTMLResponse:
    """One stop: where, when, and which booths. ``queues``: those that give tickets, by booth, with their links."""
    language = language_of(request)
    texts = texts_of(request)
    name = named(language, stop["township_name"], stop["township_name_en"])
    text = texts.render(language, "residents.stop", {"township": name})
    point = stop["point"]
    rows = [
        (
            text["when"],
            escape(_half_day(request, stop["on"], stop["part"])) + _moved(request, stop),
        ),
        (text["where"], escape(f"{name} · {stop['place']}")),
    ]
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{said}</dd>" for label, said in rows)
    booths = "".join(
        f'<li class="booth">{_picture(stop["pictures"].get(booth["item_code"]))}'
        f"{escape(named(language, booth['item_name'], booth['item_name_en']))}"
        f"<span>{escape(named(language, booth['team_name'], booth['team_name_en']))}</span>"
        f"{_queue(request, queues.get(booth['id']))}</li>"
        for booth in stop["booths"]
    )
    offered = f'<h2>{escape(text["booths"])}</h2><ul class="card">{booths}</ul>' if booths else ""
    map_link = f'<a href="geo:{point["lat"]:.5f},{point["lon"]:.5f}">{escape(text["map"])}</a>'
    all_link = link(request, f"../townships/{stop['township_code']}", text["township"])
    body = (
        f'<div class="card">{_state(request, stop)}<dl>{facts}</dl></div>\n{offered}\n'
        f'<p class="acts">{map_link}{all_link}</p>'
    )
    return resident_page(
        request,
        title=text["title"],
        body=body,
        kept=not queues,
        has_pictures=bool(stop["pictures"]),
    )


def _picture(picture_id: str | None) -> str:
    """What a booth's item looks like; its name stands beside it."""
    if picture_id is None:
        return ""
    # Catalog's pictures stand beside these pages; on an origin of the residents' own the gateway knows both.
    address = f"../../../catalog/public/pictures/{escape(picture_id)}"
    return f'<img src="{address}" alt="" width="56" height="56" loading="lazy">'


def _queue(request: Request, queue: tuple[View, str] | None) -> str:
    """How many wait at a booth that gives tickets, and the way to draw one."""
    if queue is None:
        return ""
    language, texts = language_of(request), texts_of(request)
    waiting = texts.render(language, "tickets.waiting", {"count": queue[0]["waiting"]})["text"]
    draw = texts.render(language, "tickets.queue", {"item": ""})["draw"]
    to = link(request, f"../queues/{queue[1]}", draw, attributes='class="main" ')
    return f'<span>{escape(waiting)}</span><span class="acts">{to}</span>'


def _card(request: Request, stop: View, more: str) -> str:
    language = language_of(request)
    items = texts_of(request).word(language, "phrases", "list_comma") or ", "
    names = dict.fromkeys(
        named(language, booth["item_name"], booth["item_name_en"]) for booth in stop["booths"]
    )
    label = f'class="main" aria-label="{escape(more)} {escape(stop["place"])}" '
    details = link(request, f"../stops/{stop['link']}", more, attributes=label)
    return (
        f'<section class="card"><h2>{escape(_half_day(request, stop["on"], stop["part"]))}</h2>'
        f"{_state(request, stop)}<p>{escape(stop['place'])}</p>"
        f'<p class="quiet">{escape(items.join(names))}</p>'
        f'<p class="acts">{details}</p>'
        "</section>"
    )


def _last(request: Request, outlook: TownshipOutlook) -> str:
    if outlook.last is None:
        return ""
    facts = {
        "half_day": _half_day(request, outlook.last["on"], outlook.last["part"], year=True),
        "place": outlook.last["place"],
    }
    said = texts_of(request).render(language_of(request), "residents.last", facts)
    return f"<p>{escape(said['text'])}</p>"


def _state(request: Request, stop: View) -> str:
    """What is to be said of a stop beside when it is; nothing while it goes as planned."""
    if stop["state"] == "planned":
        return ""
    said = texts_of(request).render(language_of(request), "residents.states")[stop["state"]]
    return f'<p class="state">{escape(said)}</p>'


def _moved(request: Request, stop: View) -> str:
    was: dict[str, Any] | None = stop["postponed_from"]
    if was is None:
        return ""
    half_day = _half_day(request, date.fromisoformat(was["on"]), was["part"])
    said = texts_of(request).render(language_of(request), "residents.moved", {"half_day": half_day})
    return f'<br><span class="state">{escape(said["text"])}</span>'


def _half_day(request: Request, on: date, part: str, *, year: bool = False) -> str:
    language = language_of(request)
    said = texts_of(request).half_day(language, on, part)
    if not year:
        return said
    return f"{on.year}年{said}" if language == "zh-CN" else f"{said} ({on.year})"
