"""What differs between two plans, and for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.dispatch.planning.problem.problem import Booth

Booths = tuple[Booth, ...]
ChangeKind = Literal["added", "lost", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is served otherwise: ``before`` and ``after`` are its booths, none where it is not served."""

    line: str
    before: Booths
    after: Booths

    @property
    def how(self) -> ChangeKind:
        if not self.before:
            return "added"
        return "moved" if self.after else "lost"

    @property
    def changes_day(self) -> bool:
        return self.how == "moved" and self.before[0].slot.day != self.after[0].slot.day


@dataclass(slots=True)
class Tally:
    """How many lines a township or team gets, loses, or has otherwise; ``days_changed`` of them on another day."""

    added: int = 0
    lost: int = 0
    moved: int = 0
    days_changed: int = 0

    def count(self, how: ChangeKind, *, other_day: bool) -> None:
        setattr(self, how, getattr(self, how) + 1)
        self.days_changed += other_day


@dataclass(frozen=True, slots=True)
class Comparison:
    changes: tuple[Change, ...]
    townships: dict[str, Tally] = field(default_factory=dict)
    teams: dict[str, Tally] = field(default_factory=dict)

    @property
    def broken_promises(self) -> int:
        """Lines that had a booth and have another now, or none."""
        return sum(change.how != "added" for change in self.changes)


def compare(
    before: Iterable[Booth], after: Iterable[Booth], township_of: Mapping[str, str]
) -> Comparison:
    """What ``after`` does otherwise than ``before``. A team to which a line is moved has it added, the one from which
    it is taken has it lost."""
    was, will_be = _by_line(before), _by_line(after)
    changes = tuple(
        Change(line, was.get(line, ()), will_be.get(line, ()))
        for line in sorted(was.keys() | will_be.keys())
        if was.get(line) != will_be.get(line)
    )
    found = Comparison(changes)
    for change in changes:
        township = found.townships.setdefault(township_of.get(change.line, ""), Tally())
        township.count(change.how, other_day=change.changes_day)
        for team, how in _teams(change).items():
            found.teams.setdefault(team, Tally()).count(
                how, other_day=how == "moved" and change.changes_day
            )
    return found


def _by_line(booths: Iterable[Booth]) -> dict[str, Booths]:
    of_line: dict[str, Booths] = {}
    for booth in sorted(booths):
        of_line[booth.line] = (*of_line.get(booth.line, ()), booth)
    return of_line


def _teams(change: Change) -> dict[str, ChangeKind]:
    had, has = {booth.team for booth in change.before}, {booth.team for booth in change.after}
    return {
        team: "moved" if team in had & has else "lost" if team in had else "added"
        for team in sorted(had | has)
    }
