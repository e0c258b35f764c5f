"""The process that reads one file: bytes come by stdin, a table or a refusal goes to stdout as JSON.

Its memory and time are limited, so a file that unpacks to gigabytes in whatever way ends this process and
nothing else.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from shared.sheets import delimited, workbook
from shared.sheets.limits import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_CPU_SECONDS,
    MOST_MEMORY_BYTES,
    MOST_ROWS,
    Refused,
)


def read(data: bytes, wanted: int | None) -> dict[str, Any]:
    """Returns the table in a file: the sheets' names, the one that was read, and its rows as text.

    :raises Refused: there is none, or it is too large.
    """
    if workbook.is_workbook(data):
        sheets, sheet, rows = workbook.read_workbook(data, wanted)
    else:
        sheets, sheet, rows = [], "", list(delimited.rows_of(delimited.decoded(data)))
    while rows and not _width(rows[-1]):
        rows.pop()
    if not rows:
        raise Refused("sheet_empty")
    if len(rows) > MOST_ROWS:
        raise Refused("sheet_too_many_rows", most=MOST_ROWS)
    width = max(_width(row) for row in rows)
    if width > MOST_COLUMNS:
        raise Refused("sheet_too_many_columns", most=MOST_COLUMNS)
    if any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        raise Refused("sheet_cell_too_long", most=LONGEST_CELL)
    rows = [row[:width] + [""] * (width - len(row)) for row in rows]
    return {"sheets": sheets, "sheet": sheet, "rows": rows}


def _width(row: list[str]) -> int:
    return max((place + 1 for place, cell in enumerate(row) if cell.strip()), default=0)


def _limit() -> None:
    with suppress(ImportError):  # Windows has no limits of this kind
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> None:
    _limit()
    try:
        said = read(sys.stdin.buffer.read(), int(arguments[0]) if arguments else None)
    except Refused as refusal:
        said = {"refused": refusal.code, "facts": refusal.facts}
    except MemoryError:
        said = {"refused": "sheet_bomb", "facts": {}}
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main(sys.argv[1:])
