"""Bodies and answers about opinions on drafts of the menu."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.catalog.consultation.domain import (
    CameBy,
    OpinionState,
    Saying,
    SeenOpinion,
    Speaker,
    Stance,
    grouped,
)
from services.catalog.editions.schemas import MenuItemAnswer
from shared.http.inputs import Answer, Body, Code, Day, Key, Text, TownshipCode
from shared.kernel.errors import InvalidInput

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
    """Who speaks is a township or a team; or neither, where the corps enters what a resident said."""

    township_code: TownshipCode | None = None
    team_code: Code | None = None
    item_code: Annotated[
        Code | None, Field(description="of the draft; without one, on the draft as a whole")
    ] = None
    came_by: Annotated[
        CameBy | None, Field(description="how it reached the corps, which enters it for them")
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
    seen: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f]{16}$")]] | None,
        Field(
            max_length=MOST_AT_ONCE,
            description="the `seen` of each as it was read; one that has changed since refuses all",
        ),
    ] = None

    @model_validator(mode="after")
    def _one_for_each(self) -> Self:
        if self.seen is not None and len(self.seen) != len(self.opinion_ids):
            raise InvalidInput("seen_for_each", field="seen")
        return self


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
    said_on: Annotated[date | None, Field(description="the business day")]
    came_by: Annotated[
        CameBy | None, Field(description="how it reached the corps, which entered it for them")
    ]
    state: OpinionState
    answer: str | None
    answered_at: datetime | None
    answered_on: Annotated[date | None, Field(description="the business day")]
    is_outdated: Annotated[
        bool, Field(description="it was changed after its answer was drafted; for the corps")
    ]
    note: str | None
    seen: Annotated[str | None, Field(description="for the corps: say it when you answer")]


class GivenOpinionAnswer(OpinionAnswer):
    receipt: Annotated[
        str | None,
        Field(
            description="of a resident for whom the corps entered it: opens the answer; shown this once"
        ),
    ]

    @classmethod
    def of(cls, opinion: SeenOpinion, receipt: str | None) -> "GivenOpinionAnswer":
        shown = OpinionAnswer.model_validate(opinion).model_dump()
        return cls(**shown, receipt=grouped(receipt) if receipt is not None else None)


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
