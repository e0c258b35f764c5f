"""A stop and the teams' assignments to its booths; they change together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from services.dispatch.planning.problem.problem import DayPart, HalfDay
from services.dispatch.stops.domain.confirmation import (
    Deadlines,
    Silence,
    TownshipAnswer,
    party_of,
    team_of,
)
from services.dispatch.stops.domain.reporting import REMINDERS, report_until
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound

LIVE = ("offered", "accepted")
"""States in which a team is expected at its booth."""
STANDING = (*LIVE, "done")
"""And in which it was there."""

DeclineReason = Literal["no_volunteers", "busy", "weather", "other"]
"""Why a team can't take a booth. Illness is no code of its own: in a small team it would say who is ill."""

StopReason = Literal["weather", "township_asked", "team_unavailable", "venue", "other"]
"""Why the corps moves a stop or calls it off."""

REPLANNED, STOP_MOVED, PLAN_WITHDRAWN = "replanned", "stop_moved", "plan_withdrawn"
TEAMS_MERGED = "teams_merged"
TEAM_LEFT, ORDER_CANCELLED, ORDER_CLOSED = "team_left", "order_cancelled", "order_closed"
ORDER_AMENDED = "order_amended"
"""Why a stop or a team's booth changes in consequence of something else."""


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A code, which events carry, and words, which only those may read who may read the stop."""

    code: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What was seen of the queue at a booth: the most who waited at once, the minutes that one waited in the mean, and
    how many left without being served."""

    longest: int
    mean_wait_minutes: int
    turned_away: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What the tickets of a booth's queue say: residents who came, and who were served; the most who waited at once,
    and the minutes that one waited in the mean."""

    arrived: int
    served: int
    longest: int
    mean_wait_minutes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What one booth did: residents served, leaflets given, cases to follow up; and its queue, if anybody looked."""

    served: int
    leaflets: int
    follow_ups: int
    queue: Queue | None = None


