"""Bodies and answers about opinions on drafts of the menu."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.catalog.consultation.domain import OpinionState, Saying, Speaker, Stance
from services.catalog.editions.schemas import MenuItemAnswer
from shared.http.inputs import Answer, Body, Code, Day, Key, Text, TownshipCode

MOST_AT_ONCE = 500


class ConsultationBody(Body):
    until: Annotated[Day, Field(description="the last day on which opinions are taken")]
    residents_may_speak: Annotated[
        bool, Field(description="residents find the draft on their page, and may speak too")
    ] = False


class ChangedOpinionBody(Body):
    stance: Stance
    text: Text


class ResidentOpinionBody(ChangedOpinionBody):
    item_code: Code | None = None


class OpinionBody(ChangedOpinionBody):
    """Who speaks is either a township or a team."""

    township_code: TownshipCode | None = None
    team_code: Code | None = None
    item_code: Annotated[
        Code | None, Field(description="of the draft; without one, on the draft as a whole")
    ] = None

    def as_saying(self) -> Saying:
        return Saying(**self.model_dump())


class AnswersBody(Body):
    """One answer, or one note, for several opinions."""

    opinion_ids: Annotated[list[Key], Field(min_length=1, max_length=MOST_AT_ONCE)]
    answer: Annotated[
        Text | None,
        Field(
            description="a draft until the answers are published; {number} or {编号} in it becomes each"
            " opinion's number"
        ),
    ] = None
    note: Annotated[Text | None, Field(description="for the corps alone")] = None


class ConsultationAnswer(Answer):
    """An edition with its menu as it is now."""

    code: str
    title: str
    effective_on: date
    retires_on: date
    consultation_until: date | None
    residents_may_speak: bool
    is_open: Annotated[bool, Field(description="opinions on it are taken today")]
    menu: list[MenuItemAnswer]


class OpinionAnswer(Answer):
    """An opinion. Who spoke sees ``answer`` once it is published, and never the ``note``."""

    id: str
    edition_code: str
    number: int
    speaker: Speaker
    township_code: str | None
    team_code: str | None
    item_code: str | None
    stance: Stance
    text: str
    said_at: datetime
    state: OpinionState
    answer: str | None
    answered_at: datetime | None
    is_outdated: Annotated[
        bool, Field(description="it was changed after its answer was drafted; for the corps")
    ]
    note: str | None


class AnsweredOpinions(Answer):
    items: list[OpinionAnswer]


class OpinionCountsAnswer(Answer):
    """``drafted`` of the waiting ones have an answer that is ready to be published."""

    total: int
    waiting: int
    drafted: int
    answered: int
    by_stance: dict[Stance, int]
    by_speaker: dict[Speaker, int]


class PublishedAnswers(Answer):
    published: int
    waiting: Annotated[int, Field(description="opinions that still have no answer")]
