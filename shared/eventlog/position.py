"""How far a publisher has sent its log, said beside the events; and what a service asks for that lacks some of them.

Neither is an event: they are not logged, have no sequence, and may get lost or come twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.eventlog.envelope import SHARDS

Shard = Annotated[int, Field(ge=0, lt=SHARDS)]
Count = Annotated[int, Field(ge=0)]


class Ask(BaseModel):
    """Send me a stretch of the log again: of the ``shard``, the ``last`` events with a position below ``before`` (None:
    the newest), and of these what lies behind the position ``after`` (None: all of them)."""

    model_config = ConfigDict(frozen=True)

    id: str
    service: str
    shard: Shard
    last: Count
    before: int | None = None
    after: int | None = None


class Answer(BaseModel):
    """To the ask with the id ``ask``: the stretch begins behind the position ``first``; ``next_after`` is where to go
    on, None: that was all of it."""

    model_config = ConfigDict(frozen=True)

    ask: str
    first: int
    next_after: int | None


class Position(BaseModel):
    """``sent_count`` events of the shard were handed to the broker before this. With an ``answer`` it comes behind the
    events that were asked for."""

    model_config = ConfigDict(frozen=True)

    publisher: str
    shard: Shard
    sent_count: Count
    at: datetime
    answer: Answer | None = None

    @property
    def type(self) -> str:
        return f"{self.publisher}.{POSITION}"

    @property
    def routing_key(self) -> str:
        return f"{self.type}.s{self.shard}"

    def attributes(self) -> dict[str, str]:
        """CloudEvents attributes. There is no sequence and no partition key, so nobody takes it for an event of a
        stream."""
        return {
            "specversion": "1.0",
            "id": f"{self.publisher}/s{self.shard}/{self.sent_count}",
            "source": f"/diancai/{self.publisher}",
            "type": self.type,
            "subject": f"s{self.shard}",
            "time": self.at.isoformat(),
        }


POSITION = "log_position.v1"
"""What the type of a position ends in, behind its publisher's name."""

Hear = Callable[[Sequence[Position]], Awaitable[None]]
"""Takes positions when all that was delivered before them is stored."""

Resend = Callable[[Ask], Awaitable[None]]
"""Sends a service again what it asked for."""
