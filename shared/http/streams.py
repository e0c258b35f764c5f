"""Limits on the answers that stay open at once: live streams, and requests that wait for events."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.kernel.access import Actor
from shared.kernel.errors import TooMany

RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class StreamCaps:
    """The most answers that one process keeps open at once."""

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
        """Counts one more for the length of the block. Anonymous callers count by address.

        :raises TooMany: the account, or this process, has as many open as it may.
        """
        key = actor.subject or f"address {actor.address}"
        if self._by_account[key] >= self._caps.account:
            raise TooMany(
                "too_many_streams", retry_after=RETRY_AFTER_SECONDS, most=self._caps.account
            )
        if self.count >= self._caps.process:
            raise TooMany("too_many_streams_here", retry_after=RETRY_AFTER_SECONDS)
        self._by_account[key] += 1
        try:
            yield
        finally:
            self._by_account[key] -= 1
            if not self._by_account[key]:
                del self._by_account[key]
