"""Bodies and answers about badges."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.catalog.badges.domain import (
    BadgeStanding,
    BadgeState,
    ReasonByHand,
    RevocationReason,
)
from services.catalog.badges.queries import BadgeView
from shared.http.inputs import Answer, Body, Day, Key, ReasonBody
from shared.http.qr import CodeAnswer, drawn


class IssueBody(Body):
    """Badges from one day to another, both included: for those named, or for all who have none for these days."""

    valid_from: Day
    valid_until: Annotated[Day, Field(description="90 days at most")]
    holding_ids: Annotated[list[Key] | None, Field(min_length=1, max_length=100)] = None


class RevocationBody(ReasonBody):
    reason_code: ReasonByHand


class BadgeAnswer(Answer):
    """``standing`` is how it stands today, also where nobody has revoked it yet though its post is held no more."""

    number: str
    holding_id: str
    window_code: str
    window_name: str
    window_name_en: str
    post_name: str
    post_name_en: str
    volunteer_no: str
    name: str | None
    pledge: str | None
    is_named: bool
    valid_from: date
    valid_until: date
    issued_at: datetime
    state: BadgeState
    standing: BadgeStanding
    revoked_at: datetime | None
    reason_code: RevocationReason | None
    reason: str | None

    @classmethod
    def of(cls, view: BadgeView) -> "BadgeAnswer":
        """Returns the answer about a badge."""
        found = view.badge
        own = {name: getattr(found, name, None) for name in cls.model_fields}
        return cls.model_validate(
            own
            | {
                "name": view.name,
                "standing": view.standing,
                "reason_code": found.reason_code or view.fault,
            }
        )


class ShownBadgeAnswer(BadgeAnswer):
    """``code`` leads to ``url``, where anybody verifies it."""

    url: str
    code: CodeAnswer

    @classmethod
    def shown(cls, view: BadgeView, url: str) -> "ShownBadgeAnswer":
        """Returns the answer about a badge, with its code."""
        said = BadgeAnswer.of(view).model_dump()
        return cls.model_validate(said | {"url": url, "code": drawn(url, error="l")})


class ChecksAnswer(Answer):
    """How often badges were verified, by what came out."""

    valid: int = 0
    not_yet: int = 0
    expired: int = 0
    revoked: int = 0
    foreign: int = 0
    forged: int = 0
