"""Decides whether a service has all that its publishers sent, and what it requests again.

A position follows the events that it counts. If more events were sent than have arrived, some were
lost on the way: the broker lost its data, or had no queue yet. A count does not say which ones are
missing. The service therefore requests the newest first (as many as are missing, and some more),
and then four times as many before those, until the counts agree. To the inbox, events that had
arrived already are duplicates.
"""

from dataclasses import dataclass
from math import inf

from shared.eventlog.position import Position, ResendReply, ResendRequest
from shared.kernel.ids import new_id
from shared.messaging.core.inbox import Source

GROWTH = 4
LEAST = 50
"""The fewest events of a request: a duplicate costs less than another request."""

PATIENCE_SECONDS = 8.0
"""How long a reply may take before the request counts as lost."""

SPENT_SECONDS = 600.0
"""How long to wait before requesting again what the publisher's whole log did not contain.

It is requested earlier if more events get lost."""


@dataclass(frozen=True, slots=True)
class Recount:
    """Recounts what has arrived from the publisher, then compares again: an old release may not
    have counted.
    """

    publisher: str


@dataclass(slots=True)
class _Search:
    """The last request, and until when and on which connection its reply is expected.

    ``in_vain``: how many missing events the whole log did not contain.
    """

    ask: ResendRequest
    until: float
    connection: int
    target: int
    in_vain: float = inf


class Gaps:
    """The events that one service lacks. Kept in memory: after a restart the next position finds
    them again.
    """

    def __init__(self, service: str, *, least: int = LEAST) -> None:
        self._service = service
        self._least = least
        self._searches: dict[Source, _Search] = {}
        self._counted: set[str] = set()

    def on_position(
        self, position: Position, received: int, *, now: float, connection: int
    ) -> ResendRequest | Recount | None:
        """Returns what to do about ``position``, when ``received`` events of its shard have arrived
        before it.

        ``now``: seconds on any clock that is never set back. ``connection`` changes whenever
        requests on the one before may be lost.
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
        if (
            search is not None
            and position.answer is not None
            and position.answer.ask == search.ask.id
        ):
            return self._go_on(source, search, position.answer, missing, now)
        if position.answer is not None or (search is not None and now < search.until):
            return None
        if position.publisher not in self._counted:
            self._counted.add(position.publisher)
            return Recount(position.publisher)
        first = self._ask(position.shard, max(self._least, missing))
        self._searches[source] = _Search(
            first, now + PATIENCE_SECONDS, connection, position.sent_count
        )
        return first

    def request_failed(self, source: Source) -> None:
        """Forgets a request that did not reach the broker."""
        self._searches.pop(source, None)

    @property
    def searching(self) -> int:
        """The number of shards with missing events."""
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

    def _ask(
        self, shard: int, last: int, before: int | None = None, after: int | None = None
    ) -> ResendRequest:
        return ResendRequest(
            id=new_id(), service=self._service, shard=shard, last=last, before=before, after=after
        )