@dataclass(eq=False, kw_only=True)
class Assignment:
    """One team's booth at one stop, for one order line."""

    kind: ClassVar[str] = "assignment"
    STEPS: ClassVar[Steps] = {
        "proposed": ("offer", "release"),
        "offered": ("accept", "decline", "release", "report"),
        "accepted": ("decline", "release", "report"),
        "declined": (),
        "released": (),
        "done": ("correct",),
    }

    id: str
    order_id: str
    line_id: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    volunteers: int
    township_code: str | None = None
    """For which township it counts, where that is not the stop's: its order turned out to be that one's."""
    state: str = "proposed"
    reason_code: str | None = None
    reason: str | None = None
    served: int | None = None
    leaflets: int | None = None
    follow_ups: int | None = None
    arrived: int | None = None
    """Residents who came, served or not; known where somebody looked at the queue, as the two that follow."""
    longest_queue: int | None = None
    mean_wait_minutes: int | None = None
    queue_state: Literal["open", "ended"] | None = None
    """Whether residents draw tickets for it; None where nobody opened its queue. ``ticketed`` is how many were served
    by them."""
    ticketed: int | None = None
    doubts: list[str] | None = None
    """The codes of what made its figures hard to believe when they were confirmed. ``figures_state`` is accepted once
    the corps has looked at these figures; both begin anew when the figures change."""
    figures_state: Literal["doubted", "accepted"] | None = None
    offered_at: datetime | None = None
    told_at: datetime | None = None
    told_problem: str | None = None
    answer_by: date | None = None
    """Until when the team says whether it comes. ``reminded_for`` and ``overdue_for`` are the last days, for its answer
    or later for its report, for which it was reminded, and told that it is late."""
    reminded_for: date | None = None
    overdue_for: date | None = None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_done(self) -> bool:
        return self.state == "done"

    def offer(self, at: datetime, by: date) -> None:
        self._require("offer")
        self.state, self.offered_at, self.answer_by = "offered", at, by

    def accept(self) -> None:
        self._require("accept")
        self.state = "accepted"

    def decline(self, reason: StatedReason) -> None:
        self._require("decline")
        self.state, self.reason_code, self.reason = "declined", reason.code, reason.words

    def release(self, reason_code: str) -> None:
        """Takes the booth back. Words about the reason stand with the stop or the order."""
        self._require("release")
        self.state, self.reason_code = "released", reason_code

    def for_another(self, assignment_id: str, team_code: str) -> "Assignment":
        """The same booth for another team, not yet offered."""
        return Assignment(
            id=assignment_id,
            order_id=self.order_id,
            line_id=self.line_id,
            item_code=self.item_code,
            item_name=self.item_name,
            item_name_en=self.item_name_en,
            team_code=team_code,
            volunteers=self.volunteers,
        )

    def ask_again(self, at: datetime, by: date) -> None:
        """The stop moved, so teams that had accepted have to answer again."""
        self.state, self.offered_at, self.told_at, self.answer_by = "offered", at, None, by
        self.reminded_for = self.overdue_for = None

    def report(self, report: Report) -> None:
        self._require("report")
        self.state = "done"
        self.served, self.leaflets, self.follow_ups = (
            report.served,
            report.leaflets,
            report.follow_ups,
        )
        if report.queue is not None and self.queue_state is None:
            self.arrived = report.served + report.queue.turned_away
            self.longest_queue = report.queue.longest
            self.mean_wait_minutes = report.queue.mean_wait_minutes

    def require_done(self) -> None:
        """:raises IllegalTransition: it was not reported yet, so there is nothing to correct."""
        self._require("correct")

    def as_if(self, report: Report) -> "Assignment":
        """The same booth with these figures corrected, which it does not take over."""
        other = replace(self)
        other.correct(self.team_code, report)
        return other

    def correct(self, team_code: str, report: Report) -> None:
        """Another team was there, or the booth did something else than was reported. What was seen of its queue stays,
        so that those who were turned away are as many as before."""
        self._require("correct")
        if self.arrived is not None:
            self.arrived += report.served - (self.served or 0)
        self.team_code = team_code
        self.served, self.leaflets, self.follow_ups = (
            report.served,
            report.leaflets,
            report.follow_ups,
        )

    def doubt(self, codes: Collection[str], *, by_corps: bool) -> None:
        """Its figures count in spite of these doubts. ``by_corps``: the corps itself confirmed them, so that nobody has
        to look again."""
        self.doubts = list(codes) or None
        self.figures_state = ("accepted" if by_corps else "doubted") if codes else None

    def accept_figures(self, seen: Report) -> None:
        """The corps has looked at the figures ``seen``: they are right. To say so twice does no harm.

        :raises Conflict: there is nothing to look at, or the figures are others by now.
        """
        if self.figures_state is None:
            raise Conflict("figures_not_doubted", field="assignment_id")
        if (self.served, self.leaflets, self.follow_ups) != (
            seen.served,
            seen.leaflets,
            seen.follow_ups,
        ):
            raise Conflict("figures_changed", field="served")
        self.figures_state = "accepted"

    def measure(self, measured: Measured) -> None:
        """Takes what the tickets of its queue say; what somebody saw counts no more."""
        self.queue_state, self.ticketed = "ended", measured.served
        self.arrived, self.longest_queue = measured.arrived, measured.longest
        self.mean_wait_minutes = measured.mean_wait_minutes

    def _require(self, step: str) -> None:
        possible = self.STEPS[self.state]
        if step not in possible:
            raise IllegalTransition(
                self.kind, self.id, state=self.state, wanted=step, possible=possible
            )


