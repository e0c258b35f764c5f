"""Takes over a table of monthly figures, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.catalog.comparison.domain.figures import FigureRow, WindowFigure, id_of, month_on
from services.catalog.policy import POLICY
from services.catalog.windows.queries import windows_among
from shared.unit_of_work import UnitOfWork

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(slots=True)
class Taken:
    """How many rows there are of each outcome. Nothing ``is_stored`` where a row has a fault, or it was only asked."""

    rows: Sequence[FigureRow]
    counts: dict[Outcome, int]
    is_stored: bool


async def take_figures(uow: UnitOfWork, rows: Sequence[FigureRow], *, only_check: bool) -> Taken:
    """Checks all rows, and stores them where none has a fault. Figures of the same window and month are replaced.

    :raises Forbidden: all windows that the rows name are others'.
    """
    grant = uow.permit(POLICY, "enter_window_figures")
    counts: dict[Outcome, int] = {"new": 0, "changed": 0, "unchanged": 0}
    async with uow.transaction() as tx:
        codes = {each.facts["window_code"] for each in rows if "window_code" in each.facts}
        windows = await windows_among(tx.session, codes)
        if windows:
            grant.require_for("window_code", teams=[each.team_code for each in windows.values()])
        first: dict[str, int] = {}
        for row in rows:
            _check_sense(row, month_on(tx.today))
            code, month = row.facts.get("window_code"), row.facts.get("month")
            if code is not None:
                window = windows.get(code)
                if window is None or not grant.covers(teams=[window.team_code]):
                    row.blame("window_code", "window_not_yours")
            if code is not None and month is not None:
                before = first.setdefault(id_of(code, month), row.no)
                if before != row.no:
                    row.blame("month", "cell_repeated", row=before)
        is_whole = bool(rows) and not any(row.faults for row in rows)
        known = await tx.find_all(WindowFigure, set(first)) if is_whole else {}
        for row in rows if is_whole else ():
            key = id_of(row.facts["window_code"], row.facts["month"])
            found = known.get(key)
            if found is None:
                counts["new"] += 1
                if not only_check:
                    tx.add(WindowFigure(id=key, **row.facts))
                continue
            changed = {k: v for k, v in row.facts.items() if getattr(found, k) != v}
            counts["changed" if changed else "unchanged"] += 1
            for name, value in changed.items() if not only_check else ():
                setattr(found, name, value)
    return Taken(rows, counts, is_whole and not only_check)


def _check_sense(row: FigureRow, this_month: str) -> None:
    """What each cell allows may still not go together."""
    facts = row.facts
    if facts.get("month", "") > this_month:
        row.blame("month", "month_ahead", month=facts["month"])
    for count, mean, sd in (
        ("waits", "wait_mean", "wait_sd"),
        ("ratings", "rating_mean", "rating_sd"),
    ):
        many = facts.get(count)
        if many is None:
            continue
        if many > facts.get("served", many):
            row.blame(count, "more_than_served", served=facts["served"])
        if many and facts.get(mean, 0) is None:
            row.blame(mean, "mean_missing")
        if not many:
            facts[mean] = facts[sd] = None
