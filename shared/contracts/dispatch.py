"""What dispatch publishes: who goes where and when (派单, 接单).

All events about one stop, its booths and its assignments share the stop's stream, so a consumer
sees them in the order in which they happened.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import (
    DayPart,
    Event,
    PersonAnswer,
    ReasonCode,
    TaskHolderChange,
    TownshipCode,
)

Evidence = Literal["checked", "cosigned", "by_hand"]
ClaimSide = Literal["volunteer", "team"]
ClaimOutcome = Literal["agreed", "disputed", "accepted", "refused"]


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
    """A stop was published: the ``position``-th of its circuit, from 1. Its township is asked to confirm the half-day
    until ``until_on``."""

    position: int
    revision: int
    until_on: date | None = None


class StopChanged(StopEvent):
    """A stop moved to another half-day; ``was_on`` and ``was_part`` tell from where. Its township is asked to confirm
    the new one until ``until_on``."""

    was_on: date
    was_part: DayPart
    reason_code: ReasonCode
    revision: int
    until_on: date | None = None


class StopConfirmed(StopEvent):
    """The township says that the half-day suits it. ``team_codes`` are the teams that it may expect. A team confirms by
    :class:`AssignmentAccepted`."""

    team_codes: tuple[str, ...]


class StopPrepared(StopEvent):
    """All that the township provides at the stop is ready. ``team_codes`` are the teams that are expected."""

    team_codes: tuple[str, ...]


class PreparationReminded(StopEvent):
    """The stop is near, and so many things that the township provides are not ready, as far as it has said."""

    missing: int


class AnotherDayAsked(StopEvent):
    """A party can't be there on the stop's half-day and asks for one of ``days``, or for any other where there are
    none: the team ``team_code``, or the township where that is None."""

    team_code: str | None
    days: tuple[date, ...]
    reason_code: ReasonCode


class AnotherDayDeclined(StopEvent):
    """The corps leaves the stop on its half-day; ``team_code`` had asked for another one, or the township."""

    team_code: str | None
    reason_code: ReasonCode


class ConfirmationReminded(StopEvent):
    """A team, or the township where ``team_code`` is None, has not answered yet, and ``until_on`` is near."""

    team_code: str | None
    until_on: date


class ConfirmationOverdue(StopEvent):
    """A team, or the township where ``team_code`` is None, has not answered until ``until_on``."""

    team_code: str | None
    until_on: date


class StopCancelled(StopEvent):
    """Nobody is left to be served at this stop."""

    reason_code: ReasonCode


class StopStarted(StopEvent):
    """The teams are there."""


class IncidentNoted(StopEvent):
    """Something happened at the stop, of the kind ``reason_code``; what, is read in dispatch. The team ``team_code``
    says so, or the township or the corps where that is None."""

    number: int
    team_code: str | None
    reason_code: ReasonCode


class IncidentClosed(StopEvent):
    """The corps has seen to an incident."""

    number: int
    team_code: str | None
    reason_code: ReasonCode


class StopCompleted(StopEvent):
    """The stop is over; totals over its booths."""

    booths: int
    served: int
    leaflets: int
    follow_ups: int


class TeamAssigned(AssignmentEvent):
    """A team was offered a booth by plan revision ``revision``, and is asked to answer until ``until_on``."""

    revision: int
    until_on: date | None = None


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


class ReportReminded(AssignmentEvent):
    """The team has not said yet what the booth did, and ``until_on`` is near."""

    until_on: date


class ReportOverdue(AssignmentEvent):
    """The team has not said until ``until_on`` what the booth did."""

    until_on: date


class BoothCorrected(AssignmentEvent):
    """What a booth did is this, and not what was said before: the whole of it, with the number of the correction at its
    stop. ``team_code`` is the team that was there; what begins with ``was_`` is what stood until now."""

    correction: int
    served: int
    leaflets: int
    follow_ups: int
    was_team_code: str
    was_served: int
    was_leaflets: int
    was_follow_ups: int
    reason_code: ReasonCode


class BoothCorrectionProposed(AssignmentEvent):
    """The team says that its report was wrong; the corps decides."""

    correction: int
    reason_code: ReasonCode


class BoothCorrectionRefused(AssignmentEvent):
    """The report stays as it is; why is said by ``reason_code``."""

    correction: int
    reason_code: ReasonCode


class RosterChanged(AssignmentEvent):
    """Who stands at a booth, by number; carries the whole roster. ``was_volunteer_nos`` stood there before, on
    ``was_on`` and ``was_part`` where the stop moved; ``standby_nos`` are asked first when one of them drops out. Of
    two events about one booth, the one with the higher
    ``revision`` counts."""

    volunteer_nos: tuple[str, ...]
    was_volunteer_nos: tuple[str, ...]
    standby_nos: tuple[str, ...] = ()
    was_standby_nos: tuple[str, ...] = ()
    was_on: date | None = None
    was_part: DayPart | None = None
    reason_code: ReasonCode
    revision: int


class SubstitutionOffered(AssignmentEvent):
    """``volunteer_no`` can't come, and ``offered_nos`` are asked to stand there instead, until ``until``. ``asked`` is
    how many were asked so far, these included."""

    substitution_id: str
    volunteer_no: str
    offered_nos: tuple[str, ...]
    asked: int
    until: datetime


class SubstitutionOverdue(AssignmentEvent):
    """Nobody took the place of ``volunteer_no`` in time, or nobody could be asked: the team's leader sees to it."""

    substitution_id: str
    volunteer_no: str


