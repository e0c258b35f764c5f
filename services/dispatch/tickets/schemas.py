"""HTTP bodies and answers about queues and tickets, for stewards."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.dispatch.tickets.domain.lease import Done, Outcome
from services.dispatch.tickets.domain.queue import (
    BEHIND_RETURNED,
    CALLED_AGAIN_AFTER,
    MOST_PLACES,
    PRIORITY_IN_A_ROW,
    Act,
)
from shared.http.inputs import Answer, Body, Key, Moment, Typed
from shared.http.qr import CodeAnswer

MOST_ROWS = 500
MOST_ENTRIES = 2_000
MOST_NUMBER = 100_000
Place = Annotated[int, Field(ge=1, le=MOST_PLACES, description="counted from 1")]
QueueState = Literal["none", "open", "closed", "ended"]


class OpenQueueBody(Body):
    """``until`` is the time of day, in China, by which all are to be served; by default the half-day's end."""

    places: Annotated[
        int, Field(ge=1, le=MOST_PLACES, description="residents who are served at once")
    ]
    until: time | None = None


class DrawBody(Body):
    priority: bool = Field(default=False, description="for the old and the disabled")


class NextBody(Body):
    """``finished`` is the ``calling`` of the ticket that the steward sees at the place, and has served; null where
    there is none. So whoever presses twice calls one."""

    place: Place
    finished: Key | None = None


class SheetRowBody(Body):
    """Times of day, in China; null where nobody was called, or served."""

    drawn_at: time
    called_at: time | None = None
    served_at: time | None = None


class SheetBody(Body):
    rows: Annotated[list[SheetRowBody], Field(min_length=1, max_length=MOST_ROWS)]


class ActBody(Body):
    act: Act


class TicketAnswer(Answer):
    id: str
    name: str = Field(description="as it is called out and shown, e.g. A007")
    state: Literal["waiting", "called", "serving", "served", "missed", "left", "unserved"]
    place: int | None
    priority: bool
    came_by: Literal["page", "steward", "sheet"]
    calls: int
    calling: str = Field(description="what finished of the next call names")
    drawn_at: datetime
    called_at: datetime | None


class WaitAnswer(Answer):
    """In minutes; one in twenty waits less than ``early``, and one in twenty more than ``late``."""

    early: float
    expected: float
    late: float


class QueueAnswer(Answer):
    """A booth's queue as its steward sees it."""

    assignment_id: str
    stop_id: str
    item_name: str
    item_name_en: str
    team_name: str
    team_name_en: str
    place: str
    on: date
    part: Literal["morning", "afternoon"]
    stop_state: Literal["proposed", "planned", "under_way", "completed", "cancelled"]
    state: QueueState = Field(description="none before it is opened")
    places: int
    ends_at: datetime | None = None
    drawn: int = 0
    waiting: int = 0
    served: int = 0
    unserved: int = 0
    minutes_per_resident: float | None = None
    wait: WaitAnswer | None = Field(default=None, description="of whoever draws now")
    is_full: bool = Field(default=False, description="whoever draws now might not be served")
    letter: str = Field(default="", description="before each number, when it is called out")
    streak: int = Field(default=0, description="priority tickets that were called last in a row")
    leased_at: datetime | None = Field(
        default=None, description="since when one telephone alone calls; null where all may"
    )
    is_away: bool = Field(default=False, description="that telephone may be without a connection")
    at_places: list[TicketAnswer] = Field(default=[], description="who is called or served")
    tickets: list[TicketAnswer] = Field(
        default=[], description="who waits, in the order of their calls; then who missed theirs"
    )


class LeaseBody(Body):
    """``lease`` is the one that this telephone has already, which it keeps while it has numbers to give."""

    lease: Key | None = None


class EntryBody(Body):
    """What a telephone did; see :class:`services.dispatch.tickets.domain.lease.Entry`."""

    seq: Annotated[int, Field(ge=1, description="rises from one to the next")]
    do: Done
    ticket_id: Annotated[str, StringConstraints(min_length=1, max_length=36), Typed]
    at: Annotated[Moment, Field(description="put right by how far the clock is ahead")]
    number: Annotated[int | None, Field(ge=1, le=MOST_NUMBER)] = None
    priority: bool = False
    place: Place | None = None


class JournalBody(Body):
    """Without entries it says that the telephone is connected."""

    entries: list[EntryBody] = Field(default=[], max_length=MOST_ENTRIES)


class OutcomeAnswer(Answer):
    """``void`` is what came after another telephone took over, or after the ticket's fate was known."""

    seq: int
    outcome: Outcome


class LeaseAnswer(Answer):
    """A telephone's right to be the only one that calls at a booth, and what it needs to go on without a connection:
    the queue, the numbers that it may give out, and the rules of the order."""

    lease: str
    next_number: int | None = Field(description="null where all are given out")
    last_number: int
    ended_at: datetime | None = Field(description="when it was given back, or taken over")
    now: datetime
    priority_in_a_row: int = PRIORITY_IN_A_ROW
    behind_returned: int = BEHIND_RETURNED
    again_after_seconds: int = int(CALLED_AGAIN_AFTER.total_seconds())
    outcomes: list[OutcomeAnswer]
    queue: QueueAnswer


class DrawnAnswer(Answer):
    """A ticket that a steward drew, and the address of its page."""

    ticket: TicketAnswer
    url: str


class QueueSignAnswer(Answer):
    """A booth of a stop with its queue, and the address under which residents draw tickets for it."""

    assignment_id: str
    team_code: str
    item_name: str
    item_name_en: str
    state: QueueState
    waiting: int
    url: str
    code: CodeAnswer


class StopQueuesAnswer(Answer):
    """``display_url`` is the page for a display on the wall, which shows the numbers that are called."""

    queues: list[QueueSignAnswer]
    display_url: str


class StaffingAnswer(Answer):
    """A booth to come, and how many volunteers the queues of earlier ones ask for. Waits are in minutes, in the mean:
    ``wait_now`` with as many volunteers as were planned, ``wait_then`` with ``to_volunteers``."""

    line_id: str
    stop_id: str
    item_name: str
    item_name_en: str
    township: str
    township_en: str
    place: str
    on: date
    part: Literal["morning", "afternoon"]
    state: Literal["open", "declined"]
    planned: int = Field(description="volunteers by the plan in force")
    from_volunteers: int
    to_volunteers: int
    needed: int = Field(description="for the wait that is aimed at; more than the team has, maybe")
    wait_now: float
    wait_then: float
    arrivals: int = Field(description="residents who are to be expected")
    minutes_per_resident: float
    queues: int = Field(description="how many queues that was measured at")
    measured_wait: float
    candidate_id: str | None = Field(
        description="the repaired plan, whose changes can be looked at; null until it is made"
    )


class SizedAnswer(Answer):
    proposed: int = Field(description="booths for which more volunteers are proposed, and were not")
