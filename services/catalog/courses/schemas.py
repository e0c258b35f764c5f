"""HTTP bodies and answers about courses, places in them, and tests."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from services.catalog.courses.domain.attempt import EndedBy
from services.catalog.courses.domain.course import MOST_SESSIONS, CancelReason, CourseState
from services.catalog.courses.domain.enrolment import (
    MOST_AT_ONCE,
    By,
    EnrolmentState,
    WithdrawalReason,
)
from services.catalog.courses.domain.question import MOST_OPTIONS, QuestionKind
from services.catalog.courses.queries.courses import CourseView, EnrolmentView
from services.catalog.courses.queries.sittings import AttemptView, Figures
from shared.http.cell_faults import FaultAnswer
from shared.http.inputs import (
    Answer,
    Body,
    Day,
    Key,
    Moment,
    Name,
    PublicText,
    ReasonBody,
    Typed,
)

TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
TimeOfDay = Annotated[str, StringConstraints(pattern=TIME), Typed]
Number = Annotated[str, StringConstraints(pattern=r"^V-[0-9]{6,12}$"), Typed]
"""A volunteer's public number."""
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Typed]
Known = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
"""A name that is there already: of a topic of the course, or of a qualification."""


class SessionBody(Body):
    """``session_id`` is that of a session that is there already."""

    session_id: Key | None = None
    on: Day
    starts: TimeOfDay
    ends: TimeOfDay
    place: Name
    topic: Known | None = None


class DrawBody(Body):
    topic: Known
    questions: Annotated[int, Field(ge=1, le=100)]


class TestBody(Body):
    __test__ = False

    name: Name
    opens_at: Moment
    closes_at: Moment
    minutes: Annotated[int, Field(ge=1, le=300)]
    draw: Annotated[list[DrawBody], Field(min_length=1, max_length=20)]
    points_each: Annotated[int, Field(ge=1, le=100)]
    pass_points: Annotated[int, Field(ge=1, le=10_000)]


class CourseBody(Body):
    name: Name
    name_en: Name
    organiser: Name
    outline: Annotated[PublicText, Field(description="its main content")]
    topics: Annotated[list[Name], Field(min_length=1, max_length=20)]
    sessions: Annotated[list[SessionBody], Field(min_length=1, max_length=MOST_SESSIONS)]
    capacity: Annotated[int, Field(ge=1, le=5000)]
    enrol_until: Day
    qualification: Annotated[
        Known | None, Field(description="what whoever passes may do, as service items call it")
    ] = None
    valid_months: Annotated[int | None, Field(ge=1, le=600)] = None
    test: TestBody | None = None

    def said(self) -> Mapping[str, Any]:
        said = self.model_dump()
        for each in said["sessions"]:
            for name in ("starts", "ends"):
                each[name] = time.fromisoformat(each[name])
        return said


class CancelBody(ReasonBody):
    reason_code: CancelReason


class EnrolBody(Body):
    volunteer_nos: Annotated[list[Number], Field(min_length=1, max_length=MOST_AT_ONCE)]


class LeaveBody(ReasonBody):
    reason_code: Literal["own_wish", "other_duty", "entered_wrongly", "other"]


class CheckInBody(Body):
    code: Code
    at: Annotated[Moment | None, Field(description="when it was scanned; now by default")] = None


class AttendanceBody(Body):
    present: Annotated[list[Number], Field(default_factory=list, max_length=500)]
    absent: Annotated[list[Number], Field(default_factory=list, max_length=500)]


class ChosenBody(Body):
    chosen: Annotated[
        list[Annotated[int, Field(ge=0, lt=MOST_OPTIONS)]],
        Field(max_length=MOST_OPTIONS, description="places of options on the paper, from 0"),
    ]


class CertificateWithdrawalBody(ReasonBody):
    reason_code: WithdrawalReason


class AttendanceAnswer(Answer):
    """What was noted."""

    present: list[str]
    absent: list[str]


class SessionAnswer(Answer):
    id: str
    on: date
    starts: str
    ends: str
    place: str
    topic: str | None


class DrawAnswer(Answer):
    topic: str
    questions: int


class TestAnswer(Answer):
    __test__ = False

    name: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    draw: list[DrawAnswer]
    points_each: int
    pass_points: int
    is_open: bool


class CountsAnswer(Answer):
    enrolled: int
    waiting: int
    passed: int


class MaterialAnswer(Answer):
    id: str
    name: str
    media_type: str
    size: int
    made_at: datetime


class OwnAnswer(Answer):
    """The reader's own place. ``ahead`` wait in front of it."""

    id: str
    state: EnrolmentState
    ahead: int | None
    attended: list[str]
    attempts: int
    passed_on: date | None
    points: int | None
    certificate_no: str | None
    certificate_url: Annotated[
        str | None, Field(description="where anybody verifies it; with one course only")
    ] = None


class CourseAnswer(Answer):
    id: str
    name: str
    name_en: str
    organiser: str
    outline: str
    topics: list[str]
    sessions: list[SessionAnswer]
    capacity: int
    enrol_until: date
    qualification: str | None
    valid_months: int | None
    test: TestAnswer | None
    state: CourseState
    reason_code: CancelReason | None
    reason: Annotated[str | None, Field(description="words to it; for the corps")]
    counts: CountsAnswer
    own: OwnAnswer | None
    questions: Annotated[dict[str, int], Field(description="in the bank, by topic; for the corps")]
    materials: list[MaterialAnswer]

    @classmethod
    def of(cls, view: CourseView) -> "CourseAnswer":
        found, rules, own = view.course, view.course.rules, view.own
        said = {
            name: getattr(found, name)
            for name in (
                *("id", "name", "name_en", "organiser", "outline", "topics", "capacity"),
                *("enrol_until", "qualification", "valid_months", "state", "reason_code"),
            )
        }
        test = None
        if rules is not None:
            draw = [DrawAnswer(topic=name, questions=count) for name, count in rules.draw.items()]
            test = TestAnswer(**rules.stored() | {"draw": draw}, is_open=view.test_is_open)
        place = None
        if own is not None:
            place = OwnAnswer(
                id=own.id,
                state=own.state,
                ahead=view.ahead,
                attended=list(view.attended),
                attempts=view.attempts,
                passed_on=own.passed_on,
                points=own.points,
                certificate_no=own.certificate_no,
            )
        return cls(
            **said,
            reason=view.words,
            sessions=[SessionAnswer(**each.stored()) for each in found.held],
            test=test,
            counts=CountsAnswer.model_validate(view.counts),
            own=place,
            questions=dict(view.questions),
            materials=[MaterialAnswer.model_validate(each) for each in view.materials],
        )


