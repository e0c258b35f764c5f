"""Programmes for windows: stages with dates, such as 亮身份 and 作承诺, each of which asks something of every window.

A window gives evidence (text, a link, photos) and hands the stage in; the corps accepts it, or returns it with a
reason. What is not handed in by a stage's last day is overdue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal, TypedDict

from services.catalog.directory.domain import Entry
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput, Words

ProgrammeState = Literal["draft", "running", "ended"]
StageState = Literal["waiting", "handed_in", "accepted", "returned"]
EvidenceForm = Literal["text", "link", "photo"]
StageReturnReason = Literal["evidence_missing", "unclear", "not_done", "other"]
"""Why a stage goes back to a window: something is not shown, can't be made out, or was not done."""

MOST_STAGES = 12
MOST_EVIDENCE = 12
"""Pieces that a window gives for one stage."""


class Stage(TypedDict):
    """What is asked of every window from ``starts_on`` to ``ends_on``, days in ISO 8601, both included. ``forms`` are
    the forms of evidence of which each must be given once at least."""

    name: str
    name_en: str
    asks: str
    asks_en: str
    starts_on: str
    ends_on: str
    forms: list[EvidenceForm]


@dataclass(eq=False, kw_only=True)
class Programme(Entry):
    """Stages for the windows of ``window_codes``. Once it runs, its stages keep their names, their order, and the
    forms of evidence that they ask for; days and words may change."""

    kind: ClassVar[str] = "programme"
    CONTENT: ClassVar[tuple[str, ...]] = (*Entry.CONTENT, "stages", "window_codes")
    STEPS: ClassVar[Steps] = {
        "draft": ("correct", "begin"),
        "running": ("correct", "end"),
        "ended": (),
    }

    stages: list[Stage]
    window_codes: list[str]
    state: ProgrammeState = "draft"

    def __post_init__(self) -> None:
        check_stages(self.stages)

    def change(
        self, *, name: str, name_en: str, stages: list[Stage], window_codes: list[str]
    ) -> bool:
        """Takes over the given content, and returns whether anything is different now.

        :raises IllegalTransition: it has ended. :raises Conflict: it runs, and a stage or a window would go.
        :raises InvalidInput: stages are not possible.
        """
        self.require("correct", self.state)
        check_stages(stages)
        if self.state == "running":
            if [_lasting(each) for each in stages] != [_lasting(each) for each in self.stages]:
                raise Conflict("programme_stages_fixed", field="stages", count=len(self.stages))
            if gone := sorted(set(self.window_codes) - set(window_codes)):
                raise Conflict(
                    "programme_windows_stay", field="window_codes", codes=", ".join(gone)
                )
        return self.correct(name=name, name_en=name_en, stages=stages, window_codes=window_codes)

    def begin(self) -> None:
        """Windows are asked from now on. :raises IllegalTransition: it began before.

        :raises Conflict: no window takes part.
        """
        self.require("begin", self.state)
        if not self.window_codes:
            raise Conflict("programme_without_windows", field="window_codes")
        self.state = "running"

    def end(self) -> None:
        """Nothing more is asked. :raises IllegalTransition: it does not run."""
        self.require("end", self.state)
        self.state = "ended"

    def first_day(self, number: int) -> date:
        """The first day of a stage."""
        return date.fromisoformat(self.stages[number]["starts_on"])

    def last_day(self, number: int) -> date:
        """The last day of a stage, itself included."""
        return date.fromisoformat(self.stages[number]["ends_on"])


