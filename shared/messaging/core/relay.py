"""Which events a relay sends next, in which order, and how far its cursors move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.eventlog.envelope import Envelope
from shared.messaging.core import Core

PAGE = 2_000
"""The most events of a round."""

IN_FLIGHT = 500
"""The most events that wait for their confirms at once."""


@dataclass(frozen=True, slots=True)
class ShardState:
    """A shard's cursor, and what the log holds beyond it.

    - ``sent_count``: how many events the cursor has passed since the log began.
    - ``unfinished``: the cursor's window has events beyond ``sent_id``.
    - ``first``: the id of the first event of the transactions from ``window_to`` to below
      ``watermark``, or None.
    - ``held_back``: events at or above the watermark wait for an earlier transaction to end.
    """

    shard: int
    window_from: int
    window_to: int
    sent_id: int
    sent_count: int
    unfinished: bool
    first: int | None
    watermark: int
    held_back: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A span of ended transactions of one shard, [from_txid, to_txid), sent up to ``sent_id``.

    ``sent_id`` is the shard's ``sent_count``-th event. The count follows from the position alone,
    so relays that move the cursor to the same place write the same count, however often they do so.

    The span ends at the watermark and is never cut by a row limit. Inside it events are sent by id,
    not by transaction: a transaction may begin before another (its inbox row numbers it) and yet
    change an aggregate after it. Ids follow the aggregate's lock; transaction numbers don't.
    """

    shard: int
    from_txid: int
    to_txid: int
    sent_id: int
    sent_count: int


@dataclass(frozen=True, slots=True)
class ReadState:
    """Returns a :class:`ShardState` for each shard that this relay has leased."""


@dataclass(frozen=True, slots=True)
class Read:
    """Returns for each window up to ``limit`` of its unsent events, by id."""

    windows: Sequence[Window]
    limit: int


@dataclass(frozen=True, slots=True)
class Publish:
    """Returns for each event of ``wave`` whether the broker has stored it. No transaction is open
    meanwhile.
    """

    wave: Sequence[Envelope]


@dataclass(frozen=True, slots=True)
class Advance:
    """Moves each cursor to a window, as far as that is sent.

    A relay that has lost its lease without noticing must not move a cursor back. A cursor moves
    only onwards in its window, or into the window that follows.
    """

    moves: Sequence[Window]


Step = ReadState | Read | Publish | Advance


@dataclass(frozen=True, slots=True)
class Round:
    """How many events were due, and how many of them the broker accepted.

    ``goes_on``: more events could have been sent in a longer round. ``held_back``: some could not
    be sent yet.
    """

    due: int = 0
    sent: int = 0
    goes_on: bool = False
    held_back: bool = False


def publish_due() -> Core[Step, Round]:
    """Runs one round of a relay."""
    states: list[ShardState] = yield ReadState()
    held_back = any(state.held_back for state in states)
    windows = [window for state in states if (window := window_of(state))]
    if not windows:
        return Round(held_back=held_back)
    limit = max(1, PAGE // len(windows))
    pages: list[list[Envelope]] = yield Read(windows, limit)
    confirmed: set[int] = set()
    for wave in waves([envelope for page in pages for envelope in page]):
        outcome: list[bool] = yield Publish(wave)
        confirmed |= {
            envelope.position for envelope, safe in zip(wave, outcome, strict=True) if safe
        }
        if not all(outcome):
            break  # a later event of the same aggregate must not overtake the lost one
    moved = [sent_to(window, page, confirmed) for window, page in zip(windows, pages, strict=True)]
    if moves := [after for before, after in zip(windows, moved, strict=True) if after != before]:
        yield Advance(moves)
    goes_on = any(state.unfinished for state in states) or any(len(page) == limit for page in pages)
    return Round(sum(map(len, pages)), len(confirmed), goes_on, held_back)


def window_of(state: ShardState) -> Window | None:
    """Returns the window to send next, or None when there is nothing to send.

    It is the one that a restart or a full page left half sent, or else the new events.
    """
    if state.unfinished:
        return Window(
            state.shard, state.window_from, state.window_to, state.sent_id, state.sent_count
        )
    if state.first is not None:
        return Window(
            state.shard, state.window_to, state.watermark, state.first - 1, state.sent_count
        )
    return None


def waves(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Splits pages into runs in which no aggregate appears twice.

    A run is in flight as a whole. If two events of one aggregate were in flight together, the
    second could pass when the first is refused.
    """
    rest = list(envelopes)
    while rest:
        seen: set[str] = set()
        wave: list[Envelope] = []
        later: list[Envelope] = []
        for envelope in rest:
            free = len(wave) < IN_FLIGHT and envelope.aggregate_id not in seen
            (wave if free else later).append(envelope)
            seen.add(envelope.aggregate_id)
        yield wave
        rest = later


def sent_to(window: Window, page: Sequence[Envelope], confirmed: set[int]) -> Window:
    """Returns the window advanced over the confirmed head of ``page``, up to the first unconfirmed
    event.
    """
    for envelope in page:
        if envelope.position not in confirmed:
            break
        window = replace(window, sent_id=envelope.position, sent_count=window.sent_count + 1)
    return window
