"""Bodies and answers about service items."""

from typing import Annotated

from pydantic import Field

from services.catalog.directory.schemas import EntryAnswer, EntryBody
from services.catalog.items.domain import PROVISIONS, Mode, Provision
from shared.http.inputs import Code, Name, PublicText


class ItemBody(EntryBody):
    category_code: Code
    teams: Annotated[
        list[Code],
        Field(min_length=1, max_length=200, description="codes of the teams that offer it"),
    ]
    volunteers_needed: Annotated[int, Field(ge=1, le=100, description="the least for one booth")]
    minutes_per_resident: Annotated[int, Field(ge=1, le=240)]
    mode: Annotated[Mode, Field(description="how it is served")] = "booth"
    residents_per_volunteer: Annotated[
        int | None,
        Field(ge=1, le=1000, description="one volunteer more for so many residents expected"),
    ] = None
    notice_days: Annotated[
        int, Field(ge=0, le=90, description="how many days before the service it is ordered")
    ] = 0
    weekly_capacity: Annotated[
        int | None, Field(ge=1, le=1000, description="at most so many times from Monday to Sunday")
    ] = None
    township_provides: Annotated[
        list[Provision],
        Field(
            default_factory=list,
            max_length=len(PROVISIONS),
            description="what the township has at the place",
        ),
    ]
    qualification: Annotated[
        Name | None, Field(description="what each volunteer at it must hold")
    ] = None
    risks: Annotated[
        PublicText | None, Field(description="what may happen to volunteers, as they are told")
    ] = None
    adults_only: Annotated[bool, Field(description="minors do not serve at it")] = False
    agreement_needed: Annotated[
        bool, Field(description="volunteers at it have a written agreement")
    ] = False


class ItemAnswer(EntryAnswer):
    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int
    mode: Mode
    residents_per_volunteer: int | None
    notice_days: int
    weekly_capacity: int | None
    township_provides: list[Provision]
    qualification: str | None
    risks: str | None
    adults_only: bool
    agreement_needed: bool
    picture: Annotated[str | None, Field(description="of `/open/pictures/{picture_id}`")]
