"""Excel, OpenDocument and hostile files for tests."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from xlsxwriter import Workbook

Cell = str | int | float | None


def xlsx(
    rows: Sequence[Sequence[Cell]],
    *,
    sheet: str = "表一",
    merged: Sequence[tuple[int, int, int, int, str]] = (),
    first_empty: bool = False,
) -> bytes:
    """An Excel file; ``merged`` are ranges (top, left, bottom, right, text) merged over its cells."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        if first_empty:
            book.add_worksheet("说明")
        page = book.add_worksheet(sheet)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(row, column, cell)
                elif cell is not None:
                    page.write_number(row, column, cell)
        for top, left, bottom, right, text in merged:
            page.merge_range(top, left, bottom, right, text)
    return file.getvalue()


def ods(rows: Sequence[Sequence[str]], *, after: str = "") -> bytes:
    """An OpenDocument spreadsheet; ``after`` is XML behind the last row."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="镇街">{cells}{after}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    return packed({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(workbook: bytes, name: str, content: str | bytes) -> bytes:
    """The workbook with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts: dict[str, str | bytes] = {one: archive.read(one) for one in archive.namelist()}
    return packed(parts | {name: content})


def part_of(workbook: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return archive.read(name).decode()
