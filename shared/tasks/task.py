"""What waits for somebody: the rows of ``GET /tasks``, which every service answers for what it owns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

MOST_OF_A_KIND = 20
"""How many tasks of one code are listed; ``counts`` says how many there are."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a task, by the account's subject, and since when.

    ``given_by`` is the colleague who handed it over, None where the holder took it. ``until_on`` is
    the last day of a delegation; from the day after it the task is with ``returns_to`` again.
    """

    subject: str
    is_mine: bool
    since: datetime
    given_by: str | None = None
    until_on: date | None = None
    returns_to: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One act that waits. ``code`` says which, ``about`` names its object as a stream does (``order:<id>``). ``facts``
    are what the reader's words need, and ``due_on`` is the day by which it ought to be done, if there is one.
    ``is_shared``: several coordinators see it, so that one of them takes it; ``holder`` is who did."""

    code: str
    about: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    due_on: date | None = None
    is_shared: bool = False
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """Up to :data:`MOST_OF_A_KIND` tasks of each code, and how many there are of each."""

    items: list[Task]
    counts: dict[str, int]

    @classmethod
    def of(cls, *groups: tuple[str, int, list[Task]]) -> "Tasks":
        """From groups of code, number and the first tasks; codes of which there are none are left out."""
        return cls(
            items=[task for _, _, tasks in groups for task in tasks],
            counts={code: count for code, count, _ in groups if count},
        )
