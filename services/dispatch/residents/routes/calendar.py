"""What comes to a township as a calendar (iCalendar, RFC 5545), to be imported or subscribed to."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from services.dispatch.calendars.queries import uid_of
from services.dispatch.residents.queries import TownshipOutlook
from services.dispatch.stops.queries.views import View
from shared.http.texts import Texts

MEDIA_TYPE = "text/calendar"


def calendar_of(outlook: TownshipOutlook, texts: Texts, language: str, now: datetime) -> str:
    """Each stop is an event of the whole day: residents come when it suits them."""
    english = language == "en"
    name = outlook.name_en if english and outlook.name_en else outlook.name
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Diancai//residents//" + ("EN" if english else "ZH"))
    title = texts.render(language, "residents.township", {"township": name})["title"]
    calendar.add("x-wr-calname", title)
    for stop in outlook.stops:
        calendar.add_component(_event(stop, texts, language, name, now))
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(stop: View, texts: Texts, language: str, township: str, now: datetime) -> Event:
    field = "item_name_en" if language == "en" else "item_name"
    items = dict.fromkeys(booth[field] or booth["item_name"] for booth in stop["booths"])
    comma = texts.word(language, "phrases", "list_comma") or ", "
    part = texts.render(language, "date.parts")[stop["part"]]
    point = stop["point"]
    event = Event()
    event.add("uid", f"{uid_of(stop['id'])}@diancai")
    event.add("dtstamp", now)
    event.add("dtstart", stop["on"])
    event.add("dtend", stop["on"] + timedelta(days=1))
    event.add("summary", f"{part} · {comma.join(items)}")
    event.add("location", f"{township} {stop['place']}")
    event.add("geo", (round(point["lat"], 5), round(point["lon"], 5)))
    event.add("transp", "TRANSPARENT")
    return event
