"""Numbers the events of one publisher and makes them rows of its event log, which is also its
outbox.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts import Event
from shared.eventlog.envelope import shard_of
from shared.kernel.aggregate import Aggregate
from shared.telemetry.trace import Trace, current_trace


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is published when its transaction commits."""

    event: Event
    aggregate_id: str
    aggregate_seq: int
    trace: Trace


class Outbox:
    """Numbers the events of one publisher and turns them into rows of its event log.

    :raises PermissionError: an event belongs to another publisher; only its owner may publish it.
    """

    def __init__(self, publisher: str) -> None:
        self.publisher = publisher

    def number(self, aggregate: Aggregate, event: Event) -> Recorded:
        """Gives ``event`` the next number of the aggregate's stream."""
        if event.publisher != self.publisher:
            raise PermissionError(f"{self.publisher} may not publish {event.type}")
        return Recorded(event, aggregate.stream, aggregate.next_event_seq(), current_trace())

    def row(self, entry: Recorded, now: datetime) -> dict[str, Any]:
        """Returns the row of the event log, without the transaction's number."""
        return {
            "shard": shard_of(entry.aggregate_id),
            "type": entry.event.type,
            "aggregate_id": entry.aggregate_id,
            "aggregate_seq": entry.aggregate_seq,
            "occurred_at": now,
            "headers": {
                "traceparent": entry.trace.traceparent,
                "correlationid": entry.trace.correlation_id,
                "causationid": entry.trace.causation_id,
            },
            "body": entry.event.model_dump_json().encode(),
        }
