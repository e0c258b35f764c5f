"""Workbooks: .xlsx, .xlsm, .ods and .xls, by calamine, which runs no macro and follows no link."""

import io
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from shared.sheets.archive import repacked
from shared.sheets.limits import MOST_ROWS, Refused

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EXACT_DIGITS = 15
"""Excel keeps no more of a number; a longer code that was entered as a number is lost."""


def is_workbook(data: bytes) -> bool:
    return data.startswith((ZIP, OLE))


def read_workbook(data: bytes, wanted: int | None) -> tuple[list[str], str, list[list[str]]]:
    """Returns the names of the sheets, the one that was read, and its rows: sheet number ``wanted``,
    counted from 1, or else the first that has any.

    :raises Refused: it can't be read, or has no such sheet, or nothing in it.
    """
    import python_calamine as calamine

    if data.startswith(ZIP):
        data = repacked(data)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            if wanted is not None and wanted > len(names):
                raise Refused("sheet_absent", sheet=wanted, sheets=", ".join(names)[:300])
            for name in names if wanted is None else [names[wanted - 1]]:
                rows = list(_rows(book.get_sheet_by_name(name)))
                if any(any(row) for row in rows):
                    return names, name, rows
    except calamine.PasswordError as error:
        raise Refused("sheet_locked") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("sheet_damaged") from error
    raise Refused("sheet_empty")


def _rows(sheet: Any) -> Iterator[list[str]]:
    if sheet.height > MOST_ROWS * 2:
        raise Refused("sheet_too_many_rows", most=MOST_ROWS)
    merged = _merged(sheet)
    above: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        texts = [text_of(cell) for cell in cells]
        for column, first in merged.get(row, ()):
            if first == row:
                above[row, column] = texts[column] if column < len(texts) else ""
            elif column < len(texts):
                texts[column] = texts[column] or above.get((first, column), "")
        yield texts


def _merged(sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """By row, the columns that a merged cell runs down through, each with the row where it begins: what
    stands in the cell counts for all its rows, as one sees it."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[:MOST_ROWS]:
        if left == right and bottom > top:
            for row in range(top, min(bottom, MOST_ROWS) + 1):
                found.setdefault(row, []).append((left, top))
    return found


def text_of(cell: object) -> str:
    """Returns what a cell holds as somebody would type it: 330381125000.0 is 330381125000.

    A number with more digits than Excel keeps is given with its exponent, which no code has.
    """
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return _number(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case _:
            return str(cell)


def _number(cell: float) -> str:
    if abs(cell) >= 10**EXACT_DIGITS:
        return f"{cell:.14E}"
    return str(int(cell)) if float(cell).is_integer() else repr(cell)
