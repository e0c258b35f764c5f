"""Reads the coverage ledger."""

from collections.abc import Iterable

from services.requests.coverage.domain import (
    Cell,
    Coverage,
    counted_from,
    fairness_of,
    of_townships,
    with_who_is_behind,
)
from services.requests.menu.queries import list_townships
from services.requests.orders.queries.service import (
    Covered,
    InHand,
    list_covered,
    list_in_hand,
)
from services.requests.policy import POLICY
from shared.db.paging import Listed
from shared.unit_of_work import UnitOfWork

SEPARATOR = "~"


async def read_coverage(uow: UnitOfWork) -> Coverage:
    """The ledger of today, of the townships that whoever asks may see. Who is behind, and how evenly services fell, is
    judged over all townships."""
    grant = uow.permit(POLICY, "read_coverage")
    today = uow.today()
    since = counted_from(today)
    async with uow.reading() as session:
        populations = {
            each.code: each.population for each in await list_townships(session, valid_on=today)
        }
        covered = await list_covered(session, since)
        in_hand = await list_in_hand(session)
    cells = with_who_is_behind(_cells(covered, in_hand), populations, today)
    townships = of_townships(cells, populations)
    own = {code for code in populations if grant.covers(township=code)}
    return Coverage(
        as_of=today,
        counted_from=since,
        fairness=fairness_of(townships),
        townships=[each for each in townships if each.township_code in own],
        cells=[cell for cell in cells if cell.township_code in own],
    )


async def list_cells(
    uow: UnitOfWork, *, after: str | None = None, limit: int = 500
) -> Listed[Cell]:
    """The cells of the ledger, a page at a time, in the order of townships and items."""
    cells = (await read_coverage(uow)).cells
    left = [cell for cell in cells if after is None or _key(cell) > _read(after)]
    page = left[:limit]
    more = len(left) > limit
    return Listed(page, SEPARATOR.join(_key(page[-1])) if more else None, len(cells))


def _key(cell: Cell) -> tuple[str, str]:
    return cell.township_code, cell.item_code


def _read(after: str) -> tuple[str, str]:
    township_code, _, item_code = after.partition(SEPARATOR)
    return township_code, item_code


def _cells(covered: Iterable[Covered], in_hand: Iterable[InHand]) -> list[Cell]:
    """A cell for each township and item of which anything was ordered or served."""
    got = {each[:2]: each for each in covered}
    open_lines = {each[:2]: each for each in in_hand}
    return [_cell(key, got.get(key), open_lines.get(key)) for key in sorted({*got, *open_lines})]


def _cell(key: tuple[str, str], got: Covered | None, open_lines: InHand | None) -> Cell:
    return Cell(
        township_code=key[0],
        item_code=key[1],
        last_served_on=got.last_on if got else None,
        services=got.services if got else 0,
        residents=got.residents if got else 0,
        waiting=open_lines.waiting if open_lines else 0,
        waiting_since=open_lines.since if open_lines else None,
        scheduled=open_lines.scheduled if open_lines else 0,
        next_on=open_lines.next_on if open_lines else None,
    )
