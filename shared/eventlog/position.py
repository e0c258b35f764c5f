"""Messages about a publisher's log: how much of it was sent, and requests to send a part of it
again.

They are not events. They are not logged and have no sequence number, and they may get lost or
arrive twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.eventlog.envelope import SHARDS

Shard = Annotated[int, Field(ge=0, lt=SHARDS)]
Count = Annotated[int, Field(ge=0)]


class ResendRequest(BaseModel):
    """Asks a publisher to send a stretch of its log to ``service`` again.

    The stretch is the ``last`` events of the ``shard`` with a position below ``before`` (None: the
    newest ones). Of these, only the events behind the position ``after`` are sent (None: all of
    them).
    """

    model_config = ConfigDict(frozen=True)

    id: str
    service: str
    shard: Shard
    last: Count
    before: int | None = None
    after: int | None = None


class ResendReply(BaseModel):
    """Answers the request with the id ``ask``.

    The stretch begins behind the position ``first``. ``next_after`` is the position to continue
    from; None means that the whole stretch was sent.
    """

    model_config = ConfigDict(frozen=True)

    ask: str
    first: int
    next_after: int | None


class Position(BaseModel):
    """Says that ``sent_count`` events of the shard were handed to the broker before this message.

    With an ``answer`` it follows the events that were requested.
    """

    model_config = ConfigDict(frozen=True)

    publisher: str
    shard: Shard
    sent_count: Count
    at: datetime
    answer: ResendReply | None = None

    @property
    def type(self) -> str:
        """The message type, such as ``catalog.log_position.v1``."""
        return f"{self.publisher}.{POSITION}"

    @property
    def routing_key(self) -> str:
        """The routing key, such as ``catalog.log_position.v1.s7``."""
        return f"{self.type}.s{self.shard}"

    def attributes(self) -> dict[str, str]:
        """Returns the CloudEvents attributes.

        There is no sequence and no partition key, so no reader takes a position for an event of a
        stream.
        """
        return {
            "specversion": "1.0",
            "id": f"{self.publisher}/s{self.shard}/{self.sent_count}",
            "source": f"/diancai/{self.publisher}",
            "type": self.type,
            "subject": f"s{self.shard}",
            "time": self.at.isoformat(),
        }


POSITION = "log_position.v1"
"""The end of a position's type, behind the publisher's name."""

PositionHandler = Callable[[Sequence[Position]], Awaitable[None]]
"""Takes positions once all that was delivered before them is stored."""

ResendHandler = Callable[[ResendRequest], Awaitable[None]]
"""Sends the requested events again."""
