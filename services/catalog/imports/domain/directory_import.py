"""An import: a table that is to become entries of the directory, all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from services.catalog.imports.domain.columns import About, require_columns
from services.catalog.imports.domain.rows import OUTCOMES, WRITING, Outcome
from shared.kernel.access import Actor, Role
from shared.kernel.aggregate import Steps
from shared.kernel.errors import Conflict
from shared.kernel.leased import Leased


@dataclass(eq=False, kw_only=True)
class DirectoryImport(Leased):
    """A table that a coordinator sent, ``about`` one kind of entry.

    ``columns`` says which column (counted from 0) fills which field. ``counts`` are its rows by outcome, as the
    preview shows them. While it runs, ``checked`` rows were compared anew; then all are written in one transaction.
    An import whose preview does not hold any more becomes a draft again, and ``error`` says why.

    ``made_by`` sent the table, until somebody starts it; ``sent_by`` stays. A table of volunteers with a ``team_code``
    holds people of that team only. One that is sent ``by_leader`` belongs to the leader's team. It reaches no further,
    whoever starts it, for the leader reads what its preview says of others.
    """

    kind: ClassVar[str] = "directory_import"
    STEPS: ClassVar[Steps] = {
        "draft": ("understand", "leave_out", "start", "cancel"),
        **Leased.STEPS,
        "running": (*Leased.STEPS["running"], "reconsider"),
    }
    LOST: ClassVar[str] = "import_lost"

    about: About
    made_by: str
    made_at: datetime
    sheet: str
    sheets: list[str]
    headings: list[str]
    columns: dict[str, int]
    state: str = "draft"
    counts: dict[str, int] = field(default_factory=dict)
    checked: int = 0
    sent_by: str | None = None
    team_code: str | None = None
    by_leader: bool = False

    @property
    def starter(self) -> Actor:
        """On whose behalf it is applied."""
        if self.by_leader:  # the account may be a coordinator's; the reach is not
            return Actor(self.made_by, frozenset({Role.LEADER}), team_code=self.team_code)
        return Actor(self.made_by, frozenset({Role.COORDINATOR}))

    @property
    def holds_people(self) -> bool:
        """Whether its rows say who somebody is: they are forgotten as soon as they are of no use."""
        return self.about == "volunteers"

    def is_veiled_from(self, subject: str) -> bool:
        """Whether an account does not see whom the rows are about: it did not send them."""
        return self.holds_people and subject != self.sent_by

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def understand(self, columns: Mapping[str, int]) -> None:
        """Takes over which column fills which field.

        :raises IllegalTransition: it was started, or is over.
        :raises InvalidInput: a field or a column is not there, or two fields share a column.
        """
        self.require("understand", self.state)
        require_columns(self.about, columns, len(self.headings))
        self.columns = dict(columns)
        self.error = None

    def count(self, outcomes: Sequence[Outcome]) -> None:
        """Takes over what the preview found, a value for each row."""
        self.counts = {outcome: outcomes.count(outcome) for outcome in OUTCOMES}

    def start(self, now: datetime) -> None:
        """Queues it to be applied.

        :raises IllegalTransition: it was started, or is over.
        :raises Conflict: it has faults, or there is nothing to change.
        """
        self.require("start", self.state)
        if faulty := self.counts.get("faulty", 0):
            raise Conflict("import_has_faults", count=faulty)
        if not any(self.counts.get(outcome, 0) for outcome in WRITING):
            raise Conflict("import_changes_nothing")
        self.state, self.due_at, self.error, self.checked, self.attempts = "queued", now, None, 0, 0

    def progress(self, now: datetime, checked: int) -> None:
        """Its holder is alive, and has compared so many rows. :raises IllegalTransition: nobody holds it."""
        self.renew(now)
        self.checked = checked

    def reconsider(self, error: str) -> None:
        """It is not what the preview showed any more, so somebody has to look at it again.

        :raises IllegalTransition: nobody holds it.
        """
        self.require("reconsider", self.state)
        self._end("draft", error=error)
