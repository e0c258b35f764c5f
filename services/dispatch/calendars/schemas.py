"""HTTP bodies and answers about calendars."""

from datetime import datetime

from services.dispatch.calendars.domain import Party
from shared.http.inputs import Answer, Body, Key


class CalendarBody(Body):
    """Whose calendar it is: a volunteer's by number, a team's or a township's by code."""

    party: Party
    party_code: Key


class CalendarAnswer(Answer):
    """A calendar that the reader may subscribe to. ``made_at`` is when its present address was made; null where there
    is none."""

    party: Party
    party_code: str
    made_at: datetime | None


class CalendarAddressAnswer(Answer):
    """The address of a calendar, which is not shown again. ``url`` is the whole of it; it is null where the residents'
    pages have none of their own, and ``path`` is then to be opened at this system's."""

    party: Party
    party_code: str
    made_at: datetime
    path: str
    url: str | None
