"""The machine with one safeguard taken out. Only tests can build it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from shared.eventlog.envelope import Envelope
from shared.messaging.core import Core, inbox, relay
from shared.messaging.core.inbox import Key, StreamProgress, key_of
from tests.simulation.world import Machine


def admit_everything(batch: Sequence[Envelope]) -> Core[inbox.Step, dict[str, int]]:
    """Whatever comes is applied, however often."""
    places: dict[Key, StreamProgress] = yield inbox.Open(
        sorted({key_of(envelope) for envelope in batch})
    )
    for envelope in batch:
        yield inbox.Apply(envelope)
        place = places[key_of(envelope)]
        place.last_seq = max(place.last_seq, envelope.aggregate_seq)
    yield inbox.Save({key: place.last_seq for key, place in places.items()})
    return {"applied": len(batch), "duplicate": 0, "parked": 0}


def publish_pages_at_once() -> Core[relay.Step, relay.Round]:
    """Two events of an aggregate are in flight together."""
    return _publish(lambda envelopes: [list(envelopes)], relay.sent_to)


def publish_past_gaps() -> Core[relay.Step, relay.Round]:
    """A cursor goes to the last confirmed event, also where one before it was not."""

    def sent_to(
        window: relay.Window, page: Sequence[Envelope], confirmed: set[int]
    ) -> relay.Window:
        last = max([window.sent_id, *(e.position for e in page if e.position in confirmed)])
        passed = sum(e.position <= last for e in page)
        return replace(window, sent_id=last, sent_count=window.sent_count + passed)

    return _publish(relay.waves, sent_to)


def _publish(
    waves: Callable[[Sequence[Envelope]], Iterable[list[Envelope]]],
    sent_to: Callable[[relay.Window, Sequence[Envelope], set[int]], relay.Window],
) -> Core[relay.Step, relay.Round]:
    """What :func:`shared.messaging.core.relay.publish_due` does, with two of its parts exchanged."""
    standings: list[relay.ShardState] = yield relay.ReadState()
    windows = [window for standing in standings if (window := relay.window_of(standing))]
    if not windows:
        return relay.Round()
    pages: list[list[Envelope]] = yield relay.Read(windows, relay.PAGE)
    confirmed: set[int] = set()
    for wave in waves([envelope for page in pages for envelope in page]):
        outcome: list[bool] = yield relay.Publish(wave)
        confirmed |= {
            envelope.position for envelope, safe in zip(wave, outcome, strict=True) if safe
        }
        if not all(outcome):
            break
    yield relay.Advance(
        [sent_to(window, page, confirmed) for window, page in zip(windows, pages, strict=True)]
    )
    return relay.Round(sum(map(len, pages)), len(confirmed))


MACHINES = {
    "": Machine(),
    "inbox": Machine(admit=admit_everything),
    "parking": Machine(parking=False),
    "confirms": Machine(confirms=False),
    "watermark": Machine(watermark=False),
    "shard-lock": Machine(shard_lock=False),
    "cursor-guard": Machine(cursor_guard=False),
    "numbering": Machine(numbering=False),
    "order-by-id": Machine(by_id=False),
    "row-locks": Machine(row_locks=False),
    "positions": Machine(positions=False),
    "waves": Machine(publish_due=publish_pages_at_once),
    "contiguous-prefix": Machine(publish_due=publish_past_gaps),
}
"""By the safeguard that is missing; "": none is."""
