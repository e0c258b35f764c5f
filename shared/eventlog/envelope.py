"""The envelope: CloudEvents 1.0 in binary mode, by the protocol bindings for AMQP and for RabbitMQ.

Source: https://github.com/cloudevents/spec, documents "CloudEvents" and "AMQP Protocol Binding",
and the extensions "partitioning", "sequence" and "distributed tracing".
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self

from shared.contracts import EVENTS, Event

SHARDS = 16
"""The number of shards of every event log. It is fixed, for the routing keys contain the shard."""

CONTENT_TYPE = "application/json"
AMQP_PREFIX: Final = "cloudEvents_"
RABBITMQ_PREFIX: Final = "ce-"
"""What the names of headers begin with: by the CloudEvents binding for AMQP 1.0, and by the one for
RabbitMQ that Knative publishes. The Python SDK reads them by ``cloudevents.core.bindings.amqp`` and
``.rabbitmq``."""

HeaderStyle = Literal["cloudEvents_", "ce-", "both"]


def shard_of(aggregate_id: str) -> int:
    """Returns the shard of an aggregate, 0 to 15. It is the same on every machine and in every
    release.
    """
    return zlib.crc32(aggregate_id.encode()) % SHARDS


def amqp_headers(attributes: Mapping[str, str], style: HeaderStyle = AMQP_PREFIX) -> dict[str, str]:
    """Returns CloudEvents attributes as message headers, by the binding or the bindings of
    ``style``.
    """
    if style == "both":
        return amqp_headers(attributes) | amqp_headers(attributes, RABBITMQ_PREFIX)
    return {style + name: value for name, value in attributes.items()}


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event in transit. ``body`` is forwarded byte by byte as it was stored.

    ``aggregate_id`` and ``aggregate_seq`` (1, 2, 3 …) locate the event in its stream. ``position``
    locates it in the publisher's log. Only the publisher knows it; elsewhere it is 0.
    """

    publisher: str
    type: str
    aggregate_id: str
    aggregate_seq: int
    occurred_at: datetime
    body: bytes
    traceparent: str
    correlation_id: str
    causation_id: str
    position: int = 0

    @property
    def id(self) -> str:
        """The event's id, such as ``roll:health/3``."""
        return f"{self.aggregate_id}/{self.aggregate_seq}"

    @property
    def shard(self) -> int:
        """The shard of the event's aggregate."""
        return shard_of(self.aggregate_id)

    @property
    def routing_key(self) -> str:
        """The routing key: the type and the shard."""
        return f"{self.type}.s{self.shard}"

    def event(self) -> Event | None:
        """Returns the event, or None when this release doesn't know its type.

        :raises pydantic.ValidationError: the body doesn't fit its type.
        """
        contract = EVENTS.get(self.type)
        return contract.model_validate_json(self.body) if contract else None

    def attributes(self) -> dict[str, str]:
        """Returns the CloudEvents attributes and extensions, all as text."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": f"/diancai/{self.publisher}",
            "type": self.type,
            "subject": self.aggregate_id,
            "time": self.occurred_at.isoformat(),
            "sequence": str(self.aggregate_seq),
            "partitionkey": self.aggregate_id,
            "traceparent": self.traceparent,
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
        }

    def headers(self, style: HeaderStyle = AMQP_PREFIX) -> dict[str, str]:
        """Returns the message headers."""
        return amqp_headers(self.attributes(), style)

    @classmethod
    def from_headers(cls, headers: Mapping[str, Any], body: bytes) -> Self:
        """Reads headers of either style.

        :raises ValueError: an attribute is missing or malformed, or the two styles differ; names
        it.
        """
        has_short = f"{RABBITMQ_PREFIX}type" in headers
        is_doubled = has_short and f"{AMQP_PREFIX}type" in headers
        prefix = RABBITMQ_PREFIX if has_short and not is_doubled else AMQP_PREFIX

        def attribute(name: str) -> str:
            value = headers.get(prefix + name)
            if not isinstance(value, str):
                raise ValueError(f"message without the CloudEvents attribute {name!r}")
            if is_doubled and headers.get(RABBITMQ_PREFIX + name) != value:
                raise ValueError(f"message with two values of the CloudEvents attribute {name!r}")
            return value

        return cls(
            publisher=attribute("source").removeprefix("/diancai/"),
            type=attribute("type"),
            aggregate_id=attribute("subject"),
            aggregate_seq=int(attribute("sequence")),
            occurred_at=datetime.fromisoformat(attribute("time")),
            body=body,
            traceparent=attribute("traceparent"),
            correlation_id=attribute("correlationid"),
            causation_id=attribute("causationid"),
        )
