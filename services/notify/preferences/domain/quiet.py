"""Hours in which nobody is to be disturbed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from shared.kernel.clock import CHINA
from shared.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begins`` on, before ``ends``, by China's time; over midnight where it begins later than it ends."""

    begins: time
    ends: time

    @classmethod
    def of(cls, begins: str | None, ends: str | None) -> "QuietHours | None":
        """From hours such as 22:00; None where there are none.

        :raises InvalidInput: only one is given, or both are the same, which may mean never or always.
        """
        if begins is None and ends is None:
            return None
        if begins is None or ends is None or begins == ends:
            raise InvalidInput("quiet_hours_unclear", field="quiet_until")
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def end_at(self, now: datetime) -> datetime | None:
        """When they end, if they are on at ``now``, in UTC; None where they are not."""
        here = now.astimezone(CHINA)
        if self.begins < self.ends:
            is_on = self.begins <= here.time() < self.ends
        else:
            is_on = here.time() >= self.begins or here.time() < self.ends
        if not is_on:
            return None
        day = here.date() + timedelta(days=1 if here.time() >= self.ends else 0)
        return datetime.combine(day, self.ends, CHINA).astimezone(UTC)
