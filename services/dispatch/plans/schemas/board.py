"""HTTP answers of the planning board."""

from datetime import date
from typing import Literal

from services.dispatch.plans.schemas.candidates import (
    LineAnswer,
    Part,
    PlaceAnswer,
    VerdictAnswer,
)
from shared.http.inputs import Answer


class GridDayAnswer(Answer):
    """``is_open``: teams go out on this day."""

    on: date
    is_open: bool


class HalfDayAnswer(Answer):
    on: date
    part: Part


class GridTeamAnswer(Answer):
    """``item_codes`` is what the team offers; ``away`` are the half-days of open days on which it can't come."""

    team_code: str
    team_name: str
    team_name_en: str
    members: int
    item_codes: list[str]
    away: list[HalfDayAnswer]


class FixedAnswer(Answer):
    """A line that stays where it is: pinned by hand, published for a near day, or accepted by its team."""

    line_id: str
    why: Literal["pinned", "published", "confirmed"]


class GridAnswer(VerdictAnswer):
    """The days and teams that a candidate may use as they are now, what is fixed in it, and whether it holds."""

    days: list[GridDayAnswer]
    teams: list[GridTeamAnswer]
    fixed: list[FixedAnswer]


class DifferenceAnswer(Answer):
    """What changes against the plan as it is; ``objective`` is the weighted sum, of which more is better."""

    priority_served: int
    changes: int
    lines_served: int
    stops: int
    team_visits: int
    lines_on_theme: int
    days_off_preference: int
    team_km: float
    objective: int


class RankedPlaceAnswer(PlaceAnswer):
    """A place that keeps every rule. ``joins`` is how many booths its stop has already; 0 opens a new stop."""

    difference: DifferenceAnswer
    joins: int


class RankedPlacesAnswer(Answer):
    """The best places for a line, the best first; ``in_all`` is how many there are."""

    items: list[RankedPlaceAnswer]
    in_all: int


class LinesByStateAnswer(Answer):
    open: int
    planned: int
    served: int
    cancelled: int


class PlanningCampaignAnswer(Answer):
    """A campaign and the state of its demand; ``plan_id`` is the plan in force, if there is one."""

    campaign_id: str
    campaign_name: str
    campaign_name_en: str
    starts_on: date
    ends_on: date
    runs_today: bool
    plan_id: str | None
    lines: LinesByStateAnswer


class PlanningCampaignsAnswer(Answer):
    """All campaigns, the latest first; ``today`` is the day at which business stands, ``coverage_weight`` what a month
    without an item adds to what a line is worth."""

    today: date
    coverage_weight: int
    items: list[PlanningCampaignAnswer]


class OpenLineAnswer(LineAnswer):
    """A line that waits for a place. ``reason`` is what its township was told last, null if nothing yet."""

    volunteers: int
    reason: str | None
    detail: str | None
