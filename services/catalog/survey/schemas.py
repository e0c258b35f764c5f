"""Bodies and answers about surveys."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from services.catalog.editions.domain import EditionState
from services.catalog.items.domain import PROVISIONS, Provision
from services.catalog.items.schemas import ItemBody
from services.catalog.survey.domain.outcome import Outcome, OutcomeState, Verdict
from services.catalog.survey.domain.proposal import DeclineReason, ProposalState, Proposed
from services.catalog.survey.domain.reply import HALF_DAYS, HalfDay, SurveyLine
from services.catalog.survey.queries.surveys import Form, Question, Survey
from shared.http.inputs import Answer, Body, Code, Day, Name, ReasonBody, Text


class UntilBody(Body):
    until: Annotated[Day, Field(description="the last day for answers")]


class LineBody(Body):
    """What a team says about one item; of one that it does not offer, only ``remark`` is kept."""

    item_code: Code
    offers: Annotated[bool, Field(description="whether the team offers it")]
    times_a_week: Annotated[
        int | None, Field(ge=1, le=100, description="how often, from Monday to Sunday")
    ] = None
    volunteers: Annotated[
        int | None, Field(ge=1, le=100, description="how many it sends to a booth")
    ] = None
    not_on: Annotated[
        list[HalfDay],
        Field(
            default_factory=list,
            max_length=len(HALF_DAYS),
            description="the half-days of a week on which it never can",
        ),
    ]
    not_on_words: Annotated[Text | None, Field(description="when else it can't")] = None
    township_provides: Annotated[
        list[Provision],
        Field(
            default_factory=list,
            max_length=len(PROVISIONS),
            description="what the township must have at the place",
        ),
    ]
    remark: Text | None = None

    def as_line(self, today: date) -> SurveyLine:
        """:raises InvalidInput: a half-day, or what a township provides, stands twice."""
        return SurveyLine(**self.model_dump(), said_on=today)


class ReplyBody(Body):
    lines: Annotated[
        list[LineBody], Field(max_length=500, description="one for each item that is answered")
    ]


class SeenBody(Body):
    seen: Annotated[
        str,
        Field(pattern="^[0-9a-f]{16}$", description="the outcome that was read, by its `seen`"),
    ]


class ProposalBody(Body):
    """A new item, as the team would do it."""

    name: Annotated[Name, Field(description="what it would be called on the menu")]
    text: Annotated[Text, Field(description="what residents would get, for whom, what it takes")]
    volunteers: Annotated[
        int | None, Field(ge=1, le=100, description="how many it would send to a booth")
    ] = None
    times_a_week: Annotated[
        int | None, Field(ge=1, le=100, description="how often, from Monday to Sunday")
    ] = None

    def as_proposed(self) -> Proposed:
        return Proposed(**self.model_dump())


class TakeOverProposalBody(ItemBody):
    """The item that is to be entered."""

    code: Code


class DeclineProposalBody(ReasonBody):
    reason_code: DeclineReason


class ProposalAnswer(Answer):
    """``item_code`` is that of the item that it has become, ``reason`` why it has not."""

    id: str
    reply_id: str
    edition_code: str
    team_code: str
    name: str
    text: str
    volunteers: int | None
    times_a_week: int | None
    proposed_on: date
    state: ProposalState
    item_code: str | None
    reason_code: DeclineReason | None
    reason: str | None
    decided_on: date | None


class ReplyAnswer(Answer):
    id: str
    edition_code: str
    team_code: str
    sent_on: date | None


class LineAnswer(Answer):
    offers: bool
    times_a_week: int | None
    volunteers: int | None
    not_on: list[HalfDay]
    not_on_words: str | None
    township_provides: list[Provision]
    remark: str | None
    said_on: date


class ItemNamed(Answer):
    item_code: str
    name: str
    name_en: str


class QuestionAnswer(ItemNamed):
    """``usual`` is what the team said last time (``is_as_last_time``), else what the item says now."""

    is_named: Annotated[
        bool, Field(description="the item names the team, so it has to say something")
    ]
    line: LineAnswer | None
    usual: LineAnswer
    is_as_last_time: bool

    @classmethod
    def of(cls, question: Question) -> "QuestionAnswer":
        item = question.item
        return cls(
            item_code=item.code,
            name=item.name,
            name_en=item.name_en,
            is_named=question.is_named,
            line=LineAnswer.model_validate(question.line) if question.line else None,
            usual=LineAnswer.model_validate(question.usual),
            is_as_last_time=question.is_as_last_time,
        )


class FormAnswer(ReplyAnswer):
    """A team's questions, and what it says. ``others`` are the items of the menu that it might offer as well."""

    title: str
    until_on: date | None
    is_open: Annotated[bool, Field(description="answers are still taken")]
    is_past: Annotated[bool, Field(description="the last day is over; an answer is marked as late")]
    is_answered: bool
    is_late: bool
    questions: list[QuestionAnswer]
    others: list[ItemNamed]
    proposals: Annotated[list[ProposalAnswer], Field(description="new items in its own words")]

    @classmethod
    def of(cls, form: Form) -> "FormAnswer":
        reply, edition = form.reply, form.edition
        return cls(
            id=reply.id,
            edition_code=edition.code,
            team_code=reply.team_code,
            sent_on=reply.sent_on,
            title=edition.title,
            until_on=edition.survey_until,
            is_open=edition.state == "survey",
            is_past=form.is_past,
            is_answered=form.is_answered,
            is_late=form.is_late,
            questions=[QuestionAnswer.of(question) for question in form.questions],
            others=[
                ItemNamed(item_code=item.code, name=item.name, name_en=item.name_en)
                for item in form.others
            ],
            proposals=[ProposalAnswer.model_validate(each) for each in form.proposals],
        )


