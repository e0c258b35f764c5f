"""Bodies and answers about programmes, stages and evidence."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.catalog.directory.schemas import EntryAnswer, EntryBody
from services.catalog.programmes.domain import (
    MOST_STAGES,
    Evidence,
    EvidenceForm,
    Programme,
    ProgrammeState,
    Stage,
    StageReturnReason,
    StageState,
)
from services.catalog.programmes.queries import StageView
from shared.http.inputs import Answer, Body, Code, Day, Name, PublicText, ReasonBody, Text
from shared.http.links import Link


class StageBody(Body):
    """What is asked of every window from ``starts_on`` to ``ends_on``, both included."""

    name: Name
    name_en: Name
    asks: PublicText
    asks_en: PublicText
    starts_on: Day
    ends_on: Day
    forms: Annotated[
        list[EvidenceForm],
        Field(default_factory=list, max_length=3, description="each must be given"),
    ]

    def as_stage(self) -> Stage:
        """Returns the stage as the domain has it."""
        return Stage(
            name=self.name,
            name_en=self.name_en,
            asks=self.asks,
            asks_en=self.asks_en,
            starts_on=self.starts_on.isoformat(),
            ends_on=self.ends_on.isoformat(),
            forms=list(dict.fromkeys(self.forms)),
        )


class ProgrammeBody(EntryBody):
    stages: Annotated[list[StageBody], Field(max_length=MOST_STAGES)]
    window_codes: Annotated[list[Code], Field(default_factory=list, max_length=500)]


class StageAnswer(Answer):
    name: str
    name_en: str
    asks: str
    asks_en: str
    starts_on: date
    ends_on: date
    forms: list[EvidenceForm]


class ProgrammeAnswer(EntryAnswer):
    state: ProgrammeState
    stages: list[StageAnswer]
    window_codes: list[str]


class WindowStageAnswer(Answer):
    """Where a window stands in a stage; ``number`` counts stages from 1."""

    id: str
    programme_code: str
    window_code: str
    window_name: str
    window_name_en: str
    number: int
    name: str
    name_en: str
    starts_on: date
    ends_on: date
    state: StageState
    is_late: Annotated[bool, Field(description="it was handed in after the last day")]
    is_overdue: Annotated[bool, Field(description="the last day is over, and nothing is there")]
    handed_in_at: datetime | None

    @classmethod
    def of(cls, view: StageView) -> "WindowStageAnswer":
        """Returns the answer about a window's stage."""
        return cls.model_validate(_facts(view))


class EvidenceAnswer(Answer):
    """``text`` or ``url`` is given; a photo has neither, and is fetched by its id."""

    id: str
    form: EvidenceForm
    made_at: datetime
    text: str | None
    url: str | None


class StageDetailAnswer(WindowStageAnswer):
    programme_name: str
    programme_name_en: str
    asks: str
    asks_en: str
    forms: list[EvidenceForm]
    reason_code: StageReturnReason | None
    reason: str | None
    evidence: list[EvidenceAnswer]

    @classmethod
    def in_full(
        cls, view: StageView, parent: Programme, given: list[Evidence]
    ) -> "StageDetailAnswer":
        """Returns the answer about a window's stage, with what it has given."""
        return cls.model_validate(
            _facts(view)
            | {
                "programme_name": parent.name,
                "programme_name_en": parent.name_en,
                "asks": view.stage["asks"],
                "asks_en": view.stage["asks_en"],
                "forms": view.stage["forms"],
                "reason_code": view.found.reason_code,
                "reason": view.found.reason,
                "evidence": [EvidenceAnswer.model_validate(each) for each in given],
            }
        )


class WordsBody(Body):
    """Some sentences, or the address of a page; one of them."""

    text: Annotated[Text | None, Field(description="what was done")] = None
    url: Annotated[Link | None, Field(description="where it can be seen")] = None


class StageReturnBody(ReasonBody):
    reason_code: StageReturnReason


def _facts(view: StageView) -> dict[str, object]:
    found, stage, window = view.found, view.stage, view.window
    return {
        "id": found.id,
        "programme_code": found.programme_code,
        "window_code": found.window_code,
        "window_name": found.window_code if window is None else window.name,
        "window_name_en": found.window_code if window is None else window.name_en,
        "number": found.number + 1,
        "name": stage["name"],
        "name_en": stage["name_en"],
        "starts_on": stage["starts_on"],
        "ends_on": stage["ends_on"],
        "state": found.state,
        "is_late": found.is_late,
        "is_overdue": view.is_overdue,
        "handed_in_at": found.handed_in_at,
    }
