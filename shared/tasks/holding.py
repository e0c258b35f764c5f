"""Which coordinator works on a task: taken, handed to a colleague, delegated until a day, given back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Conflict


class TaskHeld(Conflict):
    """Somebody else works on the task."""

    def __init__(self) -> None:
        super().__init__("task_held", field="about")


@dataclass(eq=False, kw_only=True)
class Holding(Aggregate):
    """Who works on one task; ``holder`` is None while nobody does.

    While ``until_on`` is set, the task is delegated: the holder has it up to and including that day, then
    ``returns_to`` has it again, or nobody if that account was closed meanwhile. Nothing has to run for that:
    whoever changes a holding calls :meth:`settle` first, and whoever reads it compares the days.
    """

    kind: ClassVar[str] = "task_holding"

    id: str
    code: str
    object_id: str
    holder: str | None = None
    given_by: str | None = None
    since: datetime
    until_on: date | None = None
    returns_to: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def settle(self, today: date) -> None:
        """Ends a delegation whose last day has passed."""
        if self.until_on is not None and self.until_on < today:
            self.holder, self.given_by = self.returns_to, None
            self.until_on = self.returns_to = None

    def take(self, subject: str, now: datetime, *, instead_of: str | None) -> None:
        """Gives the task to ``subject``, who takes it from nobody or, knowing it, from ``instead_of``.

        :raises TaskHeld: another colleague has it.
        """
        if self.holder == subject:
            return
        if self.holder not in (None, instead_of):
            raise TaskHeld
        self._set(subject, None, now)

    def hand_over(self, by: str, to: str, now: datetime, *, until_on: date | None) -> None:
        """Hands the task to ``to``; with ``until_on`` it returns to ``by`` on the day after.

        Only the holder hands a task over, or anybody while nobody has it. Whoever it is delegated to passes on no more
        than that: it returns on the same day to whoever delegated it.

        :raises TaskHeld: a colleague has it. :raises Conflict: it is delegated, and a day was named.
        """
        is_done = (self.holder, self.given_by) == (to, by)
        if is_done and until_on in (None, self.until_on):  # the same request again
            return
        if self.holder not in (None, by):
            raise TaskHeld
        if self.until_on is None:
            self._set(to, by, now)
            self.until_on, self.returns_to = until_on, by if until_on is not None else None
        elif until_on is not None:
            raise Conflict("task_is_delegated", field="until_on", until_on=self.until_on)
        elif to == self.returns_to:
            self._set(to, by, now)
        else:
            self.holder, self.given_by, self.since = to, by, now

    def give_back(self, by: str, now: datetime) -> None:
        """Gives the task back to whoever delegated it, else to nobody. :raises TaskHeld: a colleague has it."""
        if self.holder is None:
            return
        if self.holder != by:
            raise TaskHeld
        self._set(self.returns_to, None, now)

    def leave(self, subject: str, now: datetime) -> None:
        """Whoever ``subject`` is works here no more: the task returns, or nobody has it."""
        if self.returns_to == subject:
            self.returns_to = None
        if self.holder == subject:
            self._set(self.returns_to, None, now)

    def _set(self, holder: str | None, given_by: str | None, now: datetime) -> None:
        self.holder, self.given_by, self.since = holder, given_by, now
        self.until_on = self.returns_to = None


@dataclass(eq=False, kw_only=True)
class HolderChange(Aggregate):
    """One change of who works on a task, as a stream of its own: the row of a holding goes when its task is done, and
    an event of a task that comes back later would be numbered as one of before."""

    kind: ClassVar[str] = "task_holder_change"

    id: str

    @property
    def key(self) -> str:
        return self.id
