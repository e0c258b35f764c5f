"""Reads the cells of an order form by the same rules as the page on which an order is written."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.requests.order_forms.domain import (
    FIELDS,
    HEADS,
    FilledForm,
    FormRow,
    ReadRow,
    Understand,
)
from services.requests.orders.schemas import LineBody, OrderBody
from shared.http.cell_faults import faults_of, usual_headings
from shared.http.inputs import Day
from shared.http.texts import Texts
from shared.kernel.cells import find_headings, guess_columns, heading_words
from shared.kernel.errors import InvalidInput
from shared.kernel.text import typed_code
from shared.privacy.phones import clean_phone
from shared.sheets.reading import Table
from shared.sheets.values import Unreadable, code_of, day_of, is_error, number_of

HEADINGS = "order_form.headings"
HEAD_LABELS = "order_form.heads"
NEEDED = ("expected_attendance", "place")

_SEVERAL = re.compile(r"[,，、;；\s]+")
_IN_THE_YEAR = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_OF_LINE = ("item_code", "expected_attendance", "remark")


def read_form(texts: Texts, table: Table) -> tuple[FilledForm, dict[str, int]]:
    """Returns what a table says as an order form, and which of its columns fills which field.

    :raises InvalidInput: it is no order form: it lacks columns that one has.
    """
    usual = usual_headings(texts, [HEADINGS], FIELDS)
    top = find_headings(table.rows, usual)
    columns = guess_columns(table.rows[top], usual)
    if not {"item_code", "item_name"} & columns.keys() or not set(NEEDED) <= columns.keys():
        raise InvalidInput("form_columns_missing", field="file")
    heads = _heads(texts, table.rows[:top])
    rows = [(no, cells) for no, cells in enumerate(table.rows, 1) if no > top + 1 and any(cells)]
    form = FilledForm(
        edition=heads.get("edition_id", ""),
        campaign=heads.get("campaign_id", ""),
        township=heads.get("township_code", ""),
        rows=rows,
    )
    return form, columns


def _heads(texts: Texts, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """What stands beside the labels of the head: the code, or else the name behind it."""
    labels = {
        word: name
        for name, words in usual_headings(texts, [HEAD_LABELS], HEADS).items()
        for word in words
    }
    found = {}
    for row in rows:
        name = labels.get(heading_words(row[0])) if row else None
        if name is not None:
            said = [code_of(cell) if typed_code(cell) else "" for cell in row[1:3]]
            found[name] = next((one for one in said if one), "")
    return found


class RowReader:
    """Reads the rows of a form; days without a year are in that of ``first``."""

    def __init__(self, columns: Mapping[str, int], first: date) -> None:
        self._columns, self._first = columns, first

    def read(self, no: int, cells: Sequence[str]) -> FormRow:
        """Returns the row with the values that its cells mean, and a fault for each that means none."""
        row = FormRow(no=no, cells=list(cells), facts={})
        for name, column in self._columns.items():
            text = cells[column]
            if not typed_code(text):
                continue
            if is_error(text):
                row.blame(name, "cell_formula_failed")
                continue
            try:
                row.facts[name] = self._value(name, text)
            except Unreadable as error:
                row.blame(name, error.code)
            except InvalidInput as error:
                row.blame(name, error.code)
            except ValidationError as error:
                row.faults += faults_of(name, error)
        return row

    def _value(self, name: str, text: str) -> Any:
        match name:
            case "item_name":
                return text
            case "wished_on" | "ruled_out_on":
                days = (self._day(part) for part in _SEVERAL.split(text.strip()) if part)
                return tuple(sorted(set(_adapter(name).validate_python(tuple(days)))))
            case "phone":
                return clean_phone(code_of(text))
            case "item_code":
                return _adapter(name).validate_python(code_of(text))
            case "expected_attendance":
                return _adapter(name).validate_python(number_of(text))
            case _:
                return _adapter(name).validate_python(text)

    def _day(self, text: str) -> date:
        short = _IN_THE_YEAR.fullmatch(typed_code(text))
        if short is None:
            return day_of(text)
        try:
            return date(self._first.year, int(short[1]), int(short[2]))
        except ValueError:
            raise Unreadable("cell_not_a_day") from None


def understanding(columns: Mapping[str, int]) -> Understand:
    """Returns what makes the reader of a form's rows."""

    def understand(first: date) -> ReadRow:
        return RowReader(columns, first).read

    return understand


@lru_cache
def _adapter(name: str) -> TypeAdapter[Any]:
    if name in ("wished_on", "ruled_out_on"):
        return TypeAdapter(tuple[Day, ...])
    body = LineBody if name in _OF_LINE else OrderBody
    return TypeAdapter(body.model_fields[name].rebuild_annotation())
