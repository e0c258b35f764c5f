"""Operations on monthly figures of windows, and comparing those of one kind."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.catalog.comparison import queries, schemas, use_cases
from services.catalog.comparison.sheets import FIGURES
from services.catalog.policy import POLICY
from shared.http.cell_faults import CellWording, usual_headings
from shared.http.exports import add_export
from shared.http.inputs import After, AppState, Code, CountedPage, Limit, Uow
from shared.http.openapi import secured, taking_file
from shared.http.spreadsheet import Cell, ExcelFile, exported
from shared.http.texts import preferred_language
from shared.kernel.cells import find_headings, guess_columns
from shared.kernel.errors import InvalidInput
from shared.sheets.reading import read_table

router = APIRouter(tags=["catalog"])

HEADINGS = "import.headings.window_figures"
FirstMonth = Annotated[schemas.Month, Query(description="the first month")]
LastMonth = Annotated[schemas.Month, Query(description="the last month, included")]


@router.get(
    "/window-figures", summary="Monthly figures of windows", **secured("read_window_figures", 422)
)
async def list_figures(
    uow: Uow,
    window_code: Annotated[Code | None, Query(description="only of this window")] = None,
    first_month: Annotated[schemas.Month | None, Query()] = None,
    last_month: Annotated[schemas.Month | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> CountedPage[schemas.FigureAnswer]:
    found = await queries.list_figures(
        uow,
        window_code=window_code,
        first_month=first_month,
        last_month=last_month,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.FigureAnswer](
        items=[schemas.FigureAnswer.of(each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(router, "/window-figures.xlsx", list_figures, FIGURES, action="read_window_figures")


@router.get(
    "/window-figures/template.xlsx",
    summary="A table to fill in: a row for each window whose figures one enters",
    response_class=ExcelFile,
    **secured("enter_window_figures"),
)
async def get_template(request: Request, uow: Uow, state: AppState) -> ExcelFile:
    language = preferred_language(request.headers.get("accept-language"))
    windows = await queries.windows_to_fill_in(uow)
    title = state.texts.render(language, "export.window_figures")["sheet"]
    month = f"{uow.today():%Y-%m}"

    async def pages() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        yield [[each.code, each.name, month, *[None] * 7] for each in windows]

    headings = FIGURES.headings(state.texts, language)
    return await exported(headings, pages(), title=title, filename=f"{title} {month}.xlsx")


@router.post(
    "/window-figures/import",
    summary="Take over a table of figures (Excel or CSV), whole or, where a row has a fault, not at all",
    **taking_file(secured("enter_window_figures", 409, 413)),
)
async def import_figures(
    request: Request,
    uow: Uow,
    state: AppState,
    only_check: Annotated[bool, Query(description="say what would be, and store nothing")] = False,
) -> schemas.TakenAnswer:
    uow.permit(POLICY, "enter_window_figures")  # before the file is read
    table = await read_table(await request.body())
    groups = (HEADINGS, "export.window_figures")
    words = usual_headings(state.texts, groups, schemas.COLUMNS)
    top = find_headings(table.rows, words)
    columns = guess_columns(table.rows[top], words)
    if missing := [name for name in schemas.NEEDED if name not in columns]:
        language = preferred_language(request.headers.get("accept-language"))
        wording = CellWording(state.texts, language, HEADINGS, columns)
        raise InvalidInput(
            "figure_columns_missing",
            field="file",
            columns=wording.listed(wording.first(HEADINGS, name) for name in missing),
        )
    rows = [
        schemas.read_row(no, cells, columns)
        for no, cells in enumerate(table.rows[top + 1 :], start=top + 2)
        if any(cell.strip() for cell in cells)
    ]
    taken = await use_cases.take_figures(uow, rows, only_check=only_check)
    language = preferred_language(request.headers.get("accept-language"))
    wording = CellWording(state.texts, language, HEADINGS, columns)
    return schemas.TakenAnswer(
        rows=len(rows),
        **taken.counts,
        is_stored=taken.is_stored,
        faulty=schemas.faulty_of(taken.rows, wording),
    )


@router.get(
    "/window-kinds/{code}/comparison",
    summary="The windows of one kind compared, as far as the figures allow",
    **secured("compare_windows", 404, 422),
)
async def compare_kind(
    code: Code, uow: Uow, first_month: FirstMonth, last_month: LastMonth
) -> schemas.KindComparisonAnswer:
    return schemas.KindComparisonAnswer.of(
        await queries.compare_kind(uow, code, first_month, last_month)
    )


@router.get(
    "/windows/{code}/comparison",
    summary="The months of one window compared, as far as the figures allow",
    **secured("compare_windows", 404, 422),
)
async def compare_over_time(
    code: Code, uow: Uow, first_month: FirstMonth, last_month: LastMonth
) -> schemas.OverTimeAnswer:
    return schemas.over_time(*await queries.compare_over_time(uow, code, first_month, last_month))
