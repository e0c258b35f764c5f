"""HTTP bodies and answers of proposed recurring services."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.requests.regularisation.domain.evidence import Evidence
from services.requests.regularisation.domain.proposal import (
    DeclineReason,
    Proposal,
    ProposalState,
    Terms,
)
from services.requests.regularisation.domain.rule import Cadence, gaps, occasions
from shared.http.inputs import Answer, Body, Code, Day, ReasonBody


class ConfirmBody(Body):
    cadence: Cadence
    residents: Annotated[int, Field(ge=1, le=100_000, description="on one occasion")]
    starts_on: Annotated[Day, Field(description="the first day; it repeats on its weekday")]

    def as_terms(self) -> Terms:
        return Terms(**self.model_dump())


class DeclineProposalBody(ReasonBody):
    reason_code: DeclineReason


class HandOnBody(Body):
    team_code: Code


class OrderedAnswer(Answer):
    order_id: str
    stop_id: str | None
    on: date
    residents: int
    state: Literal["served", "scheduled"]


class WaitingAnswer(Answer):
    order_id: str
    since: date
    residents: int


class WishedAnswer(Answer):
    wish_id: str
    number: int
    residents: int
    on: date


class QueuedAnswer(Answer):
    """A half-day on which residents queued for too long; ``arrived`` came, ``served`` of them."""

    stop_id: str
    on: date
    arrived: int
    served: int
    longest: int
    mean_wait_minutes: float


class EvidenceAnswer(Answer):
    """The facts of the twelve months before the day on which it was proposed. ``gaps`` are the days between occasions;
    ``average`` is of ``ratings`` scores from 1 to 5."""

    ordered: list[OrderedAnswer]
    gaps: list[int]
    waiting: list[WaitingAnswer]
    wishes: list[WishedAnswer]
    queues: list[QueuedAnswer]
    ratings: int
    average: float | None

    @classmethod
    def of(cls, evidence: Evidence) -> "EvidenceAnswer":
        average = evidence.ratings.average
        return cls.model_validate(
            {
                "ordered": evidence.ordered,
                "gaps": gaps(occasions(evidence)),
                "waiting": evidence.waiting,
                "wishes": evidence.wishes,
                "queues": evidence.queues,
                "ratings": evidence.ratings.count,
                "average": None if average is None else round(average, 1),
            }
        )


class ListedProposalAnswer(Answer):
    """``cadence`` and ``residents`` are those that were proposed, and once confirmed those that the team took on.
    ``points``: what each kind of evidence weighs."""

    id: str
    township_code: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    cadence: Cadence
    residents: int
    proposed_cadence: Cadence
    proposed_residents: int
    points: dict[str, int]
    proposed_on: date
    due_on: date
    state: ProposalState
    answered_on: date | None
    reason_code: str | None
    reason: str | None
    starts_on: date | None
    series_id: str | None


class ProposalAnswer(ListedProposalAnswer):
    """``first_day``: when it would go on as it was."""

    first_day: date
    from_points: int
    evidence: EvidenceAnswer

    @classmethod
    def of(cls, proposal: Proposal, today: date, from_points: int) -> "ProposalAnswer":
        return cls(
            **ListedProposalAnswer.model_validate(proposal).model_dump(),
            first_day=proposal.first_day(today),
            from_points=from_points,
            evidence=EvidenceAnswer.of(proposal.facts),
        )


class SearchedAnswer(Answer):
    proposed: int
