"""What notify publishes: whether people were reached (通知). No names, no addresses."""

from typing import Literal

from shared.contracts.base import Event, PersonAnswer, ReasonCode

Channel = Literal["inbox", "email"]


class MessageDelivered(Event):
    """A message reached a recipient on one channel. ``about`` is the stream it is about."""

    message_id: str
    recipient_id: str
    channel: Channel
    about: str


class MessageFailed(MessageDelivered):
    """A channel gave up on a message."""

    reason_code: ReasonCode


class PersonDataCollected(PersonAnswer):
    """What this service holds about a volunteer lies ready to be fetched, for some days."""


class PersonDataErased(PersonAnswer):
    """This service holds nothing about a volunteer any more."""
