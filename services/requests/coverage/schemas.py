"""HTTP answers of the coverage ledger."""

from datetime import date

from services.requests.coverage.domain import MONTHS
from shared.http.inputs import Answer


class CellAnswer(Answer):
    """One item in one township, see :class:`services.requests.coverage.domain.Cell`."""

    township_code: str
    item_code: str
    last_served_on: date | None
    services: int
    residents: int
    waiting: int
    waiting_since: date | None
    scheduled: int
    next_on: date | None
    is_behind: bool


class TownshipCoverageAnswer(Answer):
    """One township over all items."""

    township_code: str
    population: int | None
    items: int
    services: int
    residents: int
    per_10000: float | None
    last_served_on: date | None
    waiting: int
    waiting_since: date | None
    behind: int


class FairnessAnswer(Answer):
    """How evenly services fell on townships; ``gini`` from 0, all got the same, to nearly 1, one got everything."""

    by_population: bool
    least: float
    median: float
    most: float
    gini: float | None


class CoverageAnswer(Answer):
    """The ledger on the day ``as_of``. Services and residents are counted from ``counted_from`` on."""

    as_of: date
    counted_from: date
    months: int = MONTHS
    fairness: FairnessAnswer
    townships: list[TownshipCoverageAnswer]
    cells: list[CellAnswer]
