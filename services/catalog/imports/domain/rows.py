"""A table's rows: what was read, what is wrong with them, and what they would change."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from services.catalog.doubles.domain import Alike
from services.catalog.imports.domain.columns import Field
from shared.kernel.cells import Fault

Outcome = Literal["new", "alike", "changed", "unchanged", "faulty", "left_out"]
"""What becomes of a row: an entry is made, changed, or is so already; or the row has faults. One that is ``alike`` is
made, though it is likely to be there already under another code. A row is left out as somebody says."""
MAKING: tuple[Outcome, ...] = ("new", "alike")
WRITING: tuple[Outcome, ...] = (*MAKING, "changed")
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Outdated(Exception):
    """Somebody changed what the rows were compared with after that."""


@dataclass(slots=True, kw_only=True)
class Row:
    """Row ``no`` of a file, as its first row counts from 1. ``facts`` are the values by field, as far as they could
    be read: a field that no column fills is missing. ``changes`` are the values before and after, by field. ``alike``
    are entries that are likely to be the one that it would make."""

    no: int
    cells: list[str]
    facts: dict[str, Any]
    faults: list[Fault]
    code: str = ""
    changes: dict[str, tuple[Any, Any]] = dataclasses.field(default_factory=dict)
    alike: list[Alike] = dataclasses.field(default_factory=list)
    outcome: Outcome = "unchanged"

    def require(self, fields: Iterable[Field]) -> None:
        """Adds a fault for each of the ``fields`` that is needed and not said."""
        blamed = {fault.field for fault in self.faults}
        for field in fields:
            if field.needed and field.name not in self.facts and field.name not in blamed:
                self.blame(field.name, "cell_needed")

    def blame(self, field_name: str, code: str, **facts: Any) -> None:
        """Adds a fault."""
        self.faults.append(Fault(field_name, code, facts))

    def conclude(
        self,
        code: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        besides: Mapping[str, tuple[Any, Any]],
    ) -> None:
        """Says what becomes of the row: the entry of this code is ``after`` then; ``before`` is None where there is
        no such entry yet. ``besides`` is what changes beside it."""
        self.code = code
        was = before or {}
        self.changes = {
            name: (was.get(name), value) for name, value in after.items() if was.get(name) != value
        }
        self.changes |= besides
        if self.faults:
            self.outcome = "faulty"
        elif before is None:
            self.outcome = "alike" if self.alike else "new"
        else:
            self.outcome = "changed" if self.changes else "unchanged"

    def leave_out(self) -> None:
        """Nothing becomes of the row."""
        self.faults, self.facts, self.outcome = [], {}, "left_out"
