"""An incident at a stop: what it was, in whose words, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps

What = Literal[
    "person_unwell", "accident", "bad_weather", "equipment", "crowd", "complaint", "other"
]


@dataclass(eq=False, kw_only=True)
class Incident(Aggregate):
    """The ``number``-th incident at a stop, from 1. The team ``team_code`` noted it, or the township, or the corps
    (``by`` is a role). What it says is never changed; whoever knows more notes another one."""

    kind: ClassVar[str] = "incident"
    STEPS: ClassVar[Steps] = {"open": ("close",), "closed": ()}

    id: str
    stop_id: str
    number: int
    what: What
    text: str
    noted_at: datetime
    by: str
    team_code: str | None
    state: str = "open"
    closed_at: datetime | None = None
    words: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def close(self, at: datetime, words: str | None) -> None:
        """The corps has seen to it. :raises IllegalTransition: it has already."""
        self.require("close", self.state)
        self.state, self.closed_at, self.words = "closed", at, words
