"""What comes to a township as a calendar (iCalendar, RFC 5545), to be imported or subscribed to."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.dispatch.residents.queries import TownshipOutlook
from services.dispatch.stops.queries.views import View
from shared.http.texts import Texts

MEDIA_TYPE = "text/calendar"
LONGEST_LINE = 75
"""In octets; longer lines are folded (3.1)."""


def calendar_of(outlook: TownshipOutlook, texts: Texts, language: str, now: datetime) -> str:
    """Each stop is an event of the whole day: the business knows half-days, and no hours."""
    english = language == "en"
    name = outlook.name_en if english and outlook.name_en else outlook.name
    title = texts.render(language, "residents.township", {"township": name})["title"]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Diancai//residents//" + ("EN" if english else "ZH"),
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    for stop in outlook.stops:
        lines += _event(stop, texts, language, name, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(stop: View, texts: Texts, language: str, township: str, now: datetime) -> Iterable[str]:
    field = "item_name_en" if language == "en" else "item_name"
    items = dict.fromkeys(booth[field] or booth["item_name"] for booth in stop["booths"])
    comma = texts.word(language, "phrases", "list_comma") or ", "
    part = texts.render(language, "date.parts")[stop["part"]]
    # The id of a stop opens other operations to those who may use them; residents need none of it.
    uid = hashlib.sha256(stop["id"].encode()).hexdigest()[:32]
    point = stop["point"]
    return (
        "BEGIN:VEVENT",
        f"UID:{uid}@diancai",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{stop['on']:%Y%m%d}",
        f"DTEND;VALUE=DATE:{stop['on'] + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{part} · {comma.join(items)}')}",
        f"LOCATION:{_escaped(township + ' ' + stop['place'])}",
        f"GEO:{point['lat']:.5f};{point['lon']:.5f}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    """A text as a value (3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line broken so that no piece is longer than 75 octets and no character is cut."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])
