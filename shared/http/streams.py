"""How many answers may stay open at once: live streams, and requests that wait for what is new."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.kernel.access import Actor
from shared.kernel.errors import TooMany

RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class StreamCaps:
    """Open at once, in one process."""

    account: int
    process: int


class OpenStreams:
    """Counts the answers that this process keeps open."""

    def __init__(self, caps: StreamCaps) -> None:
        self._caps = caps
        self._by_account: Counter[str] = Counter()

    @property
    def count(self) -> int:
        return self._by_account.total()

    @contextmanager
    def open(self, actor: Actor) -> Iterator[None]:
        """One more for the length of the block. Somebody without an account counts by address.

        :raises TooMany: this account, or this process, has as many open as it may.
        """
        key = actor.subject or f"address {actor.address}"
        if self._by_account[key] >= self._caps.account:
            raise TooMany("too_many_streams", retry_after=RETRY_AFTER_SECONDS, most=self._caps.account)
        if self.count >= self._caps.process:
            raise TooMany("too_many_streams_here", retry_after=RETRY_AFTER_SECONDS)
        self._by_account[key] += 1
        try:
            yield
        finally:
            self._by_account[key] -= 1
            if not self._by_account[key]:
                del self._by_account[key]
