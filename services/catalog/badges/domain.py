"""Badges (工作牌) of those who hold posts of windows, with a signed code that anybody can verify.

The code is a JWT (RFC 7519) signed with ES256 (RFC 7518, 3.4), so that it can be verified by the published key without
a connection too. It says post, window, pledge and validity, and nothing of the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.clock import CHINA
from shared.kernel.errors import InvalidInput

BadgeState = Literal["issued", "revoked"]
RevocationReason = Literal[
    "lost", "post_left", "consent_withdrawn", "replaced", "entered_wrongly", "other"
]
ReasonByHand = Literal["lost", "post_left", "entered_wrongly", "other"]
"""Those that a person gives; the others follow from what happened."""
BadgeStanding = Literal["valid", "not_yet", "expired", "revoked"]
"""How a badge of ours stands on a day."""
Outcome = Literal["valid", "not_yet", "expired", "revoked", "foreign", "forged"]
"""What somebody who verifies a badge learns: also that it is another system's, or signed by nobody we know."""

TOKEN_KIND = "badge+jwt"  # noqa: S105  # the typ of its header
LONGEST_DAYS = 90
"""A code that is verified without a connection can't be revoked there; so it does not last longer."""
RENEWED_WITHIN = timedelta(days=14)
"""So long before its last day the window's team is asked to renew a badge."""


@dataclass(eq=False, kw_only=True)
class Badge(Aggregate):
    """What somebody who holds a post wears from ``valid_from`` to ``valid_until``, both included. It keeps what it said
    when it was issued. ``is_named``: the card shows the person's name, which the person agreed to."""

    kind: ClassVar[str] = "badge"
    STEPS: ClassVar[Steps] = {"issued": ("revoke", "print"), "revoked": ()}

    number: str
    holding_id: str
    window_code: str
    volunteer_no: str
    window_name: str
    window_name_en: str
    post_name: str
    post_name_en: str
    pledge: str | None
    is_named: bool
    valid_from: date
    valid_until: date
    issued_at: datetime
    state: BadgeState = "issued"
    revoked_at: datetime | None = None
    reason_code: RevocationReason | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.number

    def revoke(self, at: datetime, reason_code: RevocationReason, reason: str | None) -> None:
        """It holds no more. :raises IllegalTransition: it was revoked before."""
        self.require("revoke", self.state)
        self.state, self.revoked_at = "revoked", at
        self.reason_code, self.reason = reason_code, reason

    def standing(self, today: date) -> BadgeStanding:
        """How it stands on a day."""
        if self.state == "revoked":
            return "revoked"
        if today < self.valid_from:
            return "not_yet"
        return "expired" if self.valid_until < today else "valid"

    def overlaps(self, first: date, last: date) -> bool:
        """Whether it is worn on one of these days."""
        return self.state == "issued" and self.valid_from <= last and first <= self.valid_until

    def claims(self, issuer: str) -> Mapping[str, Any]:
        """What its code says: ``nbf`` and ``exp`` are the beginning of its first day and the end of its last one, in
        China, in seconds since 1970."""
        said = {
            "iss": issuer,
            "jti": self.number,
            "nbf": _midnight(self.valid_from),
            "exp": _midnight(self.valid_until + timedelta(days=1)),
            "window": self.window_name,
            "post": self.post_name,
        }
        return said if self.pledge is None else said | {"pledge": self.pledge}


def require_period(valid_from: date, valid_until: date, today: date) -> None:
    """:raises InvalidInput: the days are reversed, over, or more than a badge may last."""
    if valid_until < valid_from:
        raise InvalidInput("days_reversed", field="valid_until", first=valid_from, last=valid_until)
    if valid_until < today:
        raise InvalidInput("day_is_past", field="valid_until", day=valid_until, today=today)
    if (valid_until - valid_from).days >= LONGEST_DAYS:
        last = valid_from + timedelta(days=LONGEST_DAYS - 1)
        raise InvalidInput(
            "badge_lasts_too_long", field="valid_until", most=LONGEST_DAYS, last=last
        )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time.min, tzinfo=CHINA).timestamp())
