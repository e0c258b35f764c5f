"""Certificates of hours: what one says, and whether it still holds. And sheets of paper for the day of service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps

Evidence = Literal["checked", "cosigned", "by_hand"]
EVIDENCE: tuple[Evidence, ...] = ("checked", "cosigned", "by_hand")
PaperForm = Literal["duty_roster", "sign_in_sheet"]
"""Paper for a stop: who stands where, and a table in which they sign."""
WithdrawalReason = Literal["records_wrong", "issued_twice", "person_asked", "other"]


@dataclass(frozen=True, slots=True)
class Served:
    """One service as dispatch recorded it (Order 67, Art. 7): what, where, when, how long, and by which team."""

    hours_id: str
    revision: int
    volunteer_no: str
    on: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    evidence: Evidence
    item_name: str
    item_name_en: str
    place: str
    township_code: str
    team_code: str


def minutes_by_class(served: Iterable[Served]) -> dict[str, int]:
    """Minutes by class; there is no sum of all."""
    found: dict[str, int] = dict.fromkeys(EVIDENCE, 0)
    for each in served:
        found[each.evidence] += each.minutes
    return found


@dataclass(eq=False, kw_only=True)
class Certificate(Aggregate):
    """Says what a volunteer served from one day to another, by class (Order 67, Art. 14 and 15). It keeps what it said:
    ``lines`` names each record with its revision. Who it is for is printed, and not kept with it."""

    kind: ClassVar[str] = "certificate"
    STEPS: ClassVar[Steps] = {"issued": ("withdraw",), "withdrawn": ()}

    id: str
    number: str
    token: str
    volunteer_no: str
    team_code: str
    first_on: date
    last_on: date
    minutes: dict[str, int]
    lines: list[dict[str, Any]]
    issued_at: datetime
    state: Literal["issued", "withdrawn"] = "issued"
    withdrawn_at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = field(default=None)

    @property
    def key(self) -> str:
        return self.id

    def withdraw(self, at: datetime, reason_code: WithdrawalReason, reason: str | None) -> None:
        self.require("withdraw", self.state)
        self.state, self.withdrawn_at = "withdrawn", at
        self.reason_code, self.reason = reason_code, reason

    def says(self, served: Sequence[Served]) -> bool:
        """Whether these records are still what it certifies, of its days."""
        now = {
            (each.hours_id, each.revision)
            for each in served
            if self.first_on <= each.on <= self.last_on
        }
        return now == {(line["hours_id"], line["revision"]) for line in self.lines}


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A volunteer on a sheet; without a name once it is erased, or where it is not the reader's to know."""

    no: str
    name: str | None


@dataclass(frozen=True, slots=True)
class BoothOnPaper:
    """A booth of a stop, its team, whoever is in charge of that, and who stands there of ``needed``."""

    item_name: str
    item_name_en: str
    team_code: str
    team_name: str
    team_name_en: str
    in_charge: str | None
    needed: int
    volunteers: Sequence[OnPaper]
    standby: Sequence[OnPaper]

    @property
    def free(self) -> int:
        """Places at which nobody stands yet."""
        return max(0, self.needed - len(self.volunteers))


@dataclass(frozen=True, slots=True)
class StopOnPaper:
    """The booths of a stop, those of a team together. ``townships`` are names in Chinese and English."""

    place: str
    on: date
    part: str
    townships: Sequence[tuple[str, str]]
    booths: Sequence[BoothOnPaper]
