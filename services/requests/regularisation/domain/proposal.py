"""A proposed recurring service, and what the team that is asked makes of it."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from services.requests.regularisation.domain.evidence import Evidence
from services.requests.regularisation.domain.rule import (
    CADENCE_DAYS,
    Cadence,
    Suggestion,
    Thresholds,
    occasions,
)
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

ProposalState = Literal["proposed", "confirmed", "declined", "lapsed"]
DeclineReason = Literal["no_volunteers", "too_often", "not_needed", "not_ours", "other"]

SOONEST = timedelta(days=7)
"""A first day that is proposed leaves the township and the team a week."""
LATEST = timedelta(days=366)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULES: dict[Cadence, str] = {
    "weekly": "FREQ=WEEKLY;BYDAY={day}",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
    "monthly": "FREQ=MONTHLY;BYDAY={nth}{day}",
    "two_monthly": "FREQ=MONTHLY;INTERVAL=2;BYDAY={nth}{day}",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3;BYDAY={nth}{day}",
}
DAYS_AROUND: dict[Cadence, int] = {
    "weekly": 1,
    "fortnightly": 2,
    "monthly": 3,
    "two_monthly": 3,
    "quarterly": 3,
}
"""So many days before and after the rule's day do as well, which lets the planner join it with other stops."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a team takes on: how often, for how many residents, and from which day."""

    cadence: Cadence
    residents: int
    starts_on: date

    def rrule(self) -> str:
        """The rule of RFC 5545 that repeats on the weekday of the first day: by month on the same one of the month,
        which is the last where it is the fifth."""
        nth = (self.starts_on.day - 1) // 7 + 1
        day = WEEKDAYS[self.starts_on.weekday()]
        return RULES[self.cadence].format(day=day, nth=-1 if nth == 5 else nth)

    @property
    def days_around(self) -> int:
        return DAYS_AROUND[self.cadence]


