"""What dispatch publishes: who goes where and when (派单, 接单).

All events about one stop, its booths and its assignments share the stop's stream, so a consumer
sees them in the order in which they happened.
"""

from datetime import date

from shared.contracts.base import DayPart, Event, PersonAnswer, ReasonCode, TownshipCode


class StopEvent(Event, abstract=True):
    """What every event about a stop repeats, so that no consumer has to remember it. ``place`` comes from the
    order, see :class:`shared.contracts.requests.OrderAccepted`."""

    stop_id: str
    plan_id: str
    township_code: TownshipCode
    place: str
    on: date
    part: DayPart


class AssignmentEvent(StopEvent, abstract=True):
    """What every event about one team's booth at a stop repeats."""

    assignment_id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    volunteers: int


class StopScheduled(StopEvent):
    """A stop was published: the ``position``-th of its circuit, from 1."""

    position: int
    revision: int


class StopChanged(StopEvent):
    """A stop moved to another half-day; ``was_on`` and ``was_part`` tell from where."""

    was_on: date
    was_part: DayPart
    reason_code: ReasonCode
    revision: int


class StopCancelled(StopEvent):
    """Nobody is left to be served at this stop."""

    reason_code: ReasonCode


class StopStarted(StopEvent):
    """The teams are there."""


class StopCompleted(StopEvent):
    """The stop is over; totals over its booths."""

    booths: int
    served: int
    leaflets: int
    follow_ups: int


class TeamAssigned(AssignmentEvent):
    """A team was offered a booth by plan revision ``revision``."""

    revision: int


class TeamReleased(AssignmentEvent):
    """A team need not come: the order was cancelled, the stop moved, or the plan changed."""

    reason_code: ReasonCode


class AssignmentAccepted(AssignmentEvent):
    """The team takes the booth."""


class AssignmentDeclined(AssignmentEvent):
    """The team can't. What it said about that is read in dispatch."""

    reason_code: ReasonCode


class BoothReported(AssignmentEvent):
    """What a booth did: residents served, leaflets given, cases to follow up."""

    served: int
    leaflets: int
    follow_ups: int


class LineUnserved(Event):
    """An order line has no place in the plan; ``reason_code`` is one of dispatch's ``unserved.…``."""

    plan_id: str
    order_id: str
    line_id: str
    township_code: TownshipCode
    item_code: str
    item_name: str
    item_name_en: str
    reason_code: ReasonCode
    revision: int


class PlanPublished(Event):
    """A revision of a plan is in force. The counts say how many events of this revision there are
    (``StopScheduled`` or ``StopChanged``, ``TeamAssigned``, ``LineUnserved``), so that a consumer
    that gathers them knows when it has them all."""

    plan_id: str
    campaign_id: str
    revision: int
    starts_on: date
    ends_on: date
    stops: int
    assignments: int
    unserved: int


class PersonDataCollected(PersonAnswer):
    """What this service holds about a volunteer lies ready to be fetched, for some days."""


class PersonDataErased(PersonAnswer):
    """This service holds nothing about a volunteer any more."""
