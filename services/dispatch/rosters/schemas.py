"""HTTP bodies and answers about rosters."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.dispatch.planning.problem.problem import DayPart
from services.dispatch.rosters.domain.substitution import OfferState
from shared.http.inputs import Answer, Body
from shared.http.people import VolunteerNumber
from shared.kernel.errors import Reason


class RosterBody(Body):
    volunteers: Annotated[
        list[VolunteerNumber],
        Field(max_length=100, description="all who are to stand there, by number"),
    ]
    standby: Annotated[
        list[VolunteerNumber] | None,
        Field(
            max_length=20,
            description="who is asked first when one of them drops out; as it is where left out",
        ),
    ] = None
    revision: Annotated[
        int | None,
        Field(ge=0, description="of the roster as it was read; refused where it changed"),
    ] = None


class ReplacementBody(Body):
    """``by`` stands in the place of ``volunteer_no``; at another booth of the stop, the two change places."""

    volunteer_no: VolunteerNumber
    by: VolunteerNumber


class RosteredBoothAnswer(Answer):
    """A booth of the coming days: ``needed`` volunteers, who stands there, and how many of those may (``fit``)."""

    assignment_id: str
    stop_id: str
    on: date
    part: DayPart
    place: str
    township_name: str
    township_name_en: str
    team_code: str
    team_name: str
    team_name_en: str
    item_name: str
    item_name_en: str
    state: str
    needed: int
    volunteers: list[str]
    fit: int
    short: int
    substitutes_wanted: Annotated[
        int, Field(description="places that somebody left, and nobody has taken yet")
    ]


class UnfitReasonAnswer(Answer):
    code: str
    text: str


class RosterCandidateAnswer(Answer):
    """A volunteer of the team: with every reason why not, and the last day of duty up to the booth's."""

    volunteer_no: str
    novice: bool
    is_named: bool
    reasons: list[UnfitReasonAnswer]
    last_on: date | None
    duties: int


class OfferAnswer(Answer):
    volunteer_no: str
    state: OfferState


class SubstitutionAnswer(Answer):
    """A place that ``volunteer_no`` left. From ``until`` on, the leader sees to it (``with_leader``); ``by_no`` has
    taken it."""

    id: str
    assignment_id: str
    volunteer_no: str
    on: date
    part: DayPart
    until: datetime
    state: Literal["open", "with_leader", "taken", "filled", "void"]
    by_no: str | None
    offers: list[OfferAnswer]


class DroppedOutAnswer(Answer):
    substitution: Annotated[
        SubstitutionAnswer | None, Field(description="null where enough others stand there")
    ]


class OwnOfferAnswer(Answer):
    """A place that a volunteer is asked to take."""

    id: str
    assignment_id: str
    stop_id: str
    on: date
    part: DayPart
    until: datetime
    place: str
    township_name: str
    township_name_en: str
    item_name: str
    item_name_en: str


class WhoBody(Body):
    volunteer_no: Annotated[
        VolunteerNumber | None, Field(description="the own number where left out")
    ] = None


class RosterAnswer(RosteredBoothAnswer):
    """``candidates``: those who may come first, the longest waiting of them first."""

    standby: list[str]
    substitutions: Annotated[
        list[SubstitutionAnswer], Field(description="those that somebody has to see to")
    ]

    revision: int
    novice_alone: bool
    qualification: str | None
    is_open: Annotated[bool, Field(description="whether somebody can still be named")]
    candidates: list[RosterCandidateAnswer]


class FilledAnswer(Answer):
    """The booths whose rosters changed."""

    assignment_ids: list[str]


class OwnDutyAnswer(Answer):
    volunteer_no: str
    assignment_id: str
    stop_id: str
    on: date
    part: DayPart
    place: str
    township_name: str
    township_name_en: str
    item_name: str
    item_name_en: str


def roster_answer(view: dict[str, Any], say: Callable[[Reason], str]) -> RosterAnswer:
    """``say`` puts a reason into the reader's language."""

    def said(reasons: Iterable[Reason]) -> list[dict[str, str]]:
        return [{"code": each.code, "text": say(each)} for each in reasons]

    candidates = [each | {"reasons": said(each["reasons"])} for each in view["candidates"]]
    return RosterAnswer.model_validate(view | {"candidates": candidates})
