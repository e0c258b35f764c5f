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
    """Where a shard is: its cursor, and what the log holds beyond it.

    ``sent_count``: how many events the cursor has passed since the log began. ``unfinished``: the cursor's window has
    events beyond ``sent_id``. ``first``: the id of the first event of the
    transactions from ``window_to`` to below ``watermark``, if there is one. ``held_back``: there are events at the
    watermark or above it, which wait for an earlier transaction to end.
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
    """A span of transactions, all ended, of one shard: [from_txid, to_txid), sent up to ``sent_id``, which is the
    shard's ``sent_count``-th event. That count follows from the place alone, so whoever moves the cursor there, and
    however often, writes the same.

    The span ends at the watermark and is never cut by a row limit. Inside it events go out by id,
    not by transaction: a transaction may begin (its inbox row numbers it) before another and yet
    change an aggregate after it. Ids follow the aggregate's lock, transaction numbers don't.
    """

    shard: int
    from_txid: int
    to_txid: int
    sent_id: int
    sent_count: int


@dataclass(frozen=True, slots=True)
class ReadState:
    """Gives a :class:`ShardState` for each shard that this relay has the lease of."""


@dataclass(frozen=True, slots=True)
class Read:
    """Gives for each window up to ``limit`` of its unsent events, by id."""

    windows: Sequence[Window]
    limit: int


@dataclass(frozen=True, slots=True)
class Publish:
    """Gives for each event of ``wave`` whether it is safe with the broker. No transaction is open meanwhile."""

    wave: Sequence[Envelope]


@dataclass(frozen=True, slots=True)
class Advance:
    """Moves cursors: each to a window, as far as that is sent now. A relay that lost its lease without noticing must
    not move one back: only onwards in the same window, or into the one that follows."""

    moves: Sequence[Window]


Step = ReadState | Read | Publish | Advance


@dataclass(frozen=True, slots=True)
class Round:
    """How many events there were to send, and how many of them the broker took over. ``goes_on``: there may be more
    that could have been sent, had the round been longer. ``held_back``: there are some that it could not send yet."""

    due: int = 0
    sent: int = 0
    goes_on: bool = False
    held_back: bool = False


def publish_due() -> Core[Step, Round]:
    """One round of a relay."""
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
        confirmed |= {envelope.position for envelope, safe in zip(wave, outcome, strict=True) if safe}
        if not all(outcome):
            break  # a later event of the same aggregate must not overtake the lost one
    moved = [sent_to(window, page, confirmed) for window, page in zip(windows, pages, strict=True)]
    if moves := [after for before, after in zip(windows, moved, strict=True) if after != before]:
        yield Advance(moves)
    goes_on = any(state.unfinished for state in states) or any(len(page) == limit for page in pages)
    return Round(sum(map(len, pages)), len(confirmed), goes_on, held_back)


def window_of(state: ShardState) -> Window | None:
    """The one that a restart or a full page left half sent, else what is new; None: there is nothing to send."""
    if state.unfinished:
        return Window(state.shard, state.window_from, state.window_to, state.sent_id, state.sent_count)
    if state.first is not None:
        return Window(state.shard, state.window_to, state.watermark, state.first - 1, state.sent_count)
    return None


def waves(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Cuts pages into runs in which no aggregate appears twice. A run is in flight as a whole; were
    two events of one aggregate in flight together, a refusal of the first would let the second pass."""
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
    """The window with all of ``page`` that is confirmed: the head of the page, and nothing beyond a gap."""
    for envelope in page:
        if envelope.position not in confirmed:
            break
        window = replace(window, sent_id=envelope.position, sent_count=window.sent_count + 1)
    return window
