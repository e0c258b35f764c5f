"""Lists as Excel files, written row by row: however long the list, memory stays the same."""

import asyncio
import math
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from textwrap import wrap
from types import TracebackType
from typing import BinaryIO, Self

from fastapi.responses import StreamingResponse

from shared.http.downloads import disposition
from shared.kernel.clock import CHINA

Cell = str | int | float | date | datetime | None

MOST_ROWS = 100_000
"""Of one export; Excel itself takes a million."""

A4 = 9
"""As spreadsheets number paper."""

READABLE_WIDTH = 180
"""In characters: a list that is wider takes several pages side by side, or nobody could read it on one."""

LINE_POINTS = 15
"""The height of a line of text."""

LETTERS_FOR_A_DIGIT = 1.15

MOST_LINES = 20
"""A row that is higher hides the others."""

CHUNK_BYTES = 64 * 1024


class ExcelFile(StreamingResponse):
    """An answer that is an Excel file."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: what stands above it, and its width in characters."""

    text: str
    width: int = 14


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column of so many characters, about. Columns are measured in digits: letters are
    narrower, and break between words; a Chinese character is as wide as two digits, and a line may end with any."""
    letters = round(width * LETTERS_FOR_A_DIGIT)

    def taken(line: str) -> int:
        if line.isascii():
            return len(wrap(line, letters)) if len(line) > letters else 1
        bytes_of_it = len(line.encode("gb18030", "replace"))  # two, where it is as wide as two
        return math.ceil(bytes_of_it / width)

    return min(sum(map(taken, text.split("\n"))), MOST_LINES)


class Spreadsheet:
    """A file of one sheet. Its headings are bold and stay in view.

    Text is stored as text, whatever it begins with: Excel computes a formula only from a cell that
    is one, and no cell here is. Days and moments are dates to Excel, moments in China's time.
    XlsxWriter keeps one row in memory and the others in a temporary file.
    """

    def __init__(self, headings: Sequence[Heading], *, title: str) -> None:
        from xlsxwriter import Workbook  # takes its time, and most processes write no file

        self._folder = tempfile.TemporaryDirectory(prefix="diancai-export-")
        self.path = Path(self._folder.name) / "list.xlsx"
        self._book = Workbook(
            str(self.path), {"constant_memory": True, "tmpdir": self._folder.name}
        )
        # Long texts take several lines: on paper, a cell shows nothing beyond its width.
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._number = self._book.add_format({"valign": "top"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        self._sheet = self._book.add_worksheet(title)
        self._sheet.freeze_panes(1, 0)
        # On paper: A4 on its side, headings and first column on each page.
        self._sheet.set_paper(A4)
        self._sheet.set_landscape()
        self._sheet.repeat_rows(0)
        self._sheet.repeat_columns(0, 0)
        if sum(heading.width for heading in headings) <= READABLE_WIDTH:
            self._sheet.fit_to_pages(1, 0)
        bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._widths = [heading.width for heading in headings]
        self._set_height(0, [heading.text for heading in headings])
        for column, heading in enumerate(headings):
            self._sheet.set_column(column, column, heading.width)
            self._sheet.write_string(0, column, heading.text, bold)
        self._next = 1

    def append(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            self._set_height(self._next, row)
            for column, value in enumerate(row):
                self._write(column, value)
            self._next += 1

    def _set_height(self, row: int, cells: Sequence[Cell]) -> None:
        """Makes room for texts of several lines: LibreOffice does not by itself, and writes them over the next row."""
        texts = zip(cells, self._widths, strict=False)
        lines = max(
            (lines_of(each, width) for each, width in texts if isinstance(each, str)), default=1
        )
        if lines > 1:
            self._sheet.set_row(row, lines * LINE_POINTS)
        for kept in (self._sheet.row_info, self._sheet.row_sizes):
            kept.pop(row - 2, None)  # it is written; XlsxWriter would keep the heights of all rows

    def _write(self, column: int, value: Cell) -> None:
        row, sheet = self._next, self._sheet
        match value:
            case None:
                pass
            case str():
                sheet.write_string(row, column, value, self._text)
            case datetime():
                local = value.astimezone(CHINA).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self._moment)
            case date():
                sheet.write_datetime(row, column, datetime.combine(value, time.min), self._day)
            case _:
                sheet.write_number(row, column, value, self._number)

    def finish(self) -> BinaryIO:
        """Completes the file. It is gone from the disk when the returned handle is closed."""
        self._book.close()
        done = self.path.open("rb")
        self._folder.cleanup()
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Removes what an error left behind."""
        if kind is not None:
            with suppress(Exception):
                self._book.close()  # it warns when it is dropped unfinished
            self._folder.cleanup()


async def exported(
    headings: Sequence[Heading],
    pages: AsyncIterable[Sequence[Sequence[Cell]]],
    *,
    title: str,
    filename: str,
) -> ExcelFile:
    """Writes all pages in another thread, then answers with the file."""
    with Spreadsheet(headings, title=title) as sheet:
        async for page in pages:
            await asyncio.to_thread(sheet.append, page)
        done = await asyncio.to_thread(sheet.finish)
    return ExcelFile(_chunks(done), headers=disposition("attachment", "export.xlsx", filename))


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
