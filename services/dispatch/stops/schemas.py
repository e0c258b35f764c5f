"""HTTP bodies and answers about stops and assignments."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.stops.domain.stop import Queue, Report
from shared.http.inputs import Answer, Body, Key, Text
from shared.kernel.errors import InvalidInput

Count = Annotated[int, Field(ge=0, le=1_000_000)]

Doubt = Literal[
    "figures_unlikely",
    "fewer_than_tickets",
    "queue_unlikely",
    "leaflets_unlikely",
    "more_follow_ups_than_served",
]


class PointAnswer(Answer):
    lat: float
    lon: float


class AssignmentAnswer(Answer):
    id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    team_name: str
    team_name_en: str
    township_code: str | None = Field(
        description="the township for which it counts, where that is not the stop's"
    )
    volunteers: int
    expected_attendance: int | None = Field(description="residents, as the township expects")
    state: Literal["proposed", "offered", "accepted", "declined", "released", "done"]
    reason_code: str | None
    reason: str | None
    served: int | None
    leaflets: int | None
    follow_ups: int | None
    arrived: int | None = Field(
        description="residents who came, served or not; null where nobody looked at the queue"
    )
    longest_queue: int | None = Field(description="the most who waited at once")
    mean_wait_minutes: int | None
    queue_state: Literal["open", "ended"] | None = Field(
        description="whether residents draw tickets for the booth; its tickets then say how long the queue was"
    )
    doubts: list[Doubt] = Field(
        description="what made its figures hard to believe; they were confirmed all the same"
    )
    figures_state: Literal["doubted", "accepted"] | None = Field(
        description="whether the corps has looked at such figures and accepted them; null where nothing was odd"
    )
    told_at: datetime | None
    told_problem: str | None


class DutyAnswer(Answer):
    """An assignment as its team sees it: with where and when."""

    id: str
    stop_id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    volunteers: int
    state: str
    township_code: str
    place: str
    on: date
    part: Literal["morning", "afternoon"]


class PostponedAnswer(Answer):
    """Where a stop was before it moved, and why it did."""

    on: date
    part: Literal["morning", "afternoon"]
    reason_code: str | None = None
    reason: str | None


class OtherDayAnswer(Answer):
    """What a party asks for: one of ``days``, or any other day where there are none. Its words are for the corps and
    for itself."""

    days: list[date]
    reason_code: str
    reason: str | None


class PartyAnswer(Answer):
    """What a party says about the stop's half-day: the team ``team_code``, or the township where that is null."""

    team_code: str | None
    team_name: str | None
    team_name_en: str | None
    state: Literal["waiting", "confirmed", "another_day"]
    answer_by: date | None = Field(
        description="until when it is to answer; null where nobody asked"
    )
    is_late: bool = Field(description="it has not answered, and its last day is over")
    answered_on: date | None = Field(description="when the township answered")
    other_day: OtherDayAnswer | None


class DayKeptAnswer(Answer):
    """When and why the corps left the stop on its day, though somebody asked for another."""

    on: date
    reason_code: str
    reason: str | None


class ConfirmationAnswer(Answer):
    """Whether both sides say that the half-day suits them: first the township, then each team that is expected."""

    state: Literal["waiting", "confirmed", "another_day"]
    parties: list[PartyAnswer]
    day_kept: DayKeptAnswer | None


class StopAnswer(Answer):
    id: str
    plan_id: str
    position: int
    township_code: str
    township_name: str
    township_name_en: str
    place: str
    point: PointAnswer
    on: date
    part: Literal["morning", "afternoon"]
    days_ahead: int = Field(
        description="from the business day to the stop's: 0 today, negative once it has passed"
    )
    state: Literal["proposed", "planned", "under_way", "completed", "cancelled"]
    reason_code: str | None
    reason: str | None
    postponed_from: PostponedAnswer | None
    off_day_reason: str | None
    report_until: date = Field(description="the last day on which teams report their booths")
    is_report_late: bool
    is_term_certain: bool = Field(
        description="false where the holidays of that time are not known: counted by weekdays"
    )
    confirmation: ConfirmationAnswer
    assignments: list[AssignmentAnswer]


class StopLinkAnswer(Answer):
    """A link for residents, e.g. to be printed as a code. ``url`` is its whole address; it is null where
    the residents' pages have none of their own, and ``path`` is then to be opened at this system's."""

    path: str
    url: str | None
    expires_at: datetime


class PublicBoothAnswer(Answer):
    item_name: str
    item_name_en: str
    team_name: str
    team_name_en: str


class PublicStopAnswer(Answer):
    """A stop as residents see it."""

    township_name: str
    township_name_en: str
    place: str
    point: PointAnswer
    on: date
    part: Literal["morning", "afternoon"]
    state: Literal["planned", "under_way", "completed", "cancelled"]
    booths: list[PublicBoothAnswer]


class QueueBody(Body):
    """What was seen of the queue at a booth."""

    longest: Annotated[int, Field(ge=0, le=10_000, description="the most who waited at once")]
    mean_wait_minutes: Annotated[
        int, Field(ge=0, le=480, description="how long one waited in the mean, about")
    ]
    turned_away: Annotated[
        int, Field(ge=0, le=10_000, description="how many left without being served")
    ] = 0


class FiguresBody(Body):
    """The figures that were looked at, so that nobody accepts others unseen."""

    served: Count
    leaflets: Count
    follow_ups: Count

    def figures(self) -> Report:
        return Report(self.served, self.leaflets, self.follow_ups)


class BoothReportBody(Body):
    assignment_id: Key
    served: Count
    leaflets: Count = 0
    follow_ups: Count = 0
    queue: QueueBody | None = None

    def report(self) -> Report:
        queue = Queue(**self.queue.model_dump()) if self.queue is not None else None
        return Report(self.served, self.leaflets, self.follow_ups, queue)


class OffDayBody(Body):
    """``off_day_reason`` is a coordinator's, for a stop that is entered on another day than its own."""

    off_day_reason: Text | None = None


class ReportsBody(OffDayBody):
    """A leader reports the booths of the own team, a coordinator any."""

    booths: Annotated[list[BoothReportBody], Field(min_length=1, max_length=200)]

    def reports(self) -> dict[str, Report]:
        """By assignment id. :raises InvalidInput: a booth is reported twice; names the second."""
        reports: dict[str, Report] = {}
        for number, booth in enumerate(self.booths):
            if booth.assignment_id in reports:
                raise InvalidInput("booth_reported_twice", field=f"booths[{number}].assignment_id")
            reports[booth.assignment_id] = booth.report()
        return reports