class AttemptSummary(Answer):
    """How an attempt went; its questions are its trainee's alone."""

    id: str
    turn: int
    state: Literal["running", "ended"]
    begun_at: datetime
    ended_at: datetime | None
    points: int | None
    most_points: int
    passed: bool | None


class EnrolmentAnswer(Answer):
    """``name`` is there where the reader may know it; ``attended`` are sessions."""

    id: str
    course_id: str
    volunteer_no: str
    name: str | None
    team_code: str | None
    state: EnrolmentState
    by: By
    since: datetime
    ahead: int | None
    reason_code: str | None
    reason: str | None
    attended: list[str]
    attempts: list[AttemptSummary]
    points: int | None
    passed_on: date | None
    certificate_no: str | None
    withdrawn_on: Annotated[date | None, Field(description="when the certificate was withdrawn")]
    withdrawal_code: WithdrawalReason | None

    @classmethod
    def of(cls, view: EnrolmentView) -> "EnrolmentAnswer":
        found = view.enrolment
        said = {
            name: getattr(found, name)
            for name in (
                *("id", "course_id", "volunteer_no", "state", "by", "since", "reason_code"),
                *("reason", "passed_on", "certificate_no", "withdrawn_on", "withdrawal_code"),
            )
        }
        ended = [each.points for each in view.attempts if each.points is not None]
        return cls(
            **said,
            name=view.name,
            team_code=view.team_code,
            ahead=view.ahead,
            attended=list(view.attended),
            attempts=[AttemptSummary.model_validate(each) for each in view.attempts],
            points=max(ended, default=None),
        )


class CodeAnswer(Answer):
    """What makes the codes of a session: its screen shows a new one each ``step_seconds``."""

    secret: str
    step_seconds: int
    now: datetime


class PaperQuestion(Answer):
    """A question on a paper. ``is_right`` is there once the attempt has ended; ``right`` and ``explanation`` once the
    trainee has no further attempt."""

    number: int
    topic: str
    kind: QuestionKind
    text: str
    options: list[str]
    chosen: list[int]
    is_right: bool | None
    right: list[int] | None
    explanation: str | None


class AttemptAnswer(Answer):
    id: str
    course_id: str
    name: str
    name_en: str
    turn: int
    state: Literal["running", "ended"]
    begun_at: datetime
    seconds_left: int
    ended_at: datetime | None
    ended_by: EndedBy | None
    points: int | None
    most_points: int
    pass_points: int
    passed: bool | None
    may_repeat: bool
    questions: list[PaperQuestion]

    @classmethod
    def of(cls, view: AttemptView) -> "AttemptAnswer":
        found = view.attempt
        said = {
            name: getattr(found, name)
            for name in (
                *("id", "course_id", "turn", "state", "begun_at", "ended_at", "ended_by"),
                *("points", "most_points", "pass_points", "passed"),
            )
        }
        questions = [
            PaperQuestion(
                number=number,
                topic=each.topic,
                kind=each.kind,
                text=each.text,
                options=list(each.options),
                chosen=view.answers.get(number, []),
                is_right=None if found.right is None else number in found.right,
                right=list(each.right) if view.shows_right else None,
                explanation=each.explanation if view.shows_right else None,
            )
            for number, each in enumerate(found.questions, 1)
        ]
        return cls(
            **said,
            name=view.name,
            name_en=view.name_en,
            seconds_left=view.seconds_left,
            may_repeat=view.may_repeat,
            questions=questions,
        )


class SavedAnswer(Answer):
    number: int
    chosen: list[int]
    seconds_left: int


class BankQuestionAnswer(Answer):
    """A question of the bank, for the corps: how often it was drawn, and answered right."""

    number: int
    topic: str
    kind: QuestionKind
    text: str
    options: list[str]
    right: list[int]
    explanation: str | None
    drawn: int
    answered_right: int

    @classmethod
    def of(cls, found: Figures) -> "BankQuestionAnswer":
        question = found.question
        return cls(
            number=question.number,
            topic=question.topic,
            kind=question.kind,
            text=question.text,
            options=list(question.options),
            right=list(question.right),
            explanation=question.explanation,
            drawn=found.drawn,
            answered_right=found.right,
        )


class FaultyRow(Answer):
    row: int
    faults: list[FaultAnswer]


class QuestionTableAnswer(Answer):
    """What a table does to the bank; where a row has a fault, nothing is kept."""

    kept: bool
    new: int
    changed: int
    unchanged: int
    faulty: int
    rows: list[FaultyRow]


class TrainingAnswer(Answer):
    """A record of training (Order 67, Art. 8)."""

    enrolment_id: str
    course_id: str
    volunteer_no: str
    name: str
    name_en: str
    outline: str
    minutes: int
    organiser: str
    first_on: date
    last_on: date
    passed_on: date | None
    certificate_no: str | None
    withdrawn_on: date | None
