"""What notify publishes: whether people were reached (通知). No names, no addresses."""

from typing import Annotated, Literal, TypeGuard, get_args

from pydantic import StringConstraints

from shared.contracts.base import Event, PersonAnswer, ReasonCode

Channel = Literal["inbox", "email"]
"""The channels that version 1 can name."""

ChannelCode = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:_[a-z]+)*$", max_length=20)]
"""The way by which a message goes: inbox, email, sms, robot. A consumer takes codes that it does not know yet."""


def is_channel_v1(channel: str) -> TypeGuard[Channel]:
    """Whether version 1 can name the channel."""
    return channel in get_args(Channel)


class MessageDelivered(Event):
    """A message reached a recipient on one channel. ``about`` is the stream it is about."""

    message_id: str
    recipient_id: str
    channel: Channel
    about: str


class MessageFailed(MessageDelivered):
    """A channel gave up on a message."""

    reason_code: ReasonCode


class MessageDeliveredV2(Event):
    """A message reached a recipient on one channel. ``about`` is the stream it is about.

    It stands beside version 1, whose list of channels is closed: what goes by another channel is told in this version
    only."""

    message_id: str
    recipient_id: str
    channel: ChannelCode
    about: str


class MessageFailedV2(MessageDeliveredV2):
    """A channel gave up on a message."""

    reason_code: ReasonCode


class PersonDataCollected(PersonAnswer):
    """What this service holds about a volunteer lies ready to be fetched, for some days."""


class PersonDataErased(PersonAnswer):
    """This service holds nothing about a volunteer any more."""
