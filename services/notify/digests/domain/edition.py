"""notify's copy of a published edition: whom it is news to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import CHINA


@dataclass(eq=False, kw_only=True)
class Edition(Aggregate):
    """A menu in force to ``retires_on`` inclusive, with ``items`` dishes."""

    kind: ClassVar[str] = "edition"

    id: str
    title: str
    effective_on: date
    retires_on: date
    items: int
    published_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    def concerns(self, entered_at: datetime) -> bool:
        """Whether a township that was entered at that moment is to be told: yes when the edition came
        later, or was not yet over. It follows from the two events alone, so it does not matter which
        of them is heard first."""
        return (
            self.published_at >= entered_at
            or self.retires_on >= entered_at.astimezone(CHINA).date()
        )
