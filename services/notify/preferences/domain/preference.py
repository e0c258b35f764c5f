"""What one recipient wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, get_args

from services.notify.preferences.domain.kinds import KINDS, Kind, kind_of
from services.notify.preferences.domain.quiet import QuietHours
from services.notify.preferences.domain.rhythm import Rhythm, round_after
from shared.kernel.aggregate import Aggregate

Way = Literal["email", "sms", "robot"]
"""The channels beside the inbox, which holds everything whatever is wished."""
WAYS: tuple[Way, ...] = get_args(Way)

DEFAULTS: Mapping[Kind, tuple[Way, ...]] = {
    kind: ("email", "sms", "robot") if kind == "day_of_service" else ("email", "robot")
    for kind in KINDS
}
"""Until somebody says otherwise: a text message costs money, so it is for the day of service alone."""


@dataclass(eq=False, kw_only=True)
class Preference(Aggregate):
    """``channels`` holds, by kind, what differs from the defaults; ``quiet_from`` and ``quiet_until`` are hours such as
    22:00; ``rhythm`` is how often mail comes."""

    kind: ClassVar[str] = "preference"

    recipient_id: str
    channels: dict[str, list[str]] = field(default_factory=dict)
    quiet_from: str | None = None
    quiet_until: str | None = None
    rhythm: Rhythm = "at_once"

    @property
    def key(self) -> str:
        return self.recipient_id

    @property
    def quiet_hours(self) -> QuietHours | None:
        return QuietHours.of(self.quiet_from, self.quiet_until)

    def ways_of(self, kind: Kind) -> Sequence[str]:
        """The channels for one kind of message."""
        return self.channels.get(kind, DEFAULTS[kind])

    def wants(self, code: str, way: str) -> bool:
        """Whether a message is to go by this channel."""
        return way in self.ways_of(kind_of(code))

    def of(self, recipient_id: str) -> "Preference":
        """The same wishes for another recipient."""
        return Preference(
            recipient_id=recipient_id,
            channels=dict(self.channels),
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            rhythm=self.rhythm,
        )

    def mailed_at(self, now: datetime) -> datetime | None:
        """When a mail of now is due that can wait; None when it goes at once."""
        return round_after(self.rhythm, now)

    def choose(
        self,
        channels: Mapping[Kind, Sequence[Way]],
        quiet_from: str | None,
        quiet_until: str | None,
        rhythm: Rhythm,
    ) -> None:
        """Replaces what was wished; kinds that are left out are as by default.

        :raises InvalidInput: see :meth:`QuietHours.of`.
        """
        QuietHours.of(quiet_from, quiet_until)
        self.channels = {
            kind: [way for way in WAYS if way in ways] for kind, ways in channels.items()
        }
        self.quiet_from, self.quiet_until, self.rhythm = quiet_from, quiet_until, rhythm
