"""Checks who sent a message: what the broker verified must agree with what the message claims.

A sender can't choose two things. The first word of the routing key: topic permissions let each
service's user publish only keys that begin with its own name. And the property ``user_id``:
RabbitMQ closes the channel of a publisher whose ``user_id`` is not the user of its connection.
Headers and body must agree with both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from aio_pika.abc import AbstractIncomingMessage

from shared.eventlog.envelope import Envelope
from shared.eventlog.position import Position, ResendRequest
from shared.messaging.broker import replay_key
from shared.messaging.topology import EXCHANGE, POSITIONS, REPLAY, RESEND, resend_key

USER_PATTERN = "{service}"
_ATTRIBUTE = re.compile(r"[^\x20-\x7e]")


class Forged(ValueError):
    """A message that claims what its sender does not own, or that no service of this system sends."""


@dataclass(frozen=True, slots=True)
class Users:
    """The services' users on the broker.

    ``own`` is the user of this connection. ``pattern`` is how users are named after services, such
    as ``diancai-{service}``.
    """

    service: str
    own: str
    pattern: str = USER_PATTERN

    @classmethod
    def of_url(cls, url: str, service: str, pattern: str = USER_PATTERN) -> "Users":
        """Reads the own user from the broker's URL."""
        return cls(service, unquote(urlsplit(url).username or ""), pattern)

    @property
    def are_separate(self) -> bool:
        """Whether each service has a user of its own.

        This is assumed when the own user is named by the pattern. Where all services share a user,
        as on a developer's machine, ``user_id`` proves nothing and is neither set nor compared.
        """
        return self.own == self.user_of(self.service)

    def user_of(self, service: str) -> str:
        """Returns the user of a service."""
        return self.pattern.format(service=service)

    def user_id(self) -> str | None:
        """Returns the ``user_id`` of messages that this service sends."""
        return self.own if self.are_separate else None

    def check(self, message: AbstractIncomingMessage, sender: str) -> None:
        """Compares the sender of a message with the user that the broker verified.

        :raises Forged: the broker verified another user than the sender's.
        """
        if self.are_separate and message.user_id != self.user_of(sender):
            raise Forged(
                f"user_id is {shown(message.user_id)}, {self.user_of(sender)!r} publishes for {sender}"
            )


def check_event(envelope: Envelope, message: AbstractIncomingMessage, users: Users) -> None:
    """Accepts an event that its publisher sent to all listeners, or again to this service.

    :raises Forged: exchange, routing key, ``user_id`` and the CloudEvents attributes do not agree.
    """
    publisher = envelope.publisher
    if not envelope.type.startswith(f"{publisher}."):
        raise Forged(f"source {shown(publisher)} does not own the type {shown(envelope.type)}")
    _check_way(
        message,
        {
            EXCHANGE: envelope.routing_key,
            REPLAY: replay_key(publisher, users.service, envelope.shard),
        },
    )
    users.check(message, publisher)


def check_position(position: Position, message: AbstractIncomingMessage, users: Users) -> None:
    """Accepts a position that its publisher sent.

    :raises Forged: as :func:`check_event`.
    """
    again = replay_key(position.publisher, users.service, position.shard)
    _check_way(message, {POSITIONS: position.routing_key, REPLAY: again})
    users.check(message, position.publisher)


def check_resend_request(
    request: ResendRequest, message: AbstractIncomingMessage, users: Users
) -> None:
    """Accepts a request that a service made for itself.

    :raises Forged: as :func:`check_event`.
    """
    _check_way(message, {RESEND: resend_key(request.service, users.service)})
    users.check(message, request.service)


def _check_way(message: AbstractIncomingMessage, ways: Mapping[str, str]) -> None:
    expected = ways.get(message.exchange or "")
    if expected is None:
        raise Forged(f"came through the exchange {shown(message.exchange)}")
    if message.routing_key != expected:
        raise Forged(f"routing key {shown(message.routing_key)}, {shown(expected)} is due")


def shown(claim: Any) -> str:
    """Returns what a sender wrote in a form for the log: short, in printable ASCII."""
    return repr(_ATTRIBUTE.sub("?", str(claim))[:120])