class SubstitutionClosed(AssignmentEvent):
    """``by_no`` has taken the place (``taken``), the leader named somebody (``filled``), or nobody is needed there then
    (``void``). ``told_nos`` were asked and need not answer any more."""

    substitution_id: str
    outcome: Literal["taken", "filled", "void"]
    by_no: str | None
    told_nos: tuple[str, ...]


class HoursEvent(AssignmentEvent, abstract=True):
    """About a volunteer's hours at a booth, by number. ``evidence`` is their class, which is never added up with
    another: checked, cosigned or by_hand. Of two events about the same hours, the one with the higher
    ``hours_revision`` counts."""

    hours_id: str
    volunteer_no: str
    minutes: int
    evidence: Evidence
    hours_revision: int


class HoursRecorded(HoursEvent):
    """These hours count from now on."""

    starts_at: datetime
    ends_at: datetime


class HoursCorrected(HoursEvent):
    """They count as these, and not as they were."""

    starts_at: datetime
    ends_at: datetime
    was_minutes: int
    was_evidence: Evidence


class HoursWithdrawn(HoursEvent):
    """They count no more, at least for now."""


class HoursAsked(AssignmentEvent):
    """One side, the volunteer or the team, says what the hours were; the other is to answer."""

    volunteer_no: str
    claim_id: str
    side: ClaimSide


class HoursAnswered(AssignmentEvent):
    """What came of that: agreed, disputed (the corps decides), accepted or refused by the corps."""

    volunteer_no: str
    claim_id: str
    side: ClaimSide
    outcome: ClaimOutcome


class QueueOpened(AssignmentEvent):
    """Residents may draw tickets at a booth. With ``voucher_key``, an Ed25519 public key in base64url, requests tells
    that whoever rates the booth was served there by a ticket (:mod:`shared.identity.vouchers`)."""

    voucher_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class QueueMeasured(AssignmentEvent):
    """How long residents queued at a booth on its half-day: how many came, how many of them were served, the most who
    waited at once, and the minutes that one waited in the mean. Said again of the same booth, it replaces what was
    said before."""

    arrived: int
    served: int
    longest_queue: int
    mean_wait_minutes: float


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


class OrderReplanned(Event):
    """What is published takes the amendments of an order up to this one into account, or needs not change for
    them."""

    order_id: str
    township_code: TownshipCode
    amendment: int


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


class TaskHolderChanged(TaskHolderChange):
    """Of a task of this service."""
