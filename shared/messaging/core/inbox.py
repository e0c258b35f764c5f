"""Exactly-once effects, in order: what of a batch is new, what is a duplicate, what must wait.

The inbox keeps one number per foreign aggregate: its last event whose effects are stored here. An
event with a lower or equal number is a duplicate; the next one is applied; one beyond the next waits
in ``parked`` until those before it have come. So duplicated, delayed and shuffled deliveries all end
in the same state, and an event that fails holds back its own aggregate only.

Every core here runs inside one transaction.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.eventlog.envelope import Envelope
from shared.kernel.errors import Conflict
from shared.messaging.core import Core

Key = tuple[str, str]
"""(publisher, aggregate id)"""

Source = tuple[str, int]
"""(publisher, shard)"""


class WaitingFailed(Exception):
    """``envelope`` had waited in ``parked``, was due, and failed with ``fault``. The event that made it
    due is not to blame."""

    def __init__(self, envelope: Envelope, fault: Exception) -> None:
        super().__init__(f"{envelope.id}: {fault!r}")
        self.envelope = envelope
        self.fault = fault


@dataclass(slots=True)
class StreamProgress:
    """Where a foreign aggregate stands here; ``parked``: sequence number -> whether it failed."""

    last_seq: int = 0
    parked: dict[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Open:
    """Gives each key's :class:`StreamProgress`, and locks it: a second consumer of the same queue (one that has not yet
    noticed that it lost its connection) waits here, and then finds duplicates."""

    keys: Sequence[Key]


@dataclass(frozen=True, slots=True)
class Apply:
    """Takes the event's effects; raises what the use case raises."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Park:
    """Sets the event aside, or, if it is already, notes how it failed. ``error`` None: it waits for another."""

    envelope: Envelope
    error: str | None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Gives the parked event."""

    key: Key
    seq: int


@dataclass(frozen=True, slots=True)
class Unpark:
    """Takes the event out of ``parked``."""

    key: Key
    seq: int


@dataclass(frozen=True, slots=True)
class Save:
    """Stores how far each aggregate's events are applied, and how many of each shard came that had not come before."""

    last_seqs: dict[Key, int]
    new: Mapping[Source, int] = field(default_factory=dict)


Step = Open | Apply | Park | Fetch | Unpark | Save


def key_of(envelope: Envelope) -> Key:
    return envelope.publisher, envelope.aggregate_id


def source_of(envelope: Envelope) -> Source:
    return envelope.publisher, envelope.shard


def admit(batch: Sequence[Envelope]) -> Core[Step, dict[str, int]]:
    """Applies what is due of ``batch`` and of what waited for it; gives the number of events by
    fate: applied, duplicate, parked. What an event raises passes through, and the transaction
    must then be rolled back.

    :raises WaitingFailed: instead, when the event that failed is not of this batch.
    """
    fates = {"applied": 0, "duplicate": 0, "parked": 0}
    streams: dict[Key, StreamProgress] = yield Open(sorted({key_of(envelope) for envelope in batch}))
    changed: set[Key] = set()
    new = Counter[Source]()
    for envelope in batch:
        key, seq = key_of(envelope), envelope.aggregate_seq
        stream = streams[key]
        if seq <= stream.last_seq:
            fates["duplicate"] += 1
        elif seq > stream.last_seq + 1 or seq in stream.parked:
            parked = yield from _park(stream, envelope, None)
            fates["parked"] += parked
            new[source_of(envelope)] += parked
        else:
            yield Apply(envelope)
            stream.last_seq = seq
            changed.add(key)
            fates["applied"] += 1
            new[source_of(envelope)] += 1
            while stream.parked.get(stream.last_seq + 1) is False:  # there, and not failed
                yield from _apply_parked(key, stream)
                fates["applied"] += 1
    if new := +new:
        yield Save({key: streams[key].last_seq for key in sorted(changed)}, new)
    return fates


def park_failed(envelope: Envelope, error: str) -> Core[Step, None]:
    """Sets a failed event aside, or notes how it failed if it was; what comes after it in its
    stream will wait behind it."""
    streams: dict[Key, StreamProgress] = yield Open([key_of(envelope)])
    stream = streams[key_of(envelope)]
    if envelope.aggregate_seq > stream.last_seq and (yield from _park(stream, envelope, error)):
        yield Save({}, {source_of(envelope): 1})


def redrive(key: Key) -> Core[Step, bool]:
    """Tries the next parked event of an aggregate, though it failed before; False: it is not here.

    :raises WaitingFailed: it failed again.
    """
    streams: dict[Key, StreamProgress] = yield Open([key])
    stream = streams[key]
    if stream.last_seq + 1 not in stream.parked:
        return False
    yield from _apply_parked(key, stream)
    yield Save({key: stream.last_seq})
    return True


def discard(key: Key, seq: int) -> Core[Step, None]:
    """Lets a failed event go without its effects. What waits behind it is due then.

    :raises Conflict: it has not failed, or is not the next.
    """
    streams: dict[Key, StreamProgress] = yield Open([key])
    stream = streams[key]
    if seq != stream.last_seq + 1 or not stream.parked.get(seq):
        raise Conflict("parked_event.not_next", field="aggregate_seq", next=stream.last_seq + 1)
    yield Unpark(key, seq)
    yield Save({key: seq})


def _apply_parked(key: Key, stream: StreamProgress) -> Core[Step, None]:
    seq = stream.last_seq + 1
    envelope: Envelope = yield Fetch(key, seq)
    try:
        yield Apply(envelope)
    except Exception as error:
        raise WaitingFailed(envelope, error) from error
    yield Unpark(key, seq)
    del stream.parked[seq]
    stream.last_seq = seq


def _park(stream: StreamProgress, envelope: Envelope, error: str | None) -> Core[Step, int]:
    """1 when it is newly parked, 0 when it was already."""
    known = envelope.aggregate_seq in stream.parked
    if error is not None or not known:
        yield Park(envelope, error)
        stream.parked[envelope.aggregate_seq] = error is not None
    return 0 if known else 1
