"""Reads the Excel files that the services answer with."""

import io
import zipfile
from xml.etree import ElementTree

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_of(content: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        return ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))


def rows_of(content: bytes) -> list[list[str]]:
    """The cells that hold something, as text; dates are Excel's numbers of days."""
    return [
        ["".join(cell.itertext()) for cell in row] for row in sheet_of(content).iter(f"{MAIN}row")
    ]


def records_of(content: bytes) -> list[dict[str, str]]:
    """Each row by what stands above its columns; empty cells are left out."""
    heads, *rows = sheet_of(content).iter(f"{MAIN}row")
    named = {_column(cell): "".join(cell.itertext()) for cell in heads}
    assert len(set(named.values())) == len(named), "two columns of one name"
    return [{named[_column(cell)]: "".join(cell.itertext()) for cell in row} for row in rows]


def _column(cell: ElementTree.Element) -> str:
    return (cell.get("r") or "").rstrip("0123456789")
