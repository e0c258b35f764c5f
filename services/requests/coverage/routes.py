"""Operations on the coverage ledger."""

from fastapi import APIRouter

from services.requests.coverage import queries, schemas
from services.requests.coverage.domain import Cell
from services.requests.coverage.sheets import COVERAGE
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.inputs import After, Limit, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["requests"])


@router.get(
    "/coverage",
    summary="Which township got what, how often, and who falls behind",
    **secured("read_coverage"),
)
async def read_coverage(uow: Uow) -> schemas.CoverageAnswer:
    return schemas.CoverageAnswer.model_validate(await queries.read_coverage(uow))


async def _list_cells(uow: Uow, *, after: After = None, limit: Limit = 100) -> Listed[Cell]:
    return await queries.list_cells(uow, after=after, limit=limit)


add_export(router, "/coverage.xlsx", _list_cells, COVERAGE, action="read_coverage")
