"""What all answers together mean for a service item, and what the corps decides on that."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from services.catalog.editions.domain import Edition
from services.catalog.items.domain import PROVISIONS, ServiceItem
from services.catalog.survey.domain.reply import SurveyLine
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Conflict

Verdict = Literal["taken", "kept"]
"""What the corps made of the answers about an item: it was corrected by them, or stays as it is."""

OutcomeState = Literal["unanswered", "unchanged", "open", "nobody", "taken", "kept"]

Wanted = Mapping[str, object]
"""Fields of a service item, as the answers would have them."""


@dataclass(eq=False, kw_only=True)
class SurveyDecision(Aggregate):
    """What the corps decided about an item, and on which outcome of the survey of an edition."""

    kind: ClassVar[str] = "survey_decision"

    edition_code: str
    item_code: str
    id: str = ""
    verdict: Verdict
    wanted: Wanted
    decided_on: date

    def __post_init__(self) -> None:
        self.id = decision_key(self.edition_code, self.item_code)

    @property
    def key(self) -> str:
        return self.id

    def rename_team(self, code: str, into: str) -> None:
        """The team was another one's double, which is meant from now on."""
        teams = self.wanted.get("teams")
        if isinstance(teams, list) and code in teams:
            renamed = dict.fromkeys(into if each == code else each for each in teams)
            self.wanted = {**self.wanted, "teams": list(renamed)}


@dataclass(frozen=True, slots=True)
class TeamAnswer:
    """What one team says about an item; ``line`` is None as long as it has not answered."""

    team_code: str
    line: SurveyLine | None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers about an item come to.

    ``wanted`` are the fields that taking over would give the item, ``changed`` those that differ from the item as it
    is, and ``since`` those that differ from the edition it is compared with, each with what was and what would be.
    ``seen`` stands for all this: whoever decides says what was seen.
    """

    item: ServiceItem
    answers: Sequence[TeamAnswer]
    wanted: Wanted
    changed: Mapping[str, tuple[object, object]]
    since: Mapping[str, tuple[object, object]]
    state: OutcomeState
    decision: SurveyDecision | None
    seen: str

    def require_seen(self, seen: str) -> None:
        """:raises Conflict: the answers or the item have changed since they were read."""
        if seen != self.seen:
            raise Conflict("outcome_changed", field="seen", name=self.item.name)

    def require_team(self) -> None:
        """:raises Conflict: no team offers the item any more."""
        if not self.wanted["teams"]:
            raise Conflict("nobody_offers", field="teams", name=self.item.name)


def decision_key(edition_code: str, item_code: str) -> str:
    return f"{edition_code}.{item_code}"


def require_unpublished(edition: Edition) -> None:
    """:raises Conflict: the edition is frozen, so that nothing of its survey can reach it."""
    if edition.state not in Edition.UNPUBLISHED:
        raise Conflict("survey_is_past", field="edition_code", title=edition.title)


def wanted_of(item: ServiceItem, said: Mapping[str, SurveyLine]) -> Wanted:
    """Returns what the answers, by team, would make of an item; see docs/decisions/0019.

    Nothing is concluded from silence: a team that has not answered stays, and then what needs every answer (how often
    it is served in a week) stays too.
    """
    silent = [team for team in item.teams if team not in said]
    new = sorted(team for team, line in said.items() if line.offers and team not in item.teams)
    teams = [team for team in item.teams if team in silent or said[team].offers] + new
    offers = [said[team] for team in teams if team in said]
    times = [line.times_a_week for line in offers if line.times_a_week is not None]
    sizes = [line.volunteers for line in offers if line.volunteers is not None]
    provided = {each for line in offers for each in line.township_provides}
    if silent or not offers:
        provided |= set(item.township_provides)
    is_known = bool(offers) and not silent and len(times) == len(offers)
    return {
        "teams": teams,
        "weekly_capacity": sum(times) if is_known else item.weekly_capacity,
        "volunteers_needed": min(sizes, default=item.volunteers_needed),
        "township_provides": [each for each in PROVISIONS if each in provided],
    }


def outcome_of(
    item: ServiceItem,
    answers: Sequence[TeamAnswer],
    *,
    before: Mapping[str, object] | None,
    decision: SurveyDecision | None,
) -> Outcome:
    """Returns what the answers about an item come to; ``before`` is the item in the edition it is compared with."""
    said = {each.team_code: each.line for each in answers if each.line is not None}
    wanted = wanted_of(item, said)
    now = item.content() | {
        "township_provides": [each for each in PROVISIONS if each in item.township_provides]
    }
    changed = _differing(now, wanted)
    return Outcome(
        item=item,
        answers=answers,
        wanted=wanted,
        changed=changed,
        since=_differing(before or {}, wanted),
        state=_state_of(said, wanted, changed, decision),
        decision=decision,
        seen=_digest([item.code, changed, wanted, decision.verdict if decision else None]),
    )


def _state_of(
    said: Mapping[str, SurveyLine],
    wanted: Wanted,
    changed: Mapping[str, object],
    decision: SurveyDecision | None,
) -> OutcomeState:
    if not said:
        return "unanswered"
    if decision is not None and decision.verdict == "kept" and decision.wanted == wanted:
        return "kept"
    if not wanted["teams"]:
        return "nobody"
    if changed:
        return "open"
    return "taken" if decision is not None and decision.verdict == "taken" else "unchanged"


def _differing(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, tuple[object, object]]:
    return {
        name: (before[name], value)
        for name, value in after.items()
        if name in before and before[name] != value
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
