"""Exactly-once effects, in order: which events of a batch are new, duplicates, or early.

The inbox keeps one number per foreign aggregate: that of its last event whose effects are stored
here. An event with a lower or equal number is a duplicate. The next one is applied. One beyond the
next waits in ``parked`` until those before it have arrived. Duplicated, delayed and shuffled
deliveries therefore all end in the same state, and an event that fails blocks its own aggregate
only.

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
    """``envelope``, which had waited in ``parked`` and was due, failed with ``fault``.

    The event that made it due is not the cause.
    """

    def __init__(self, envelope: Envelope, fault: Exception) -> None:
        super().__init__(f"{envelope.id}: {fault!r}")
        self.envelope = envelope
        self.fault = fault


@dataclass(slots=True)
class StreamProgress:
    """How far the stream of a foreign aggregate is applied here.

    ``parked`` maps the sequence numbers of parked events to whether they failed.
    """

    last_seq: int = 0
    parked: dict[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Open:
    """Returns each key's :class:`StreamProgress` and locks it.

    A second consumer of the same queue, which has not noticed yet that it lost its connection,
    waits here and then finds duplicates.
    """

    keys: Sequence[Key]


@dataclass(frozen=True, slots=True)
class Apply:
    """Applies the event's effects; raises what the use case raises."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Park:
    """Parks the event, or records ``error`` if it is parked already. Without an error it waits for
    another event.
    """

    envelope: Envelope
    error: str | None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Returns the parked event."""

    key: Key
    seq: int


@dataclass(frozen=True, slots=True)
class Unpark:
    """Removes the event from ``parked``."""

    key: Key
    seq: int


@dataclass(frozen=True, slots=True)
class Save:
    """Stores how far each aggregate is applied, and how many new events of each shard arrived."""

    last_seqs: dict[Key, int]
    new: Mapping[Source, int] = field(default_factory=dict)


Step = Open | Apply | Park | Fetch | Unpark | Save


def key_of(envelope: Envelope) -> Key:
    """Returns the key of an event's stream."""
    return envelope.publisher, envelope.aggregate_id


def source_of(envelope: Envelope) -> Source:
    """Returns the publisher and shard of an event."""
    return envelope.publisher, envelope.shard


def admit(batch: Sequence[Envelope]) -> Core[Step, dict[str, int]]:
    """Applies the events of ``batch`` that are due, and parked ones that become due.

    It returns the number of events by fate: applied, duplicate, parked. Exceptions of an event are
    raised, and the transaction must then be rolled back.

    :raises WaitingFailed: the event that failed is not of this batch.
    """
    fates = {"applied": 0, "duplicate": 0, "parked": 0}
    streams: dict[Key, StreamProgress] = yield Open(
        sorted({key_of(envelope) for envelope in batch})
    )
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
    """Parks a failed event, or records its error if it is parked already. Later events of its
    stream wait.
    """
    streams: dict[Key, StreamProgress] = yield Open([key_of(envelope)])
    stream = streams[key_of(envelope)]
    if envelope.aggregate_seq > stream.last_seq and (yield from _park(stream, envelope, error)):
        yield Save({}, {source_of(envelope): 1})


def redrive(key: Key) -> Core[Step, bool]:
    """Tries the next parked event of an aggregate again, and returns whether there was one.

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
    """Drops a failed event without its effects, so that the one behind it is due.

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
    """Returns 1 when the event is newly parked, 0 when it was parked already."""
    known = envelope.aggregate_seq in stream.parked
    if error is not None or not known:
        yield Park(envelope, error)
        stream.parked[envelope.aggregate_seq] = error is not None
    return 0 if known else 1