class AskedAnswer(Answer):
    reply_id: str
    team_code: str
    sent_on: date | None
    is_active: Annotated[bool, Field(description="the team is in the corps")]
    is_answered: bool
    is_late: bool
    asked: Annotated[int, Field(description="how many questions it has to answer")]
    unsaid: Annotated[int, Field(description="how many of them it has not answered")]


class TeamLineAnswer(Answer):
    team_code: str
    line: Annotated[LineAnswer | None, Field(description="null: it has not answered")]
    is_late: bool


Changes = Mapping[str, tuple[object, object]]


class OutcomeAnswer(ItemNamed):
    """What the answers about an item come to; ``changed`` and ``since`` have, by field, what was and what would be."""

    state: OutcomeState
    changed: Annotated[Changes, Field(description="against the item as it is")]
    since: Annotated[Changes, Field(description="against the edition that it is based on")]
    answers: Sequence[TeamLineAnswer]
    verdict: Verdict | None
    decided_on: date | None
    seen: Annotated[str, Field(description="say it when you take over or keep")]

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeAnswer":
        decision = outcome.decision
        return cls(
            item_code=outcome.item.code,
            name=outcome.item.name,
            name_en=outcome.item.name_en,
            state=outcome.state,
            changed=outcome.changed,
            since=outcome.since,
            answers=[TeamLineAnswer.model_validate(each) for each in outcome.answers],
            verdict=decision.verdict if decision else None,
            decided_on=decision.decided_on if decision else None,
            seen=outcome.seen,
        )


class SurveyAnswer(Answer):
    """How the survey of an edition stands."""

    edition_code: str
    title: str
    state: EditionState
    until_on: Annotated[date | None, Field(description="null: the teams were never asked")]
    based_on: str | None
    teams: list[AskedAnswer]
    items: list[OutcomeAnswer]
    proposals: Annotated[list[ProposalAnswer], Field(description="new items in teams' own words")]

    @classmethod
    def of(cls, survey: Survey) -> "SurveyAnswer":
        edition = survey.edition
        return cls(
            edition_code=edition.code,
            title=edition.title,
            state=edition.state,
            until_on=edition.survey_until,
            based_on=edition.based_on,
            teams=[
                AskedAnswer(
                    reply_id=each.reply.id,
                    team_code=each.reply.team_code,
                    sent_on=each.reply.sent_on,
                    is_active=each.is_active,
                    is_answered=each.is_answered,
                    is_late=each.is_late,
                    asked=each.asked,
                    unsaid=each.unsaid,
                )
                for each in survey.teams
            ],
            items=[OutcomeAnswer.of(outcome) for outcome in survey.outcomes],
            proposals=[ProposalAnswer.model_validate(each) for each in survey.proposals],
        )
