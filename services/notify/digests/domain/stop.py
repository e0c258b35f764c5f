"""notify's copy of a stop: which teams are expected there, and whether they said yes."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared.kernel.aggregate import Aggregate

Booth = dict[str, Any]
"""One team's booth, JSON: assignment_id, item_code, item_name, item_name_en, team_code, volunteers,
the half-day it was offered for (on, part), and its state."""

OPEN = "offered"
EXPECTED = ("offered", "accepted")


@dataclass(eq=False, kw_only=True)
class Stop(Aggregate):
    """Follows the stop's own stream, whose order is kept; so it never meets a step that is out of
    turn, and takes over what it hears without judging it. ``booths`` by assignment id."""

    kind: ClassVar[str] = "stop"

    id: str
    plan_id: str
    state: str = "planned"
    booths: dict[str, Booth] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.id

    def assign(self, booth: Booth) -> bool:
        """A team is asked for a booth; says whether it had been asked for this one before."""
        again = booth["assignment_id"] in self.booths
        self._set(booth["assignment_id"], {**booth, "state": OPEN})
        return again

    def accept(self, assignment_id: str) -> bool:
        """A team said yes; says whether it was the last one that was asked."""
        self._mark(assignment_id, "accepted")
        states = [booth["state"] for booth in self.booths.values()]
        return assignment_id in self.booths and OPEN not in states

    def decline(self, assignment_id: str) -> None:
        self._mark(assignment_id, "declined")

    def release(self, booth: Booth) -> Booth | None:
        """A team need not come; gives its booth as it had been offered (its half-day may have been
        another), or None when the team is not expected any more and so needs no word."""
        known = self.booths.get(booth["assignment_id"], {**booth, "state": OPEN})
        if known["state"] not in EXPECTED:
            return None
        self._set(booth["assignment_id"], {**known, "state": "released"})
        return known

    def cancel(self) -> list[Booth]:
        """Nobody need come; gives the booths whose teams were still expected."""
        self.state = "cancelled"
        called_off = self.expected()
        for booth in called_off:
            self._mark(booth["assignment_id"], "released")
        return called_off

    def expected(self) -> list[Booth]:
        """The booths whose teams are to come, in a fixed order."""
        booths = [booth for booth in self.booths.values() if booth["state"] in EXPECTED]
        return sorted(
            booths,
            key=lambda booth: (booth["item_code"], booth["team_code"], booth["assignment_id"]),
        )

    def _mark(self, assignment_id: str, state: str) -> None:
        if assignment_id in self.booths:
            self._set(assignment_id, {**self.booths[assignment_id], "state": state})

    def _set(self, assignment_id: str, booth: Booth) -> None:
        self.booths = {
            **self.booths,
            assignment_id: booth,
        }  # a new object, or the store would not notice
