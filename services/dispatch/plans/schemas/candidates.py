"""HTTP bodies and answers about candidates."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from services.dispatch.plans.domain.candidate import MOST_STEPS
from shared.http.inputs import Answer, Body, Code, Day

Id = Annotated[str, StringConstraints(min_length=1, max_length=36)]
Part = Literal["morning", "afternoon"]
Revision = Annotated[int, Field(ge=1, le=1_000_000)]
MOST_ITEMS = 200


class LevelAnswer(Answer):
    level: int
    goal: str
    value: float
    more_is_better: bool
    detail: str


class ScoreAnswer(Answer):
    """What a plan is worth: each goal by its rank, and the weighted sum by which plans are compared."""

    objective: float
    lines_served: float
    levels: list[LevelAnswer]


class CandidateAnswer(Answer):
    """``first_on`` and ``last_on`` are the first and last of the ``days`` days on which somebody goes out; null when
    nobody does."""

    id: str
    run_id: str
    campaign_id: str
    campaign_name: str
    campaign_name_en: str
    made_at: datetime
    state: Literal["growing", "kept", "published", "discarded"]
    revision: int
    plan_id: str | None
    score: ScoreAnswer
    lines_unserved: int
    days: int
    first_on: date | None
    last_on: date | None


class LineAnswer(Answer):
    line_id: str
    order_id: str
    township_code: str
    township_name: str
    township_name_en: str
    place: str
    item_code: str
    item_name: str
    item_name_en: str
    priority: int
    wished_on: list[date]
    ruled_out_on: list[date]
    last_served_on: date | None = Field(
        description="when the township last had the item; null where it never had"
    )


class PlaceAnswer(Answer):
    team_code: str
    team_name: str
    team_name_en: str
    on: date
    part: Part
    volunteers: int


class BoothAnswer(LineAnswer, PlaceAnswer):
    pass


class RelaxationAnswer(Answer):
    """The least that would make a place for the line."""

    code: str
    facts: dict[str, Any]
    detail: str


class UnservedLineAnswer(LineAnswer):
    reason: str
    facts: dict[str, Any]
    detail: str
    relaxation: RelaxationAnswer | None


class WholeCandidateAnswer(CandidateAnswer):
    booths: list[BoothAnswer]
    unserved: list[UnservedLineAnswer]


class BrokenRuleAnswer(Answer):
    code: str
    where: str
    facts: dict[str, Any]
    detail: str


class VerdictAnswer(Answer):
    """Whether a plan holds by the rules as they are now; ``score`` is null when it does not."""

    holds: bool
    broken: list[BrokenRuleAnswer]
    score: ScoreAnswer | None


class ChangeAnswer(LineAnswer):
    how: Literal["added", "lost", "moved"]
    before: list[PlaceAnswer]
    after: list[PlaceAnswer]


class TallyAnswer(Answer):
    code: str
    name: str
    name_en: str
    added: int
    lost: int
    moved: int
    days_changed: int


class ComparisonAnswer(Answer):
    """What differs, line by line (go on with ``after=next_after``), and for whom."""

    changes: list[ChangeAnswer]
    next_after: str | None
    townships: list[TallyAnswer]
    teams: list[TallyAnswer]


class CandidatesComparedAnswer(ComparisonAnswer):
    """``difference`` is the other's score less the one's."""

    one: CandidateAnswer
    other: CandidateAnswer
    difference: ScoreAnswer


class StopChangeAnswer(Answer):
    """A stop that is new (``scheduled``), goes on at another half-day (``moved``), or of which nothing is left
    (``cancelled``); ``booths`` is how many it has then, or had."""

    how: Literal["scheduled", "moved", "cancelled"]
    stop_id: str | None
    township_code: str
    township_name: str
    township_name_en: str
    place: str
    was_on: date | None
    was_part: Part | None
    on: date | None
    part: Part | None
    booths: int


class DeadlinesAnswer(Answer):
    """Until when who is asked answers, and what follows if not, in business days: ``within`` so many, ``before_stop``
    at the latest; a reminder so many before, a task of the corps so many after."""

    within: int
    before_stop: int
    reminder: int
    escalation: int


class DiffAnswer(VerdictAnswer, ComparisonAnswer):
    """What publishing changes against what is published. ``changed_lines`` had a booth and lose it or get another;
    ``cost`` is what that is worth in the objective; ``stops`` are those that do not stay where and when they are;
    ``deadlines`` are those of the parties that are asked."""

    deadlines: DeadlinesAnswer
    stops: list[StopChangeAnswer]
    price_of_change: int
    changed_lines: int
    cost: int
    unserved: list[UnservedLineAnswer]


class PlaceStep(Body):
    """The line goes to this team on this half-day, wherever it was before."""

    do: Literal["place"]
    line_id: Id
    team_code: Code
    on: Day
    part: Part


class TakeOutStep(Body):
    """The line is not served."""

    do: Literal["take_out"]
    line_id: Id


Steps = Annotated[
    list[Annotated[PlaceStep | TakeOutStep, Field(discriminator="do")]],
    Field(max_length=MOST_STEPS),
]


class CheckBody(Body):
    """``from_revision``: the steps are made from this earlier revision on, not from the present one."""

    steps: Steps = Field(default_factory=list)
    from_revision: Revision | None = None


class EditBody(CheckBody):
    """``revision`` is the one that was looked at."""

    revision: Revision


class PublishBody(Body):
    """``revision`` is the one whose diff was looked at: it and no other is published."""

    revision: Revision