@dataclass(eq=False, kw_only=True)
class WindowStage(Aggregate):
    """Where a window stands in one stage of a programme. ``opened_for`` and ``overdue_for`` are the days of the stage
    of which the window's team was told, so that nobody is told twice."""

    kind: ClassVar[str] = "window_stage"
    STEPS: ClassVar[Steps] = {
        "waiting": ("give", "take_back", "hand_in"),
        "handed_in": ("accept", "return"),
        "returned": ("give", "take_back", "hand_in"),
        "accepted": ("return",),
    }

    id: str
    programme_code: str
    window_code: str
    number: int
    state: StageState = "waiting"
    handed_in_at: datetime | None = None
    is_late: bool = False
    reason_code: StageReturnReason | None = None
    reason: str | None = None
    opened_for: date | None = None
    overdue_for: date | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_open(self) -> bool:
        """Whether the window has still to do something."""
        return self.state in ("waiting", "returned")

    def hand_in(
        self, stage: Stage, given: Sequence[EvidenceForm], at: datetime, today: date
    ) -> None:
        """What the stage asks for is given.

        :raises IllegalTransition: it waits for the corps, or is accepted.
        :raises Conflict: the stage has not begun, or a form of evidence is missing; names it.
        """
        self.require("hand_in", self.state)
        require_begun(stage, today)
        if missing := [form for form in stage["forms"] if form not in given]:
            raise Conflict(
                "evidence_missing", field="evidence", forms=Words("choices", tuple(missing))
            )
        self.state, self.handed_in_at = "handed_in", at
        self.is_late = today > date.fromisoformat(stage["ends_on"])
        self.reason_code = self.reason = None

    def accept(self) -> None:
        """:raises IllegalTransition: it does not wait for the corps."""
        self.require("accept", self.state)
        self.state = "accepted"

    def give_back(self, reason_code: StageReturnReason, reason: str | None) -> None:
        """:raises IllegalTransition: the window has not handed it in."""
        self.require("return", self.state)
        self.state, self.reason_code, self.reason = "returned", reason_code, reason

    def due_notice(
        self, starts_on: date, ends_on: date, today: date
    ) -> Literal["opened", "overdue"] | None:
        """What the window's team is to be told today, once for each day that a stage had."""
        if not self.is_open:
            return None
        if today > ends_on:
            return "overdue" if self.overdue_for != ends_on else None
        if starts_on <= today:
            return "opened" if self.opened_for != starts_on else None
        return None


@dataclass(eq=False, kw_only=True)
class Evidence(Aggregate):
    """A piece of what a window shows for a stage: some sentences, a link, or a photo, whose file is kept under
    :attr:`file_key`."""

    kind: ClassVar[str] = "evidence"

    id: str
    stage_id: str
    form: EvidenceForm
    made_at: datetime
    text: str | None = None
    url: str | None = None
    media_type: str | None = None
    size: int | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def file_key(self) -> str:
        return file_key_of(self.id)


FOLDER = "evidence"


def file_key_of(evidence_id: str) -> str:
    """The key of a photo's file."""
    return f"{FOLDER}/{evidence_id}"


def _days(stage: Stage) -> tuple[date, date]:
    return date.fromisoformat(stage["starts_on"]), date.fromisoformat(stage["ends_on"])


def _lasting(stage: Stage) -> tuple[str, list[EvidenceForm]]:
    """What makes a stage this one, whatever else of it is corrected."""
    return stage["name"], sorted(stage["forms"])


def check_stages(stages: Sequence[Stage]) -> None:
    """:raises InvalidInput: there is none, or a stage ends before it begins, or begins before the one in front."""
    if not stages:
        raise InvalidInput("programme_without_stages", field="stages")
    for number, stage in enumerate(stages):
        first, last = _days(stage)
        if last < first:
            raise InvalidInput(
                "days_reversed", field=f"stages[{number}].ends_on", first=first, last=last
            )
        if number and first < (before := _days(stages[number - 1])[0]):
            raise InvalidInput(
                "stages_out_of_order",
                field=f"stages[{number}].starts_on",
                day=first,
                first=before,
            )


def require_begun(stage: Stage, today: date) -> None:
    """:raises Conflict: the stage begins later."""
    if today < (first := date.fromisoformat(stage["starts_on"])):
        raise Conflict("stage_not_begun", first=first, name=stage["name"])
