"""HTTP bodies and answers about subscriptions."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.notify.subscribers.domain.subscription import Channel, DeclineReason
from services.notify.subscribers.queries.subscriptions import Progress, SubscriptionView
from shared.http.inputs import (
    Answer,
    Body,
    CountedPage,
    Moment,
    Name,
    Position,
    TownshipCode,
    Typed,
)

EventType = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]{1,60}\.v[0-9]{1,2}$"), Typed]
WebhookUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500), Typed]
NetworkText = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F:.]{2,39}(/[0-9]{1,3})?$"), Typed
]
State = Literal["requested", "active", "paused", "disabled", "declined", "ended"]
DeliveryState = Literal["pending", "delivered", "failed"]


class EventTypeAnswer(Answer):
    """A type of event that can be subscribed to, with an example as those get it who are told persons' numbers, or
    are not."""

    type: str
    publisher: str
    example: dict[str, Any]
    example_with_persons: dict[str, Any]


class SubscriptionBody(Body):
    """What a system wishes to be told, and where."""

    name: Name
    channel: Channel
    url: WebhookUrl | None = None
    types: Annotated[list[EventType], Field(min_length=1, max_length=200)]
    person_numbers: Annotated[
        bool, Field(description="whether it asks for persons' numbers; an operator decides")
    ] = False


class GrantBody(Body):
    """What an operator grants. ``townships``: none means all."""

    townships: Annotated[list[TownshipCode], Field(default_factory=list, max_length=200)]
    person_numbers: bool = False


class DeclineBody(Body):
    reason_code: DeclineReason


class ReplayBody(Body):
    """What to send again: behind a position (0: everything), from a time on, or what failed between two times."""

    what: Literal["position", "time", "failed"]
    after: Position = 0
    since: Moment | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _times(self) -> Self:
        if self.what != "position" and self.since is None:
            raise PydanticCustomError("replay_needs_time", "a time is needed")
        return self


class LaneAnswer(Answer):
    """``behind``: positions of the archive that are still to be looked through. ``pending``: deliveries that wait,
    the oldest since ``waiting_since``. ``failing_since``: since when nothing has arrived."""

    lane_kind: Literal["live", "replay"]
    cursor: int
    until: int | None
    behind: int
    pending: int
    waiting_since: datetime | None
    failing_since: datetime | None
    next_at: datetime | None

    @classmethod
    def of(cls, progress: Progress) -> "LaneAnswer":
        lane = progress.lane
        return cls(
            lane_kind=lane.lane_kind,
            cursor=lane.cursor,
            until=lane.until,
            behind=progress.behind,
            pending=lane.pending,
            waiting_since=progress.waiting_since,
            failing_since=lane.failing_since,
            next_at=lane.due_at if lane.pending else None,
        )


class SubscriptionAnswer(Answer):
    """A subscription. ``newest`` is the archive's last position."""

    id: str
    name: str
    channel: Channel
    url: str | None
    types: list[str]
    state: State
    reason_code: str | None
    townships: list[str]
    person_numbers: bool
    wants_person_numbers: bool
    is_own: bool
    made_at: datetime
    since: datetime
    former_until: Annotated[
        datetime | None, Field(description="until when the former secret signs as well")
    ]
    lanes: list[LaneAnswer]
    newest: int

    @classmethod
    def of(cls, view: SubscriptionView, subject: str) -> "SubscriptionAnswer":
        found = view.subscription
        said = {
            name: getattr(found, name)
            for name in cls.model_fields
            if name not in ("is_own", "lanes", "newest")
        }
        return cls(
            **said,
            is_own=found.account_id == subject,
            lanes=[LaneAnswer.of(each) for each in view.lanes],
            newest=view.newest,
        )


class SubscriptionsAnswer(CountedPage[SubscriptionAnswer]):
    """The newest first."""


class SecretAnswer(Answer):
    """The secret by which a webhook's ``v1`` signature is verified, and the public key for ``v1a``. The secret is not
    shown again."""

    id: str
    secret: str | None
    public_key: str | None


class PublicKeysAnswer(Answer):
    """The keys by which ``v1a`` signatures are verified now, the newest first."""

    keys: list[str]


class TestEventAnswer(Answer):
    webhook_id: str


class ReplayAnswer(Answer):
    """``deliveries``: how many there are already; null where they are made from the archive now."""

    deliveries: int | None


class DeliveryAnswer(Answer):
    id: int
    webhook_id: str
    type: str
    position: int
    state: DeliveryState
    attempts: int
    status: int | None
    error: str | None
    made_at: datetime
    tried_at: datetime | None
    next_at: datetime | None


class DeliveryBodyAnswer(DeliveryAnswer):
    """With the body, as it is sent."""

    body: str


class PositionAnswer(Answer):
    after: int
