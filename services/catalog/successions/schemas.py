"""Bodies and answers about what takes the place of something else."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.directory.schemas import (
    AgencyAnswer,
    AgencyBody,
    TeamAnswer,
    TeamBody,
    TownshipAnswer,
)
from services.catalog.volunteers.domain import PersonalField
from services.catalog.volunteers.schemas import VolunteerAnswer
from shared.http.inputs import Answer, Body, Code, Day, TownshipCode
from shared.http.people import VolunteerNo

Seen = Annotated[
    Code, Field(description="`seen` of the comparison: which state of both entries was looked at")
]

DirectoryKind = Literal["agency", "team", "township"]


class RecodingBody(Body):
    new_code: TownshipCode
    valid_from: Annotated[Day, Field(description="the first day of the new code")]


class JoiningBody(Body):
    into: Annotated[TownshipCode, Field(description="the township that it becomes part of")]
    valid_from: Annotated[Day, Field(description="the first day on which both are one")]
    seen: Seen


class MergingBody(Body):
    into: Annotated[Code, Field(description="the entry that stays")]
    seen: Seen


class AgencyMergingBody(MergingBody):
    values: Annotated[AgencyBody, Field(description="what the entry that stays says from now on")]


class TeamMergingBody(MergingBody):
    values: Annotated[TeamBody, Field(description="what the entry that stays says from now on")]


class VolunteerMergingBody(Body):
    into: Annotated[VolunteerNo, Field(description="the entry that stays")]
    take: Annotated[
        list[PersonalField],
        Field(default_factory=list, max_length=3, description="values of the entry that goes"),
    ]
    seen: Seen


class HeldAnswer(Answer):
    what: str
    gone: int
    kept: int


class ComparisonAnswer(Answer):
    """``different`` are the fields in which both differ, ``held`` what names either of them in catalog."""

    different: list[str]
    held: list[HeldAnswer]
    seen: str


class AgencyComparison(ComparisonAnswer):
    gone: AgencyAnswer
    kept: AgencyAnswer


class TeamComparison(ComparisonAnswer):
    gone: TeamAnswer
    kept: TeamAnswer


class TownshipComparison(ComparisonAnswer):
    gone: TownshipAnswer
    kept: TownshipAnswer


class VolunteerComparison(ComparisonAnswer):
    gone: VolunteerAnswer
    kept: VolunteerAnswer


class MergerAnswer(Answer):
    code: str
    into: str
    merged_on: date
    name: str
    name_en: str
