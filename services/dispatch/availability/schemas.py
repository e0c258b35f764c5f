"""HTTP bodies and answers about days on which somebody can't come."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.dispatch.availability.domain import Party
from services.dispatch.planning.problem.problem import DayPart
from shared.http.inputs import Answer, Body, Code, Day
from shared.http.people import VolunteerNumber


class UnavailableBody(Body):
    """Of a volunteer or of a team, one of them. ``part`` is the half of these days; null stands for all day."""

    volunteer_no: Annotated[VolunteerNumber | None, Field(description="or ``team_code``")] = None
    team_code: Code | None = None
    first_on: Day
    last_on: Annotated[Day, Field(description="the last such day, itself included")]
    part: DayPart | None = None


class UnavailableAnswer(Answer):
    id: str
    party: Party
    code: Annotated[str, Field(description="of the team, or the volunteer's number")]
    first_on: date
    last_on: date
    part: DayPart | None