@dataclass(eq=False, kw_only=True)
class Stop(Aggregate):
    """One township, one place, one half-day; the ``position``-th of its circuit, from 1.

    Declined and released assignments stay as history. ``postponed_from`` tells on, part,
    reason_code and reason of the last move.

    Its township says until ``confirm_by`` whether the half-day suits it, and answered on ``answered_on``. A team says
    so by accepting its booths. ``other_days`` holds what parties ask for instead, by party: days, reason_code, reason.
    ``day_kept`` tells when and why (reason_code, reason) the corps left the stop where it is in spite of that. When the
    stop moves, all of that begins anew.
    """

    kind: ClassVar[str] = "stop"
    STEPS: ClassVar[Steps] = {
        "proposed": ("publish", "withdraw"),
        "planned": (
            "accept",
            "decline",
            "confirm",
            "ask_another_day",
            "keep_day",
            "postpone",
            "start",
            "cancel",
        ),
        "under_way": ("report", "correct"),
        "completed": ("correct",),
        "cancelled": (),
    }

    id: str
    plan_id: str
    position: int
    township_code: str
    place: str
    lat: float
    lon: float
    on: date
    part: DayPart
    state: str = "proposed"
    reason_code: str | None = None
    reason: str | None = None
    off_day_reason: str | None = None
    """Why a coordinator started it or reported its booths on another day than its own."""
    postponed_from: dict[str, str | None] | None = None
    confirm_by: date | None = None
    township_answer: TownshipAnswer | None = None
    answered_on: date | None = None
    reminded_for: date | None = None
    overdue_for: date | None = None
    other_days: dict[str, dict[str, Any]] | None = None
    day_kept: dict[str, str | None] | None = None
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    @property
    def half_day(self) -> HalfDay:
        return self.on, self.part

    @property
    def live(self) -> list[Assignment]:
        return [assignment for assignment in self.assignments if assignment.is_live]

    @property
    def confirmation(self) -> Literal["confirmed", "another_day", "waiting"]:
        """Whether all parties have said that the half-day suits them, or one asks for another."""
        if self.other_days:
            return "another_day"
        offered = any(entry.state == "offered" for entry in self.live)
        return "confirmed" if self.township_answer == "confirmed" and not offered else "waiting"

    @property
    def teams(self) -> set[str]:
        """The teams that are expected."""
        return {assignment.team_code for assignment in self.live}

    def assignment(self, assignment_id: str) -> Assignment:
        """The assignment with this id.

        :raises NotFound: this stop has none.
        """
        for assignment in self.assignments:
            if assignment.id == assignment_id:
                return assignment
        raise NotFound(Assignment.kind, assignment_id, states=Assignment.STEPS)

    def publish(self, at: datetime, today: date, deadlines: Deadlines) -> list[Assignment]:
        """Offers every booth, and returns the assignments that are offered by that. The township is asked too."""
        self.require("publish", self.state)
        self.state, self.confirm_by = "planned", deadlines.answer_by(today, self.on)
        proposed = [assignment for assignment in self.assignments if assignment.state == "proposed"]
        for assignment in proposed:
            assignment.offer(at, self.confirm_by)
        return proposed

    def withdraw(self) -> None:
        """Its plan is withdrawn. Nobody was told of the stop, so no event says that it is gone."""
        self.require("withdraw", self.state)
        self.state, self.reason_code = "cancelled", PLAN_WITHDRAWN
        for assignment in self.assignments:
            assignment.release(PLAN_WITHDRAWN)

    def assign(
        self, assignment: Assignment, at: datetime, today: date, deadlines: Deadlines
    ) -> None:
        """Offers a booth to another team, in the course of a decline or a postponement. Nobody else is asked again."""
        assignment.offer(at, deadlines.answer_by(today, self.on))
        self.assignments.append(assignment)

    def accept(self, assignment_id: str) -> Assignment:
        assignment = self.assignment(assignment_id)
        self.require("accept", self.state)
        assignment.accept()
        return assignment

    def decline(self, assignment_id: str, reason: StatedReason) -> Assignment:
        assignment = self.assignment(assignment_id)
        self.require("decline", self.state)
        assignment.decline(reason)
        return assignment

    def confirm(self, today: date) -> bool:
        """The township says that the half-day suits it, and takes back what it asked for instead. Returns whether that
        is new."""
        self.require("confirm", self.state)
        if self.township_answer == "confirmed":
            return False
        self.township_answer, self.answered_on = "confirmed", today
        self._forget_other_day(party_of(None))
        return True

    def ask_another_day(
        self, team_code: str | None, days: Sequence[date], reason: StatedReason, today: date
    ) -> bool:
        """The township, or an expected team, asks for one of ``days`` (any, where none is named). The stop stays where
        it is until the corps decides. Returns whether other parties learn something new by that."""
        self.require("ask_another_day", self.state)
        party = party_of(team_code)
        wish = {"days": [day.isoformat() for day in days], "reason_code": reason.code}
        before = (self.other_days or {}).get(party)
        self.other_days = (self.other_days or {}) | {party: wish | {"reason": reason.words}}
        if team_code is None:
            self.township_answer, self.answered_on = "another_day", today
        return before is None or any(before[name] != wish[name] for name in wish)

    def keep_day(
        self, at: datetime, today: date, reason: StatedReason, deadlines: Deadlines
    ) -> list[str | None]:
        """The corps leaves the stop where it is. Whoever asked for another day, and has not agreed to this one, is
        asked again. Returns these parties: the team, or None for the township.

        :raises IllegalTransition: nobody asks for another day.
        """
        if not self.other_days:
            possible = [step for step in self.STEPS[self.state] if step != "keep_day"]
            raise IllegalTransition(
                self.kind, self.id, state=self.state, wanted="keep_day", possible=tuple(possible)
            )
        self.require("keep_day", self.state)
        parties = [team_of(party) for party in sorted(self.other_days)]
        self.other_days = None
        self.day_kept = {
            "on": today.isoformat(),
            "reason_code": reason.code,
            "reason": reason.words,
        }
        by = deadlines.answer_by(today, self.on)
        if None in parties:
            self.confirm_by, self.township_answer, self.answered_on = by, None, None
            self.reminded_for = self.overdue_for = None
        for entry in self.live:
            if entry.team_code in parties and entry.state == "offered":
                entry.ask_again(at, by)
        return parties

    def silences(self, today: date, deadlines: Deadlines) -> list[Silence]:
        """The parties that have not answered and are to be told so today, once; it is noted that they are. Whoever asks
        for another day is not silent."""
        self.require("confirm", self.state)
        found = []
        asked = self.other_days or {}
        if self.township_answer is None:
            found += _silence(self, None, self.confirm_by, today, deadlines)
        for team in sorted({entry.team_code for entry in self.live if entry.state == "offered"}):
            if party_of(team) in asked:
                continue
            told = [
                silence
                for entry in self.live
                if entry.team_code == team and entry.state == "offered"
                for silence in _silence(entry, team, entry.answer_by, today, deadlines)
            ]
            # Several booths of one team are one question; what is late counts more than what is due.
            found += sorted(told, key=lambda each: (each.kind != "overdue", each.until))[:1]
        return found

    def _forget_other_day(self, party: str) -> None:
        self.other_days = {
            key: wish for key, wish in (self.other_days or {}).items() if key != party
        } or None

    def forget_absent(self) -> None:
        """A team that is not expected any more asks for nothing."""
        for party in self.other_days or {}:
            team = team_of(party)
            if team is not None and team not in self.teams:
                self._forget_other_day(party)

    def move(
        self,
        to: HalfDay,
        reason: StatedReason,
        at: datetime,
        today: date,
        deadlines: Deadlines,
    ) -> list[Assignment]:
        """Moves the stop to another half-day and asks its township and every expected team again. Returns those
        assignments."""
        self.require("postpone", self.state)
        was = {"on": self.on.isoformat(), "part": self.part}
        self.postponed_from = {**was, "reason_code": reason.code, "reason": reason.words}
        self.on, self.part = to
        self.confirm_by = deadlines.answer_by(today, self.on)
        self.township_answer = self.answered_on = self.reminded_for = self.overdue_for = None
        self.other_days = self.day_kept = None
        for assignment in self.live:
            assignment.ask_again(at, self.confirm_by)
        return self.live

    def cancel(self, reason: StatedReason) -> list[Assignment]:
        """Calls the stop off, and returns the assignments that are released by that."""
        self.require("cancel", self.state)
        self.state, self.reason_code, self.reason = "cancelled", reason.code, reason.words
        released = self.live
        for assignment in released:
            assignment.release(reason.code)
        return released

    def start(self) -> None:
        """Starts the stop.

        :raises IllegalTransition: it can't start in its state, or no team has accepted.
        """
        self.require("start", self.state)
        if not any(assignment.state == "accepted" for assignment in self.assignments):
            raise IllegalTransition(
                self.kind,
                self.id,
                state=self.state,
                wanted="start",
                possible=("accept", "decline", "postpone", "cancel"),
            )
        self.state = "under_way"

    def report(self, reports: Mapping[str, Report]) -> list[Assignment]:
        """Takes what booths did, and returns the assignments that are done by that. The stop is over when
        every expected team has reported.

        :raises InvalidInput: a report is of no booth that is expected here; the error names its place in the request.
        :raises Conflict: residents still wait at a booth with tickets.
        """
        self.require("report", self.state)
        expected = {assignment.id: assignment for assignment in self.live}
        for number, assignment_id in enumerate(reports):
            field = f"booths[{number}].assignment_id"
            if assignment_id not in expected:
                raise InvalidInput("booth_not_expected", field=field)
            if expected[assignment_id].queue_state == "open":
                raise Conflict("queue_still_open", field=field)
        done = [expected[assignment_id] for assignment_id in reports]
        for assignment in done:
            assignment.report(reports[assignment.id])
        if not self.live:
            self.state = "completed"
        return done

    def unreported(self, today: date) -> list[tuple[Assignment, Silence]]:
        """The booths whose teams are to be told today, once, that their report is missing; it is noted that they
        are."""
        self.require("report", self.state)
        until = report_until(self.on)
        return [
            (entry, silence)
            for entry in self.live
            for silence in _silence(entry, entry.team_code, until, today, REMINDERS)
        ]

    def correct(self, assignment_id: str, team_code: str, report: Report) -> Assignment:
        """What a booth did was otherwise than it was reported, or another team did it.

        :raises IllegalTransition: the booth was not reported yet. :raises NotFound: this stop has none.
        """
        assignment = self.assignment(assignment_id)
        self.require("correct", self.state)
        assignment.correct(team_code, report)
        return assignment

    def township_of(self, assignment: Assignment) -> str:
        """The township for which a booth counts."""
        return assignment.township_code or self.township_code

    def count_for(self, order_id: str, township_code: str) -> set[tuple[str, str]]:
        """An order's booths count for this township, for the order turned out to be that one's. A stop that has begun
        is in the township for which all of its booths count. Returns the townships and items of held booths that count
        otherwise now, under their former township and under this one."""
        standing = [entry for entry in self.assignments if entry.is_live or entry.is_done]
        changed: set[tuple[str, str]] = set()
        for entry in standing:
            if entry.order_id != order_id or (was := self.township_of(entry)) == township_code:
                continue
            entry.township_code = township_code
            if entry.is_done:
                changed |= {(was, entry.item_code), (township_code, entry.item_code)}
        townships = {self.township_of(entry) for entry in standing}
        if self.state in ("under_way", "completed") and len(townships) == 1:
            self.township_code = townships.pop()
        for entry in standing:
            if entry.township_code == self.township_code:
                entry.township_code = None
        return changed

    def drop(self, order_id: str, reason_code: str) -> list[Assignment]:
        """An order is withdrawn while its stop is under way: its booths that have not reported are given up, and the
        stop is over when no other has still to report. Returns the assignments that are released by that."""
        self.require("report", self.state)
        released = [entry for entry in self.live if entry.order_id == order_id]
        for entry in released:
            entry.release(reason_code)
        if released and not self.live:
            is_held = any(entry.is_done for entry in self.assignments)
            self.state = "completed" if is_held else "cancelled"
            self.reason_code = None if is_held else reason_code
        return released

    def open_queue(self, assignment_id: str) -> Assignment:
        """Residents draw tickets at a booth from now on: its team is there.

        :raises IllegalTransition: the stop is not under way. :raises Conflict: the booth is not expected here.
        """
        booth = self.assignment(assignment_id)
        self.require("report", self.state)
        if not booth.is_live:
            raise Conflict("booth_not_there", field="assignment_id")
        booth.queue_state = "open"
        return booth

    def expects(self, teams: Collection[str]) -> bool:
        """Whether one of these teams has taken a booth here and is to come."""
        return any(
            entry.state == "accepted" and entry.team_code in teams for entry in self.assignments
        )


def _silence(
    asked: Stop | Assignment,
    team_code: str | None,
    until: date | None,
    today: date,
    deadlines: Deadlines,
) -> list[Silence]:
    """What is to be said today about a question without an answer; notes that it was said."""
    kind = deadlines.notice_of(until, asked.reminded_for, asked.overdue_for, today)
    if kind is None or until is None:
        return []
    if kind == "overdue":
        asked.overdue_for = until
    else:
        asked.reminded_for = until
    return [Silence(kind, team_code, until)]
