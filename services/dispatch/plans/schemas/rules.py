"""HTTP bodies and answers about pins and bans."""

from datetime import date, datetime
from typing import Literal

from services.dispatch.plans.schemas.candidates import Id, Part
from shared.http.inputs import Answer, Body, Code, Day


class RuleBody(Body):
    """pin: the line goes to this team on this half-day; with less named, to no other team or on no other day. forbid:
    what is named together (line and team, line and day, or team and day) does not happen; a day without a part means
    all of it."""

    campaign_id: Code
    does: Literal["pin", "forbid"]
    line_id: Id | None = None
    team_code: Code | None = None
    on: Day | None = None
    part: Part | None = None


class RuleAnswer(Answer):
    id: str
    campaign_id: str
    does: Literal["pin", "forbid"]
    made_at: datetime
    line_id: str | None
    township_name: str | None
    township_name_en: str | None
    item_name: str | None
    item_name_en: str | None
    team_code: str | None
    team_name: str | None
    team_name_en: str | None
    on: date | None
    part: Part | None
