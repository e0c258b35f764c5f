"""The two stores of the simulation: a publisher's event log, and a consumer's inbox with its effects."""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.eventlog.envelope import Envelope, shard_of
from shared.eventlog.position import ResendRequest
from shared.kernel.clock import utc_now
from shared.messaging.core import inbox, relay
from shared.messaging.core.inbox import Key, Source, StreamProgress

AT = utc_now()

Interleaved = Generator[Any, None, Any]
"""Yields where others may go on: None, or what says when it can go on itself."""


@dataclass(slots=True)
class Row:
    """An event in the log. ``envelope.position`` is its id, ``number`` what the column ``txid`` says."""

    txid: int
    number: int
    envelope: Envelope
    committed: bool = False


@dataclass(slots=True)
class Log:
    """The event log and the cursors, as PostgreSQL shows them: ids and transaction numbers are given when they are
    asked for, rows are seen when their transaction is committed."""

    watermarked: bool = True
    numbered: bool = True
    by_id: bool = True
    rows: list[Row] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    locks: set[str] = field(default_factory=set)
    cursors: dict[int, tuple[int, int, int, int]] = field(
        default_factory=lambda: defaultdict(lambda: (0, 0, 0, 0))
    )
    went_back: bool = False
    changes: int = 0
    _next_txid: int = 1
    _next_id: int = 1

    def begin(self) -> int:
        txid = self._next_txid
        self._next_txid += 1
        self.open.add(txid)
        return txid

    def append(self, txid: int, stream: str) -> None:
        """The next event of a stream, whose lock the caller has."""
        before = [row for row in self.rows if row.envelope.aggregate_id == stream]
        envelope = Envelope(
            "catalog", "X", stream, len(before) + 1, AT, b"", "", "", "", position=self._next_id
        )
        number = max(txid, before[-1].number) if before and self.numbered else txid
        self.rows.append(Row(txid, number, envelope))
        self._next_id += 1

    def end(self, txid: int, *, commit: bool) -> None:
        if commit:
            for row in self.rows:
                row.committed |= row.txid == txid
        else:
            self.rows = [row for row in self.rows if row.txid != txid]
        self.open.discard(txid)
        self.changes += 1

    def committed(self) -> list[Envelope]:
        return [row.envelope for row in self.rows if row.committed]

    def look(self, shards: Iterable[int]) -> list[relay.ShardState]:
        mark = min(self.open, default=self._next_txid) if self.watermarked else self._next_txid
        standings = []
        for shard in sorted(shards):
            rows = [
                row
                for row in self.rows
                if row.committed and shard_of(row.envelope.aggregate_id) == shard
            ]
            start, to, sent, count = self.cursors[shard]
            unfinished = any(
                start <= row.number < to and row.envelope.position > sent for row in rows
            )
            first = min(
                (row.envelope.position for row in rows if to <= row.number < mark), default=None
            )
            held_back = any(row.number >= mark for row in rows)
            standings.append(
                relay.ShardState(shard, start, to, sent, count, unfinished, first, mark, held_back)
            )
        return standings

    def read(self, windows: Sequence[relay.Window], limit: int) -> list[list[Envelope]]:
        pages = []
        for window in windows:
            rows = [
                row
                for row in self.rows
                if row.committed
                and shard_of(row.envelope.aggregate_id) == window.shard
                and row.envelope.position > window.sent_id
                and window.from_txid <= row.number < window.to_txid
            ]
            rows.sort(
                key=lambda row: (
                    row.envelope.position if self.by_id else (row.number, row.envelope.position)
                )
            )
            pages.append([row.envelope for row in rows[:limit]])
        return pages

    def advance(self, moves: Sequence[relay.Window], *, guarded: bool = True) -> None:
        for window in moves:
            _, to, before, _ = self.cursors[window.shard]
            onwards = (to == window.to_txid and before < window.sent_id) or to == window.from_txid
            if onwards or not guarded:
                self.went_back |= not onwards
                self.cursors[window.shard] = (
                    window.from_txid,
                    window.to_txid,
                    window.sent_id,
                    window.sent_count,
                )
        self.changes += 1

    def sent_counts(self, shards: Iterable[int]) -> dict[int, int]:
        return {shard: self.cursors[shard][3] for shard in shards}

    def stretch(self, ask: ResendRequest, limit: int) -> tuple[int, list[Envelope]]:
        """The position before the requested stretch, and its events.

        See :class:`shared.messaging.recovery.resending.Resender`.
        """
        below = sorted(
            (
                envelope
                for envelope in self.committed()
                if envelope.shard == ask.shard
                and (ask.before is None or envelope.position < ask.before)
            ),
            key=lambda envelope: envelope.position,
        )
        older = below[: max(0, len(below) - ask.last)]
        first = ask.after if ask.after is not None else older[-1].position if older else 0
        return first, [envelope for envelope in below if envelope.position > first][:limit]


@dataclass(slots=True)
class Effects:
    """The consumer's store. ``done``: the numbers of the events of each stream whose effects are stored."""

    received: Counter[Source] = field(default_factory=Counter)

    last_seqs: dict[Key, int] = field(default_factory=dict)
    parked: dict[Key, dict[int, tuple[Envelope, str | None]]] = field(default_factory=dict)
    done: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    locks: dict[Key, object] = field(default_factory=dict)


class Transaction:
    """One transaction on :class:`Effects`: sees its own changes, others see them after ``commit``."""

    def __init__(self, store: Effects, *, parks: bool = True, locks: bool = True) -> None:
        self._store = store
        self._parks = parks
        self._locks = locks
        self._parked: dict[Key, dict[int, tuple[Envelope, str | None]]] = {}
        self._last_seqs: dict[Key, int] = {}
        self._done: list[tuple[Key, int]] = []
        self._received = Counter[Source]()

    def open(self, keys: Sequence[Key]) -> Interleaved:
        if self._locks:
            while any(key in self._store.locks for key in keys):
                yield lambda: not any(key in self._store.locks for key in keys)
            self._store.locks |= dict.fromkeys(keys, self)
        self._parked = {key: dict(self._store.parked.get(key, {})) for key in keys}
        return {
            key: StreamProgress(
                self._store.last_seqs.get(key, 0),
                {seq: error is not None for seq, (_, error) in self._parked[key].items()},
            )
            for key in keys
        }

    def apply(self, envelope: Envelope) -> None:
        self._done.append((inbox.key_of(envelope), envelope.aggregate_seq))

    def park(self, envelope: Envelope, error: str | None) -> None:
        if self._parks:
            kept = replace(envelope, position=0)
            self._parked[inbox.key_of(envelope)][envelope.aggregate_seq] = (kept, error)

    def fetch(self, key: Key, seq: int) -> Envelope:
        return self._parked[key][seq][0]

    def unpark(self, key: Key, seq: int) -> None:
        del self._parked[key][seq]

    def save(self, last_seqs: dict[Key, int], new: Mapping[Source, int]) -> None:
        self._last_seqs |= last_seqs
        self._received.update(new)

    def commit(self) -> None:
        self._store.last_seqs |= self._last_seqs
        self._store.parked |= self._parked
        self._store.received += self._received
        for key, seq in self._done:
            self._store.done[key].append(seq)

    def close(self) -> None:
        for key in [key for key, owner in self._store.locks.items() if owner is self]:
            del self._store.locks[key]
