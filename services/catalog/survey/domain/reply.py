"""What a team answers in the survey of an edition."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar, Literal, get_args

from services.catalog.editions.domain import Edition
from services.catalog.items.domain import Provision, ServiceItem, refuse_repeated
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Conflict, InvalidInput

HalfDay = Literal[
    "monday_morning",
    "monday_afternoon",
    "tuesday_morning",
    "tuesday_afternoon",
    "wednesday_morning",
    "wednesday_afternoon",
    "thursday_morning",
    "thursday_afternoon",
    "friday_morning",
    "friday_afternoon",
    "saturday_morning",
    "saturday_afternoon",
    "sunday_morning",
    "sunday_afternoon",
]
"""A half-day of each week."""
HALF_DAYS: tuple[HalfDay, ...] = get_args(HalfDay)

REMINDED_BEFORE = timedelta(days=2)
"""How long before the last day a team that has not answered is reminded."""


@dataclass(eq=False, kw_only=True)
class SurveyLine:
    """What a team says about one item; changed through its reply only.

    Of an item that it does not offer, only ``remark`` is kept. ``times_a_week`` is how often it can come from Monday
    to Sunday, ``volunteers`` how many it sends to a booth; None: it does not say. ``said_on`` is the day of its last
    change.
    """

    CONTENT: ClassVar[tuple[str, ...]] = (
        "item_code",
        "offers",
        "times_a_week",
        "volunteers",
        "not_on",
        "not_on_words",
        "township_provides",
        "remark",
    )

    item_code: str
    offers: bool
    times_a_week: int | None = None
    volunteers: int | None = None
    not_on: list[HalfDay] = field(default_factory=list)
    not_on_words: str | None = None
    township_provides: list[Provision] = field(default_factory=list)
    remark: str | None = None
    said_on: date

    def __post_init__(self) -> None:
        refuse_repeated("not_on", self.not_on)
        refuse_repeated("township_provides", self.township_provides)
        if not self.offers:
            self.times_a_week = self.volunteers = self.not_on_words = None
            self.not_on, self.township_provides = [], []

    def content(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.CONTENT}


@dataclass(eq=False, kw_only=True)
class SurveyReply(Aggregate):
    """A team's answers in the survey of one edition; they count once it has sent them.

    ``reminded_for`` and ``overdue_for`` are the last days for which it was reminded, and told that it is late.
    """

    kind: ClassVar[str] = "survey_reply"
    CONTENT: ClassVar[tuple[str, ...]] = ("lines",)

    id: str
    edition_code: str
    team_code: str
    lines: list[SurveyLine] = field(default_factory=list)
    sent_on: date | None = None
    changes: int = 0
    """Of its lines, each of which makes a new version of the reply."""
    reminded_for: date | None = None
    overdue_for: date | None = None

    @property
    def key(self) -> str:
        return self.id

    def content(self) -> dict[str, object]:
        return {"lines": [line.content() for line in self.lines]}

    def answer(self, wanted: Sequence[SurveyLine]) -> None:
        """Replaces its answers by these. One that says what it said before keeps its day.

        :raises InvalidInput: an item stands twice.
        """
        refuse_repeated("lines", [line.item_code for line in wanted])
        known = {line.item_code: line for line in self.lines}
        lines = []
        for line in wanted:
            before = known.get(line.item_code)
            if before is not None and before.content() != line.content():
                for name, value in (line.content() | {"said_on": line.said_on}).items():
                    setattr(before, name, value)
            lines.append(before or line)
        self.lines = sorted(lines, key=lambda line: line.item_code)
        self.changes += 1

    def send(self, asked: Collection[str], *, today: date) -> None:
        """Hands in the answers; ``asked`` are the items that it has to say something about.

        :raises InvalidInput: it says nothing about one of them; names all such items.
        """
        if unsaid := self.unsaid(asked):
            raise InvalidInput("questions_open", field="lines", codes=", ".join(unsaid))
        self.sent_on = self.sent_on or today

    def take_in(self, other: "SurveyReply") -> None:
        """The other one's team was this one's double. What this one says counts; of items that it says nothing about,
        what the other said. Where only the other was sent, the other counts throughout."""
        others_first = other.sent_on is not None and self.sent_on is None
        mine = {line.item_code: line for line in self.lines}
        theirs = {line.item_code: replace(line) for line in other.lines}
        said = mine | theirs if others_first else theirs | mine
        self.answer(list(said.values()))
        self.sent_on = self.sent_on or other.sent_on

    def unsaid(self, asked: Collection[str]) -> list[str]:
        """Returns the codes of those items that it says nothing about."""
        said = {line.item_code for line in self.lines}
        return [code for code in asked if code not in said]

    def is_answered(self, asked: Collection[str]) -> bool:
        """Whether it was sent, and says something about each item that is asked now."""
        return self.sent_on is not None and not self.unsaid(asked)

    def is_late(self, until: date | None, lines: Sequence[SurveyLine]) -> bool:
        """Whether any of these ``lines`` was said, or all of them first sent, after the last day."""
        if until is None or self.sent_on is None:
            return False
        return max([self.sent_on, *(line.said_on for line in lines)]) > until

    def due_notice(self, until: date, *, today: date) -> Literal["reminder", "overdue"] | None:
        """Returns what a team that has not answered is to be told today, and has not been told for this last day."""
        if today > until:
            return "overdue" if self.overdue_for != until else None
        if today >= until - REMINDED_BEFORE and self.reminded_for != until:
            return "reminder"
        return None


def require_items(edition: Edition, lines: Sequence[SurveyLine]) -> None:
    """:raises InvalidInput: an answer is about an item that is not in the edition; names all such items."""
    codes = {line.item_code for line in lines} - set(edition.item_codes)
    if codes:
        raise InvalidInput("not_in_edition", field="lines", codes=", ".join(sorted(codes)))


def require_open(edition: Edition) -> None:
    """:raises Conflict: the teams are not being asked about this edition."""
    if edition.state != "survey":
        raise Conflict("survey_not_open", field="edition_code", title=edition.title)


def asked_of(team_code: str, items: Sequence[ServiceItem]) -> list[str]:
    """Returns the codes of the items that a team has to answer for: those that name it."""
    return [item.code for item in items if team_code in item.teams]
