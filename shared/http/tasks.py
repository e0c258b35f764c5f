"""What waits for somebody: the rows of ``GET /tasks``, which every service answers for what it owns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

MOST_OF_A_KIND = 20
"""How many tasks of one code are listed; ``counts`` says how many there are."""


@dataclass(frozen=True, slots=True)
class Task:
    """One act that waits. ``code`` says which, ``about`` names its object as a stream does (``order:<id>``). ``facts``
    are what the reader's words need, and ``due_on`` is the day by which it ought to be done, if there is one."""

    code: str
    about: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    due_on: date | None = None


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


class TaskAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    about: str = Field(description="the object, as its stream is named, e.g. order:<id>")
    facts: dict[str, str | int]
    due_on: date | None


class TasksAnswer(BaseModel):
    """The console puts the answers of all services together."""

    model_config = ConfigDict(from_attributes=True)

    items: list[TaskAnswer]
    counts: dict[str, int] = Field(
        description="how many there are of each code; items holds the first of them"
    )
