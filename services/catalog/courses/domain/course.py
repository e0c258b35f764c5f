"""A course: what it is about, when its sessions are, and by which rules its test goes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar, Literal, Self

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

CourseState = Literal["draft", "open", "running", "ended", "cancelled"]
CourseStep = Literal[
    "opened",
    "changed",
    "sessions_changed",
    "closed",
    "reopened",
    "test_opened",
    "ended",
    "cancelled",
]
"""What happened to a course that others know of."""
CancelReason = Literal["too_few", "no_teacher", "no_place", "bad_weather", "other"]
ENROLLING: tuple[CourseState, ...] = ("open", "running")
MOST_SESSIONS = 40


def repeated(topics: Iterable[str]) -> list[str]:
    """Those that stand more than once, each once."""
    return [topic for topic, count in Counter(topics).items() if count > 1]


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of a course on one day. ``topic`` is one of the course's."""

    id: str
    on: date
    starts: time
    ends: time
    place: str
    topic: str | None = None

    @property
    def minutes(self) -> int:
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute

    def stored(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "on": self.on.isoformat(),
            "starts": f"{self.starts:%H:%M}",
            "ends": f"{self.ends:%H:%M}",
            "place": self.place,
            "topic": self.topic,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            id=said["id"],
            on=date.fromisoformat(said["on"]),
            starts=time.fromisoformat(said["starts"]),
            ends=time.fromisoformat(said["ends"]),
            place=said["place"],
            topic=said.get("topic"),
        )


@dataclass(frozen=True, slots=True)
class TestRules:
    """How a course's test goes: from ``opens_at`` until ``closes_at`` in business time, ``minutes`` long in real time.
    Of each topic so many questions are drawn as ``draw`` says; each that is right counts ``points_each``, and
    ``pass_points`` are needed."""

    __test__: ClassVar[bool] = False  # it is no test of pytest's

    name: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    draw: Mapping[str, int]
    points_each: int
    pass_points: int

    @property
    def questions(self) -> int:
        return sum(self.draw.values())

    @property
    def most_points(self) -> int:
        return self.questions * self.points_each

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at

    def stored(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "opens_at": self.opens_at.isoformat(),
            "closes_at": self.closes_at.isoformat(),
            "minutes": self.minutes,
            "draw": dict(self.draw),
            "points_each": self.points_each,
            "pass_points": self.pass_points,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            name=said["name"],
            opens_at=datetime.fromisoformat(said["opens_at"]),
            closes_at=datetime.fromisoformat(said["closes_at"]),
            minutes=said["minutes"],
            draw=said["draw"],
            points_each=said["points_each"],
            pass_points=said["pass_points"],
        )

    def require_sound(self, topics: Sequence[str]) -> None:
        """:raises InvalidInput: it is of another topic than the course, closes before it opens, or nobody can pass."""
        if unknown := sorted(self.draw.keys() - set(topics)):
            raise InvalidInput("test_topic_unknown", field="test", topics=", ".join(unknown))
        if self.closes_at <= self.opens_at:
            raise InvalidInput("test_window_reversed", field="test")
        if not self.questions:
            raise InvalidInput("test_without_questions", field="test")
        if self.pass_points > self.most_points:
            raise InvalidInput(
                "test_not_passable", field="test", needed=self.pass_points, most=self.most_points
            )


@dataclass(eq=False, kw_only=True)
class Course(Aggregate):
    """A course for volunteers. ``qualification`` is what whoever passes the test may do from then on, for
    ``valid_months`` (without end where that is None). ``turns`` counts enrolments, so that the waiting list has an
    order; ``test_told`` says that the trainees know that the test is open."""

    kind: ClassVar[str] = "course"
    CONTENT: ClassVar[tuple[str, ...]] = (
        "name",
        "name_en",
        "organiser",
        "outline",
        "topics",
        "sessions",
        "capacity",
        "enrol_until",
        "qualification",
        "valid_months",
        "test",
    )
    STEPS: ClassVar[Steps] = {
        "draft": ("edit", "open", "cancel"),
        "open": ("edit", "enrol", "close", "cancel"),
        "running": ("edit", "enrol", "reopen", "end", "cancel"),
        "ended": (),
        "cancelled": (),
    }

    id: str
    name: str
    name_en: str
    organiser: str
    outline: str
    topics: list[str]
    sessions: list[dict[str, Any]]
    capacity: int
    enrol_until: date
    qualification: str | None = None
    valid_months: int | None = None
    test: dict[str, Any] | None = None
    state: CourseState = "draft"
    turns: int = 0
    test_told: bool = False
    reason_code: CancelReason | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def held(self) -> list[Session]:
        """Its sessions in the order of time."""
        return sorted(map(Session.of, self.sessions), key=lambda each: (each.on, each.starts))

    @property
    def rules(self) -> TestRules | None:
        return None if self.test is None else TestRules.of(self.test)

    @property
    def first_on(self) -> date:
        return self.held[0].on

    @property
    def last_on(self) -> date:
        return self.held[-1].on

    def session(self, session_id: str) -> Session | None:
        return next((each for each in self.held if each.id == session_id), None)

    def require_sound(self) -> None:
        """:raises InvalidInput: names the field that does not fit the others."""
        if twice := repeated(self.topics):
            raise InvalidInput("topics_repeated", field="topics", topics=", ".join(twice))
        for place, each in enumerate(map(Session.of, self.sessions)):
            if each.ends <= each.starts:
                raise InvalidInput("session_reversed", field=f"sessions[{place}].ends")
            if each.topic is not None and each.topic not in self.topics:
                raise InvalidInput(
                    "session_topic_unknown", field=f"sessions[{place}].topic", topic=each.topic
                )
        if self.enrol_until > self.last_on:
            raise InvalidInput("enrol_after_course", field="enrol_until", last=self.last_on)
        if self.rules is not None:
            self.rules.require_sound(self.topics)

    def open(self) -> None:
        self.require("open", self.state)
        self.state = "open"

    def close(self) -> None:
        """Volunteers enrol themselves no more; the corps still may enrol somebody."""
        self.require("close", self.state)
        self.state = "running"

    def reopen(self) -> None:
        self.require("reopen", self.state)
        self.state = "open"

    def end(self, today: date) -> None:
        """:raises Conflict: a session is still to come."""
        self.require("end", self.state)
        if self.last_on > today:
            raise Conflict("course_not_over", field="state", last=self.last_on, today=today)
        self.state = "ended"

    def cancel(self, reason_code: CancelReason, reason: str | None) -> None:
        self.require("cancel", self.state)
        self.state, self.reason_code, self.reason = "cancelled", reason_code, reason

    def next_turn(self) -> int:
        self.turns += 1
        return self.turns
