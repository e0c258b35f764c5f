"""Whether a service has all that its publishers sent, and what it asks for when it has not.

A position comes behind the events it counts. If more were sent than have come, some got lost on the way: the broker
lost its data, or had no queue yet. Which ones cannot be seen from a number, so the newest are asked for first (as many
as are missing, and some more), and then four times as many before those, until the counts agree. What was there already
is a duplicate to the inbox.
"""

from dataclasses import dataclass
from math import inf

from shared.eventlog.position import Position, ResendReply, ResendRequest
from shared.kernel.ids import new_id
from shared.messaging.core.inbox import Source

GROWTH = 4
LEAST = 50
"""The fewest that are asked for: a duplicate costs less than asking again."""

PATIENCE_SECONDS = 8.0
"""How long an answer may take before the ask counts as lost."""

SPENT_SECONDS = 600.0
"""How long to wait before asking again for what the publisher's whole log did not hold, unless more gets lost."""


@dataclass(frozen=True, slots=True)
class Recount:
    """Count anew what has come from the publisher, then see again: a release that did not count may have taken
    events."""

    publisher: str


@dataclass(slots=True)
class _Search:
    """What was asked for last, and until when its answer is waited for, on which connection. ``in_vain``: how many
    events the whole log did not hold."""

    ask: ResendRequest
    until: float
    connection: int
    target: int
    in_vain: float = inf


class Gaps:
    """What one service lacks. Kept in memory: forgotten, it is found again by the next position."""

    def __init__(self, service: str, *, least: int = LEAST) -> None:
        self._service = service
        self._least = least
        self._searches: dict[Source, _Search] = {}
        self._counted: set[str] = set()

    def on_position(
        self, position: Position, received: int, *, now: float, connection: int
    ) -> ResendRequest | Recount | None:
        """What is to be done about ``position``, when ``received`` events of its shard have come before it.

        ``now``: seconds on any clock that goes on. ``connection`` changes when what was asked over the one before may
        be lost.
        """
        source = (position.publisher, position.shard)
        search = self._searches.get(source)
        if received >= max(position.sent_count, search.target if search else 0):
            self._searches.pop(source, None)
            return None
        if received >= position.sent_count:
            return None  # an old one
        missing = position.sent_count - received
        if search is not None and (search.connection != connection or missing > search.in_vain):
            search = None
        if search is not None and position.answer is not None and position.answer.ask == search.ask.id:
            return self._go_on(source, search, position.answer, missing, now)
        if position.answer is not None or (search is not None and now < search.until):
            return None
        if position.publisher not in self._counted:
            self._counted.add(position.publisher)
            return Recount(position.publisher)
        first = self._ask(position.shard, max(self._least, missing))
        self._searches[source] = _Search(first, now + PATIENCE_SECONDS, connection, position.sent_count)
        return first

    def request_failed(self, source: Source) -> None:
        """The ask did not reach the broker."""
        self._searches.pop(source, None)

    @property
    def searching(self) -> int:
        return len(self._searches)

    def _go_on(
        self, source: Source, search: _Search, answer: ResendReply, missing: int, now: float
    ) -> ResendRequest | None:
        ask = search.ask
        if answer.next_after is not None:
            search.ask = self._ask(ask.shard, ask.last, ask.before, answer.next_after)
        elif answer.first > 0:
            search.ask = self._ask(ask.shard, GROWTH * ask.last, answer.first + 1)
        else:
            self._counted.discard(source[0])
            search.until, search.in_vain = now + SPENT_SECONDS, missing
            return None
        search.until = now + PATIENCE_SECONDS
        return search.ask

    def _ask(self, shard: int, last: int, before: int | None = None, after: int | None = None) -> ResendRequest:
        return ResendRequest(id=new_id(), service=self._service, shard=shard, last=last, before=before, after=after)
