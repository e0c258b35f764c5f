"""Whether a volunteer may stand at a booth: every reason why not, never the first alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from services.dispatch.planning.problem.problem import HalfDay
from shared.kernel.errors import Reason

REST_WINDOW_DAYS, MOST_DAYS_OF_DUTY = 7, 5
"""In any so many days in a row nobody has more days of duty than this."""


class Volunteer(Protocol):
    """What is known of a volunteer; see :mod:`services.dispatch.availability.queries`."""

    @property
    def no(self) -> str: ...
    @property
    def team_code(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def minor(self) -> bool: ...
    @property
    def novice(self) -> bool: ...
    @property
    def agreement_until(self) -> date | None: ...
    @property
    def held(self) -> dict[str, date | None]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a booth asks of whoever stands there. ``qualification`` is as the item calls it, ``compared`` what is
    compared of that."""

    assignment_id: str
    team_code: str
    half_day: HalfDay
    qualification: str | None = None
    compared: str | None = None
    adults_only: bool = False
    agreement_needed: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """Where a volunteer stands on a half-day."""

    volunteer_no: str
    assignment_id: str
    half_day: HalfDay
    place: str
    item_name: str


def reasons_against(
    person: Volunteer | None, asked: Asked, duties: Iterable[Duty], is_away: bool, where: str
) -> list[Reason]:
    """Every reason why the person may not stand at the booth; none where they may. ``duties`` are the person's,
    ``where`` is the part of the request that names them."""
    if person is None:
        return [Reason("unfit.unknown", where, {})]
    on, _ = asked.half_day
    found: list[Reason] = []

    def against(code: str, **facts: object) -> None:
        found.append(Reason(f"unfit.{code}", where, {"no": person.no} | facts))

    if not person.active:
        against("left")
    if person.team_code != asked.team_code:
        against("other_team")
    if asked.compared is not None:
        if asked.compared not in person.held:
            against("qualification_missing", qualification=asked.qualification)
        elif (until := person.held[asked.compared]) is not None and until < on:
            against("qualification_expired", qualification=asked.qualification, day=until)
    if asked.adults_only and person.minor:
        against("minor")
    if asked.agreement_needed and not (person.agreement_until and person.agreement_until >= on):
        against("agreement_missing")
    if is_away:
        against("unavailable")
    others = [duty for duty in duties if duty.assignment_id != asked.assignment_id]
    for duty in others:
        if duty.half_day == asked.half_day:
            against("other_booth", item=duty.item_name, place=duty.place)
    if _needs_rest(on, {duty.half_day[0] for duty in others}):
        against("rest", most=MOST_DAYS_OF_DUTY, days=REST_WINDOW_DAYS)
    return found


def _needs_rest(on: date, days: Collection[date]) -> bool:
    """Whether a duty on that day would leave a stretch without enough days off."""
    if on in days:
        return False
    for shift in range(REST_WINDOW_DAYS):
        first = on - timedelta(days=shift)
        last = first + timedelta(days=REST_WINDOW_DAYS - 1)
        if sum(first <= day <= last for day in days) >= MOST_DAYS_OF_DUTY:
            return True
    return False


def is_novice_alone(people: Sequence[Volunteer]) -> bool:
    """Whether nobody among them has experience."""
    return bool(people) and all(person.novice for person in people)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A volunteer who may stand at a booth, and the last day of duty before it."""

    person: Volunteer
    last_on: date | None
    duties: int

    @property
    def rank(self) -> tuple[date, int, str]:
        """Whoever has waited longest comes first, and whoever never served before all others."""
        return self.last_on or date.min, self.duties, self.person.no


def suggest(
    named: Sequence[Volunteer], candidates: Iterable[Ranked], needed: int
) -> list[Volunteer]:
    """Fills the places that are free beside ``named`` with those who have waited longest. Where all would be novices,
    the last of them gives way to the first with experience; where there is none, the places stay free."""
    ranked = [each.person for each in sorted(candidates, key=lambda each: each.rank)]
    free = max(0, needed - len(named))
    chosen = ranked[:free]
    if is_novice_alone([*named, *chosen]) and chosen:
        experienced = next((person for person in ranked if not person.novice), None)
        chosen = [] if experienced is None else [*chosen[:-1], experienced]
    return chosen
