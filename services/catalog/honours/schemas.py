"""Bodies and answers about honours and objections."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.catalog.honours.domain import Award, CameBy, EndReason, HonourState
from services.catalog.honours.queries import HonourView
from shared.http.inputs import Answer, Body, Code, Day, Key, Name, PublicText, ReasonBody, Text
from shared.http.links import Link
from shared.http.people import VolunteerNumber


class NominationBody(Body):
    """A model post names ``post_id``, a model of service ``volunteer_no``."""

    award: Award
    window_code: Code
    post_id: Key | None = None
    volunteer_no: VolunteerNumber | None = None
    citation: Annotated[PublicText, Field(description="what the public reads; it names nobody")]
    grounds: Annotated[Text | None, Field(description="for the corps")] = None
    links: Annotated[
        list[Link], Field(default_factory=list, max_length=5, description="where it can be seen")
    ]


class PublicityBody(Body):
    until_on: Annotated[Day, Field(description="the last day for objections, included")]


class AwardBody(Body):
    awarding_body: Name
    expires_on: Day


class EndBody(ReasonBody):
    reason_code: EndReason


class ObjectionBody(Body):
    text: Text
    came_by: Annotated[
        CameBy | None, Field(description="how the corps heard it, where it enters it")
    ] = None


class AnswerBody(Body):
    text: Text
    upheld: Annotated[bool, Field(description="the objection is right")]


class HonourAnswer(Answer):
    """``person`` is the name of whoever agrees to be named in public. ``objections`` wait for an answer."""

    id: str
    award: Award
    window_code: str
    window_name: str
    window_name_en: str
    post_id: str | None
    post_name: str | None
    post_name_en: str | None
    volunteer_no: str | None
    person: str | None
    citation: str
    grounds: str | None
    links: list[str]
    nominated_at: datetime
    state: HonourState
    public_from: date | None
    public_until: date | None
    awarded_on: date | None
    expires_on: date | None
    awarding_body: str | None
    ended_on: date | None
    reason_code: EndReason | None
    reason: str | None
    objections: int

    @classmethod
    def of(cls, view: HonourView, *, in_full: bool) -> "HonourAnswer":
        """Returns the answer about an honour; ``in_full`` with what is for the corps."""
        found = view.honour
        own = {name: getattr(found, name, None) for name in cls.model_fields}
        said = own | {
            "window_name": found.window_code if view.window is None else view.window.name,
            "window_name_en": found.window_code if view.window is None else view.window.name_en,
            "post_name": None if view.post is None else view.post.name,
            "post_name_en": None if view.post is None else view.post.name_en,
            "person": view.person,
            "objections": view.objections if in_full else 0,
        }
        hidden: dict[str, object] = {"grounds": None, "links": [], "reason": None}
        return cls.model_validate(said if in_full else said | hidden)


class AwardAnswer(Answer):
    """What was awarded, when and by whom (Order 67, Art. 9)."""

    award: Award
    window_name: str
    window_name_en: str
    awarded_on: date
    expires_on: date
    awarding_body: str
    state: HonourState

    @classmethod
    def of(cls, view: HonourView) -> "AwardAnswer":
        """Returns the answer about an award."""
        full = HonourAnswer.of(view, in_full=False).model_dump()
        return cls.model_validate({name: full[name] for name in cls.model_fields})


class ObjectionAnswer(Answer):
    id: str
    honour_id: str
    township_code: str | None
    team_code: str | None
    came_by: CameBy | None
    text: str | None
    made_at: datetime
    answer: str | None
    answered_at: datetime | None
    is_upheld: bool
