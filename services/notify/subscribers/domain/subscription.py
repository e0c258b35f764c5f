"""A subscription: what another system asked to be told, what it is granted, and where that stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict

Channel = Literal["webhook", "feed"]
DeclineReason = Literal["not_competent", "too_much_asked", "unknown_system", "address_unfit"]
EndReason = Literal["owner", "operator"]
DisableReason = Literal["gone", "failing"]

OVERLAP = timedelta(hours=24)
"""How long a secret still signs after another took its place."""


@dataclass(eq=False, kw_only=True)
class Subscription(Aggregate):
    """``account_id`` is the owner's pseudonymous id. ``townships`` are those that the operator grants, all where there
    are none; ``person_numbers`` says whether what names a person by number is left in. ``reason_code`` says why it was
    declined or disabled. ``since`` is when it came into its present state."""

    kind: ClassVar[str] = "subscription"
    STEPS: ClassVar[Steps] = {
        "requested": ("approve", "decline", "rotate", "end"),
        "active": ("pause", "rotate", "test", "replay", "read", "end", "disable"),
        "paused": ("resume", "rotate", "read", "end"),
        "disabled": ("resume", "rotate", "end"),
        "declined": (),
        "ended": (),
    }

    id: str
    name: str
    account_id: str
    channel: Channel
    url: str | None
    types: list[str]
    state: str = "requested"
    reason_code: str | None = None
    townships: list[str] = field(default_factory=list)
    person_numbers: bool = False
    wants_person_numbers: bool = False
    secret_sealed: str | None = None
    former_secret_sealed: str | None = None
    former_until: datetime | None = None
    made_at: datetime
    since: datetime

    @property
    def key(self) -> str:
        return self.id

    def approve(self, townships: list[str], person_numbers: bool, now: datetime) -> None:
        """:raises IllegalTransition: it does not wait for that."""
        self._go("approve", "active", now)
        self.townships, self.person_numbers = townships, person_numbers

    def decline(self, reason: DeclineReason, now: datetime) -> None:
        """:raises IllegalTransition: it does not wait for that."""
        self._go("decline", "declined", now)
        self.reason_code = reason

    def pause(self, now: datetime) -> None:
        """Nothing is sent until it goes on; what comes meanwhile is sent then.

        :raises IllegalTransition: it is not active.
        """
        self._go("pause", "paused", now)

    def resume(self, now: datetime) -> None:
        """:raises IllegalTransition: it neither paused nor was disabled."""
        self._go("resume", "active", now)
        self.reason_code = None

    def disable(self, reason: DisableReason, now: datetime) -> None:
        """:raises IllegalTransition: it is not active."""
        self._go("disable", "disabled", now)
        self.reason_code = reason

    def end(self, reason: EndReason, now: datetime) -> None:
        """For good; its secrets are forgotten.

        :raises IllegalTransition: it is over.
        """
        self._go("end", "ended", now)
        self.reason_code = reason
        self.secret_sealed = self.former_secret_sealed = self.former_until = None

    def rotate(self, sealed: str, former_sealed: str | None, now: datetime) -> None:
        """Another secret signs from now on; the one before does too, for :data:`OVERLAP`.

        :raises IllegalTransition: it is over. :raises Conflict: it has no webhook.
        """
        self.require("rotate", self.state)
        self.require_webhook()
        if former_sealed is not None:
            self.former_secret_sealed, self.former_until = former_sealed, now + OVERLAP
        self.secret_sealed = sealed

    def require_webhook(self) -> None:
        """:raises Conflict: it is a feed."""
        if self.channel != "webhook":
            raise Conflict("subscription.no_webhook", field="channel")

    def signs_with_former(self, now: datetime) -> bool:
        return self.former_until is not None and now < self.former_until

    def _go(self, step: str, state: str, now: datetime) -> None:
        self.require(step, self.state)
        self.state, self.since = state, now
