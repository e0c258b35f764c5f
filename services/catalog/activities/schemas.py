"""Bodies and answers about activities, registrations and photos."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.catalog.activities.domain import (
    MOST_PARTICIPANTS,
    MOST_PARTS,
    By,
    CallOffReason,
    Entered,
    Kind,
    MoveReason,
    PhotoState,
    Signed,
    State,
)
from services.catalog.activities.queries.activities import ActivityView
from services.catalog.activities.queries.photos import PhotoView
from services.catalog.activities.queries.registrations import RegistrationView
from shared.http.inputs import Answer, Body, Code, Day, Name, ReasonBody, Typed

ClockTime = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Typed,
    Field(description="a time of day, HH:MM"),
]
VolunteerNumber = Annotated[str, StringConstraints(pattern=r"^V-[0-9]{6,12}$"), Typed]
Numbers = Annotated[
    list[VolunteerNumber],
    Field(max_length=MOST_PARTICIPANTS, description="numbers of volunteers"),
]


class PartBody(Body):
    starts_at: ClockTime
    name: Name
    name_en: Name


class ActivityBody(Body):
    name: Name
    name_en: Name
    activity_kind: Kind
    on: Day
    starts_at: ClockTime
    ends_at: ClockTime
    place: Name
    team_code: Annotated[
        Code | None, Field(description="the team that organises it; null: the corps")
    ] = None
    parts: Annotated[list[PartBody], Field(default_factory=list, max_length=MOST_PARTS)]
    capacity: Annotated[
        int | None, Field(ge=1, le=MOST_PARTICIPANTS, description="null: as many as come")
    ] = None
    register_until: Annotated[Day, Field(description="the last day to register")]


class MoveBody(ReasonBody):
    on: Day
    starts_at: ClockTime
    ends_at: ClockTime
    place: Name
    reason_code: MoveReason


class CallOffBody(ReasonBody):
    reason_code: CallOffReason


class PeopleBody(Body):
    volunteer_nos: Annotated[Numbers, Field(min_length=1)]


class AttendanceBody(Body):
    """Whoever is in neither list stays as noted before."""

    present: Annotated[Numbers, Field(default_factory=list)]
    absent: Annotated[Numbers, Field(default_factory=list)]


class MarksBody(Body):
    volunteer_nos: Annotated[
        Numbers, Field(description="who can be recognised in the photo; nobody: an empty list")
    ]


class PartAnswer(Answer):
    starts_at: str
    name: str
    name_en: str


class ActivityAnswer(Answer):
    """``present`` and ``unsaid`` count those of whom it is said that they were there, and those of whom nothing is
    said. ``own`` is what became of the reader's own registration."""

    id: str
    name: str
    name_en: str
    activity_kind: Kind
    on: date
    starts_at: str
    ends_at: str
    place: str
    team_code: str | None
    parts: list[PartAnswer]
    capacity: int | None
    register_until: date
    state: State
    registered: int
    waiting: int
    present: int
    unsaid: int
    participants: int | None
    own: Entered | None
    photo: Annotated[PhotoState, Field(description="whether there is one that the reader sees")]
    was_on: date | None
    was_place: str | None
    held_on: date | None
    reason_code: str | None
    reason: Annotated[str | None, Field(description="in words, for the corps")]

    @classmethod
    def of(cls, view: ActivityView) -> "ActivityAnswer":
        found = view.activity
        counted = {
            "registered": view.registered,
            "waiting": view.waiting,
            "present": view.present,
            "unsaid": view.unsaid,
            "own": view.own,
            "photo": view.photo,
            "reason": view.words,
        }
        said: dict[str, Any] = {
            name: counted[name] if name in counted else getattr(found, name)
            for name in cls.model_fields
        }
        return cls.model_validate(said)


class RegistrationAnswer(Answer):
    volunteer_no: str
    name: Annotated[str | None, Field(description="masked, but for the leader of the own team")]
    team_code: str
    state: Entered
    place_no: Annotated[int, Field(description="those with smaller numbers came first")]
    by: By
    entered_at: datetime
    attended: bool | None
    agrees_to_pictures: bool

    @classmethod
    def of(cls, view: RegistrationView) -> "RegistrationAnswer":
        more = {"name": view.name, "agrees_to_pictures": view.agrees_to_pictures}
        said: dict[str, Any] = {
            name: more[name] if name in more else getattr(view.registration, name)
            for name in cls.model_fields
        }
        return cls.model_validate(said)


class SignedAnswer(Answer):
    """What became of the numbers that were given, and who was moved up from the queue."""

    registered: list[str]
    waiting: list[str]
    moved_up: Annotated[int, Field(description="how many who waited have places now")]
    withdrawn: list[str]

    @classmethod
    def of(cls, signed: Signed) -> "SignedAnswer":
        return cls(
            registered=signed.registered,
            waiting=signed.waiting,
            moved_up=len(signed.moved_up),
            withdrawn=signed.withdrawn,
        )


class AttendanceAnswer(Answer):
    registered: int
    present: int
    unsaid: int


class PhotoAnswer(Answer):
    """``refusing`` are those in it who do not agree (any more) that it is shown."""

    people: list[str] | None
    state: str
    is_shown: bool
    refusing: list[str]
    made_at: datetime

    @classmethod
    def of(cls, view: PhotoView) -> "PhotoAnswer":
        return cls(
            people=view.photo.people,
            state=view.photo.state,
            is_shown=view.is_shown,
            refusing=view.refusing,
            made_at=view.photo.made_at,
        )
