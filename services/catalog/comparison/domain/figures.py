"""What a window measured in a month (窗口月度数据)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from services.catalog.comparison.domain.statistics import Sample, at_most_variance
from shared.kernel.aggregate import Aggregate
from shared.kernel.cells import Fault

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
LEAST_RATING, MOST_RATING = 1, 5
_MONTH = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})月?")


@dataclass(eq=False, kw_only=True)
class WindowFigure(Aggregate):
    """Of a window in a month: how many were ``served``; of how many the wait was measured (``waits``), with mean and
    standard deviation in minutes; and how many rated it, with mean and standard deviation on the scale from 1 to 5.
    What is None was not measured."""

    kind: ClassVar[str] = "window_figure"

    id: str
    window_code: str
    month: str
    served: int
    waits: int
    wait_mean: float | None
    wait_sd: float | None
    ratings: int
    rating_mean: float | None
    rating_sd: float | None

    @property
    def key(self) -> str:
        return self.id

    @property
    def waiting(self) -> Sample | None:
        """The waits; None where none was measured."""
        if not self.waits or self.wait_mean is None:
            return None
        variance = None if self.wait_sd is None else self.wait_sd**2
        return Sample(self.waits, self.wait_mean, variance)

    @property
    def rating(self) -> Sample | None:
        """The ratings; without a standard deviation it has the largest that such a mean allows."""
        if not self.ratings or self.rating_mean is None:
            return None
        if self.rating_sd is not None:
            return Sample(self.ratings, self.rating_mean, self.rating_sd**2)
        widest = at_most_variance(self.rating_mean, LEAST_RATING, MOST_RATING)
        return Sample(self.ratings, self.rating_mean, widest)


@dataclass(slots=True)
class FigureRow:
    """A row of the table: its number in the file, what it says, and what is wrong with it."""

    no: int
    cells: Sequence[str]
    facts: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def blame(self, name: str, code: str, **facts: Any) -> None:
        self.faults.append(Fault(name, code, facts))


def id_of(window_code: str, month: str) -> str:
    """A window has one row of figures for a month."""
    return f"{window_code}:{month}"


def month_of(text: str) -> str | None:
    """Returns a month as YYYY-MM: of 2014-6, 2014/06, 2014年6月 or 201406; None where it is none."""
    parts = _MONTH.fullmatch(text.strip())
    if parts is None or not 1 <= int(parts[2]) <= 12:
        return None
    return f"{parts[1]}-{int(parts[2]):02}"


def month_on(day: date) -> str:
    """The month that a day is in."""
    return f"{day.year:04}-{day.month:02}"
