"""An attempt at a test: its paper, its end, and what it came to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from services.catalog.courses.domain.question import Drawn
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

EndedBy = Literal["hand", "time"]


@dataclass(eq=False, kw_only=True)
class Attempt(Aggregate):
    """A trainee's first or second try. ``paper`` is kept as it was drawn, so that a later change of the bank changes no
    mark. ``begun_at`` and ``ended_at`` are business time; ``due_at`` is real time, as the seconds of a test are."""

    kind: ClassVar[str] = "test_attempt"
    STEPS: ClassVar[Steps] = {"running": ("answer", "end"), "ended": ()}

    id: str
    course_id: str
    enrolment_id: str
    volunteer_no: str
    turn: int
    seed: str
    paper: list[dict[str, Any]]
    begun_at: datetime
    due_at: datetime
    closes_at: datetime
    points_each: int
    pass_points: int
    state: Literal["running", "ended"] = "running"
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    right: list[int] | None = None
    points: int | None = None
    passed: bool | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def questions(self) -> list[Drawn]:
        return [Drawn.of(each) for each in self.paper]

    @property
    def most_points(self) -> int:
        return len(self.paper) * self.points_each

    def is_over(self, now: datetime, business_now: datetime) -> bool:
        """Whether its time is over, or the test's: both decide, whoever looks first."""
        return self.state == "ended" or now >= self.due_at or business_now >= self.closes_at

    def seconds_left(self, now: datetime) -> int:
        return 0 if self.state == "ended" else max(0, int((self.due_at - now).total_seconds()))

    def require_answer(self, number: int, chosen: Collection[int]) -> None:
        """:raises InvalidInput: there is no such question or choice, or it has one answer only."""
        if not 1 <= number <= len(self.paper):
            raise InvalidInput("no_such_question", field="number", most=len(self.paper))
        question = self.questions[number - 1]
        if any(not 0 <= each < question.choices for each in chosen):
            raise InvalidInput("no_such_choice", field="chosen")
        if len(set(chosen)) > 1 and question.kind != "multiple":
            raise InvalidInput("one_choice_only", field="chosen")

    def end(
        self, answers: Mapping[int, Sequence[int]], by: EndedBy, at: datetime, *, counts: bool
    ) -> None:
        """Marks what was saved; ``answers`` are by the number on the paper, from 1. Where nothing ``counts``, for the
        course was called off, the test is neither passed nor failed."""
        self.require("end", self.state)
        self.right = [
            number
            for number, question in enumerate(self.questions, 1)
            if question.is_right(answers.get(number, ()))
        ]
        self.points = len(self.right) * self.points_each
        self.passed = self.points >= self.pass_points if counts else None
        self.state, self.ended_by, self.ended_at = "ended", by, at