@dataclass(eq=False, kw_only=True)
class Proposal(Aggregate):
    """That a township gets an item again and again, with the evidence for it; put to one team at a time.

    ``cadence`` and ``residents`` are what the rule proposed until a team confirms, and then what it took on.
    ``order_id`` is the township's latest order of the item, whose place the series takes.
    """

    kind: ClassVar[str] = "recurrence_proposal"
    STEPS: ClassVar[Steps] = {
        "proposed": ("confirm", "decline", "hand_on", "lapse"),
        "confirmed": (),
        "declined": ("hand_on",),
        "lapsed": (),
    }

    id: str
    township_code: str
    item_code: str
    item_name: str
    item_name_en: str
    team_code: str
    order_id: str
    proposed_cadence: Cadence
    proposed_residents: int
    cadence: Cadence
    residents: int
    points: dict[str, int]
    evidence: dict[str, Any]
    digest: str
    proposed_on: date
    due_on: date
    reminded_on: date | None = None
    """When the team that is asked now was told that the proposal will lapse."""
    to_weigh: bool = False
    """Whether what it rests on was corrected since, so that the rule is to look at it again."""
    state: ProposalState = "proposed"
    answered_on: date | None = None
    reason_code: str | None = None
    reason: str | None = None
    starts_on: date | None = None
    series_id: str | None = None

    @classmethod
    def made(
        cls,
        proposal_id: str,
        *,
        township_code: str,
        item: tuple[str, str, str],
        team_code: str,
        order_id: str,
        suggestion: Suggestion,
        evidence: Evidence,
        today: date,
        limits: Thresholds,
    ) -> "Proposal":
        item_code, item_name, item_name_en = item
        return cls(
            id=proposal_id,
            township_code=township_code,
            item_code=item_code,
            item_name=item_name,
            item_name_en=item_name_en,
            team_code=team_code,
            order_id=order_id,
            proposed_cadence=suggestion.cadence,
            proposed_residents=suggestion.residents,
            cadence=suggestion.cadence,
            residents=suggestion.residents,
            points={str(kind): value for kind, value in suggestion.points.items()},
            evidence=evidence.as_json(),
            digest=digest_of(township_code, item_code, evidence),
            proposed_on=today,
            due_on=today + timedelta(days=limits.answer_days),
        )

    @property
    def key(self) -> str:
        return self.id

    @property
    def facts(self) -> Evidence:
        return Evidence.from_json(self.evidence)

    @property
    def is_changed(self) -> bool:
        """Whether the team took on something else than was proposed."""
        return (self.cadence, self.residents) != (self.proposed_cadence, self.proposed_residents)

    def first_day(self, today: date) -> date:
        """Returns the day on which it would go on as it was: on the weekday of the last occasion, so many weeks after
        it as the cadence says, and not too soon."""
        days = occasions(self.facts)
        last = days[-1] if days else self.proposed_on
        day = last + timedelta(weeks=round(CADENCE_DAYS[self.cadence] / 7))
        while day < today + SOONEST:
            day += timedelta(weeks=1)
        return day

    def confirm(self, terms: Terms, today: date) -> None:
        """The team takes it on. :raises IllegalTransition: it is answered. :raises InvalidInput: :raises Conflict: the
        first day is past, or more than a year ahead."""
        self.require("confirm", self.state)
        if terms.starts_on < today:
            raise Conflict("first_day_past", field="starts_on", day=terms.starts_on, today=today)
        if terms.starts_on > today + LATEST:
            raise InvalidInput(
                "first_day_too_late",
                field="starts_on",
                day=terms.starts_on,
                last=today + LATEST,
            )
        self.state, self.answered_on = "confirmed", today
        self.cadence, self.residents = terms.cadence, terms.residents
        self.starts_on = terms.starts_on
        self.reason_code = self.reason = None

    def decline(self, reason_code: DeclineReason, reason: str | None, today: date) -> None:
        """:raises IllegalTransition: it is answered."""
        self.require("decline", self.state)
        self.state, self.answered_on = "declined", today
        self.reason_code, self.reason = reason_code, reason

    def hand_on(self, team_code: str, today: date, limits: Thresholds) -> None:
        """Puts it to another team. :raises IllegalTransition: it was confirmed, or has lapsed.
        :raises InvalidInput: it is with that team."""
        self.require("hand_on", self.state)
        if team_code == self.team_code and self.state == "proposed":
            raise InvalidInput("team_is_asked", field="team_code", team_code=team_code)
        self.state, self.team_code = "proposed", team_code
        self.answered_on = self.reason_code = self.reason = self.reminded_on = None
        self.due_on = today + timedelta(days=limits.answer_days)

    def last_day(self, limits: Thresholds) -> date:
        """The last day on which it can be answered."""
        return self.proposed_on + timedelta(days=limits.lapse_days)

    def remind(self, today: date) -> bool:
        """Returns whether the team has not been reminded yet; it is now."""
        self.require("lapse", self.state)
        if self.reminded_on is not None:
            return False
        self.reminded_on = today
        return True

    def weigh_again(self, suggestion: Suggestion | None, evidence: Evidence, today: date) -> None:
        """Rests on what is known now, and has lapsed if that does not suffice any more."""
        self.to_weigh = False
        self.evidence = evidence.as_json()
        self.digest = digest_of(self.township_code, self.item_code, evidence)
        if suggestion is None:
            self.lapse(today)
            return
        self.points = {str(kind): value for kind, value in suggestion.points.items()}
        self.cadence = self.proposed_cadence = suggestion.cadence
        self.residents = self.proposed_residents = suggestion.residents

    def lapse(self, today: date) -> None:
        """Nobody has answered for too long, or the township has a series by other ways."""
        self.require("lapse", self.state)
        self.state, self.answered_on = "lapsed", today


def digest_of(township_code: str, item_code: str, evidence: Evidence) -> str:
    """Says in short which facts a proposal rests on."""
    said = "\0".join((township_code, item_code, *sorted(evidence.keys())))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
