"""A plan: one circuit for one campaign, and its revisions."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

LONGEST_CAMPAIGN_DAYS = 366

NO_OTHER_TEAM = "unserved.no_other_team"
"""Why a line is unserved that had a booth: no other team took it, and no repair has looked for more yet."""


def require_days(starts_on: date, ends_on: date) -> None:
    """:raises InvalidInput: they are reversed, or too far apart."""
    if ends_on < starts_on:
        raise InvalidInput("days_reversed", field="ends_on", first=starts_on, last=ends_on)
    if (ends_on - starts_on).days >= LONGEST_CAMPAIGN_DAYS:
        raise InvalidInput("campaign_too_long", field="ends_on", most=LONGEST_CAMPAIGN_DAYS)


@dataclass(eq=False, kw_only=True)
class Plan(Aggregate):
    """``revision`` counts what was published: 1 is the first, every repair makes the next.

    ``unserved`` lists the lines without a place: order_id, line_id, township_code, item_code,
    item_name, item_name_en, reason.
    """

    kind: ClassVar[str] = "plan"
    STEPS: ClassVar[Steps] = {"proposed": ("publish", "withdraw"), "published": (), "withdrawn": ()}

    id: str
    campaign_id: str
    starts_on: date
    ends_on: date
    start_township_code: str
    weekends: bool
    distance_km: float = 0.0
    state: str = "proposed"
    revision: int = 0
    unserved: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        require_days(self.starts_on, self.ends_on)

    @property
    def key(self) -> str:
        return self.id

    def publish(self) -> None:
        self.require("publish", self.state)
        self.state, self.revision = "published", 1

    def withdraw(self) -> None:
        self.require("withdraw", self.state)
        self.state = "withdrawn"

    def open_revision(self) -> int:
        """Opens the next revision and returns its number. Only changes to planned stops call this, and only published
        plans have planned stops."""
        self.revision += 1
        return self.revision

    def leave_unserved(self, line: dict[str, str]) -> None:
        self.unserved = [
            *(other for other in self.unserved if other["line_id"] != line["line_id"]),
            line,
        ]

    def rename_township(self, code: str, new_code: str) -> None:
        """The township of some unserved lines has another code now."""
        self.unserved = [
            line | {"township_code": new_code} if line["township_code"] == code else line
            for line in self.unserved
        ]
