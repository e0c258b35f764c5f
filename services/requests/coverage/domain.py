"""Who got how much of what, and who falls behind."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

BEHIND_SHARE = 0.5
"""A township is behind with an item that it waits for if it got less than this share of what half of the townships
got at most (the median)."""
BEHIND_DAYS = 60
"""So long nobody should wait for an item, however much others got of it."""
MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One item in one township. ``services`` and ``residents`` are those of the last twelve months, this one included;
    ``last_served_on`` is of any time. ``waiting`` counts what was ordered and has no day yet, the first of it ordered
    on ``waiting_since``."""

    township_code: str
    item_code: str
    last_served_on: date | None = None
    services: int = 0
    residents: int = 0
    waiting: int = 0
    waiting_since: date | None = None
    scheduled: int = 0
    next_on: date | None = None
    is_behind: bool = False


@dataclass(frozen=True, kw_only=True)
class TownshipCoverage:
    """One township over all items. ``per_10000`` is how many booths of the last twelve months came on 10,000
    residents; None where nobody entered how many live there."""

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


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """How evenly services fell on townships. ``gini`` is Gini's coefficient, from 0 (all got the same) to nearly 1
    (one got everything); None where nothing was served. It is of services per 10,000 residents if the population of
    every township is known (``by_population``), else of services."""

    by_population: bool
    least: float
    median: float
    most: float
    gini: float | None


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The ledger on a day: counts are from the beginning of ``counted_from``'s month."""

    as_of: date
    counted_from: date
    fairness: Fairness
    townships: Sequence[TownshipCoverage]
    cells: Sequence[Cell]


def counted_from(today: date) -> date:
    """Returns the first day of the twelve months that end with today's."""
    month = today.replace(day=1)
    for _ in range(MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def with_who_is_behind(
    cells: Iterable[Cell], township_codes: Collection[str], today: date
) -> list[Cell]:
    """Returns the cells, each saying whether its township is behind with its item.

    Behind is who waits, and either got less than :data:`BEHIND_SHARE` of the median over all townships, or has waited
    longer than :data:`BEHIND_DAYS`. Who never asked for an item is not behind with it.
    """
    services: dict[str, list[int]] = defaultdict(list)
    found = list(cells)
    for cell in found:
        services[cell.item_code].append(cell.services)
    middle = {
        item_code: median([*counts, *[0] * (len(township_codes) - len(counts))])
        for item_code, counts in services.items()
    }
    return [_judged(cell, middle[cell.item_code], today) for cell in found]


def _judged(cell: Cell, middle: float, today: date) -> Cell:
    if not cell.waiting:
        return cell
    since = cell.waiting_since
    waited_long = since is not None and (today - since).days > BEHIND_DAYS
    if not waited_long and cell.services >= BEHIND_SHARE * middle:
        return cell
    return Cell(**{**vars(cell), "is_behind": True})


def of_townships(
    cells: Iterable[Cell], populations: dict[str, int | None]
) -> list[TownshipCoverage]:
    """Returns each township that ``populations`` names, whether it got anything or not."""
    own: dict[str, list[Cell]] = {code: [] for code in populations}
    for cell in cells:
        own.setdefault(cell.township_code, []).append(cell)
    return [_of_township(code, own[code], populations.get(code)) for code in own]


def _of_township(code: str, cells: Sequence[Cell], population: int | None) -> TownshipCoverage:
    services = sum(cell.services for cell in cells)
    return TownshipCoverage(
        township_code=code,
        population=population,
        items=sum(1 for cell in cells if cell.services),
        services=services,
        residents=sum(cell.residents for cell in cells),
        per_10000=round(services * 10_000 / population, 2) if population else None,
        last_served_on=max((c.last_served_on for c in cells if c.last_served_on), default=None),
        waiting=sum(cell.waiting for cell in cells),
        waiting_since=min((c.waiting_since for c in cells if c.waiting_since), default=None),
        behind=sum(1 for cell in cells if cell.is_behind),
    )


def fairness_of(townships: Sequence[TownshipCoverage]) -> Fairness:
    by_population = bool(townships) and all(each.per_10000 is not None for each in townships)
    got = sorted(
        float(each.per_10000 or 0) if by_population else float(each.services) for each in townships
    )
    return Fairness(
        by_population=by_population,
        least=got[0] if got else 0.0,
        median=median(got) if got else 0.0,
        most=got[-1] if got else 0.0,
        gini=gini(got),
    )


def gini(sorted_values: Sequence[float]) -> float | None:
    """Returns Gini's coefficient of values that are not negative and rise; None where their sum is 0.

    Source: Dixon et al., "Bootstrapping the Gini coefficient of inequality", Ecology 68 (1987), without its correction
    for small samples: these are all townships, not a sample.
    """
    total, count = sum(sorted_values), len(sorted_values)
    if not total:
        return None
    weighted = sum((2 * rank - count - 1) * value for rank, value in enumerate(sorted_values, 1))
    return round(weighted / (count * total), 3)
