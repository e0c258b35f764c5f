"""Answers about figures and comparisons, and how the cells of a table are read."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from services.catalog.comparison.domain.figures import MONTH, FigureRow, month_of
from services.catalog.comparison.domain.judging import (
    ERROR,
    LEAST,
    Comparison,
    Comparisons,
    Measure,
    Status,
)
from services.catalog.comparison.queries import Compared, FigureView
from shared.http.cell_faults import CellWording, FaultAnswer, faults_of
from shared.http.inputs import Answer, Code, Typed
from shared.kernel.cells import Fault
from shared.kernel.text import typed_code
from shared.sheets.values import Unreadable, code_of, day_of, is_error, number_of

Month = Annotated[
    str, StringConstraints(pattern=MONTH), Typed, Field(description="a month, YYYY-MM")
]
_COUNT = Annotated[int, Field(ge=0, le=1_000_000)]
_WAIT = Annotated[float, Field(ge=0, le=1440)]
COLUMNS: Mapping[str, TypeAdapter[Any]] = {
    "window_code": TypeAdapter(Code),
    "month": TypeAdapter(str),
    "served": TypeAdapter(_COUNT),
    "waits": TypeAdapter(_COUNT),
    "wait_mean": TypeAdapter(_WAIT),
    "wait_sd": TypeAdapter(_WAIT),
    "ratings": TypeAdapter(_COUNT),
    "rating_mean": TypeAdapter(Annotated[float, Field(ge=1, le=5)]),
    "rating_sd": TypeAdapter(Annotated[float, Field(ge=0, le=2.1)]),
}
"""The columns of the table, and what a cell of each may hold."""
NEEDED = ("window_code", "month", "served")
OTHERWISE = {"waits": 0, "ratings": 0}
"""What an empty cell means; None for the others."""


def read_row(no: int, cells: Sequence[str], columns: Mapping[str, int]) -> FigureRow:
    """Reads a row; what is wrong with its cells stands in its faults."""
    row = FigureRow(no, cells, {})
    for name, kind in COLUMNS.items():
        text = cells[columns[name]] if name in columns else ""
        if not typed_code(text):
            if name in NEEDED:
                row.faults.append(Fault(name, "cell_needed"))
            else:
                row.facts[name] = OTHERWISE.get(name)
            continue
        try:
            row.facts[name] = kind.validate_python(_meant(name, text))
        except Unreadable as unreadable:
            row.faults.append(Fault(name, unreadable.code))
        except ValidationError as error:
            row.faults += faults_of(name, error)
    return row


def _meant(name: str, text: str) -> Any:
    if is_error(text):
        raise Unreadable("cell_formula_failed")
    if name == "window_code":
        return code_of(text)
    if name != "month":
        return number_of(text)
    month = month_of(typed_code(text))
    if month is None:
        try:
            month = f"{day_of(text):%Y-%m}"
        except Unreadable:
            raise Unreadable("cell_not_a_month") from None
    return month


class FaultyRow(Answer):
    row: int
    faults: list[FaultAnswer]


class TakenAnswer(Answer):
    """``is_stored`` is false where a row has a fault, or it was only asked what would be."""

    rows: int
    new: int
    changed: int
    unchanged: int
    is_stored: bool
    faulty: list[FaultyRow]


def faulty_of(rows: Sequence[FigureRow], wording: CellWording) -> list[FaultyRow]:
    return [
        FaultyRow(row=each.no, faults=[wording.fault(each.cells, fault) for fault in each.faults])
        for each in rows
        if each.faults
    ]


class FigureAnswer(Answer):
    id: str
    window_code: str
    window_name: str
    window_name_en: str
    month: str
    served: int
    waits: int
    wait_mean: float | None
    wait_sd: float | None
    ratings: int
    rating_mean: float | None
    rating_sd: float | None

    @classmethod
    def of(cls, view: FigureView) -> "FigureAnswer":
        named = {
            "window_name": view.window.name if view.window else view.figure.window_code,
            "window_name_en": view.window.name_en if view.window else view.figure.window_code,
        }
        return cls.model_validate(
            {
                name: named[name] if name in named else getattr(view.figure, name)
                for name in cls.model_fields
            }
        )


class JudgedAnswer(Answer):
    """A window, or a month of one. Of what is not compared there is no mean."""

    code: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    status: Status


class FoundAnswer(Answer):
    """The mean of ``higher`` is above that of ``lower`` by ``difference``, which lies between ``low`` and ``high``."""

    lower: str
    higher: str
    difference: float
    low: float
    high: float


class MeasureAnswer(Answer):
    measure: Measure
    windows: list[JudgedAnswer]
    differences: list[FoundAnswer]

    @classmethod
    def of(cls, found: Comparison) -> "MeasureAnswer":
        return cls(
            measure=found.measure,
            windows=[
                JudgedAnswer(
                    code=each.code,
                    n=each.n,
                    mean=each.mean,
                    low=each.interval.low if each.interval else None,
                    high=each.interval.high if each.interval else None,
                    status=each.status,
                )
                for each in found.windows
            ],
            differences=[
                FoundAnswer(
                    lower=each.lower,
                    higher=each.higher,
                    difference=each.difference.value,
                    low=each.difference.interval.low,
                    high=each.difference.interval.high,
                )
                for each in found.differences
            ],
        )


class ComparedWindow(Answer):
    code: str
    name: str
    name_en: str
    served: int


class KindComparisonAnswer(Answer):
    """In all that is compared here the probability of even one false alarm is ``error`` at most; ``made`` comparisons
    were made, none on fewer than ``least`` measurements."""

    windows: list[ComparedWindow]
    measures: list[MeasureAnswer]
    made: int
    least: int = LEAST
    error: float = ERROR
    correction: Literal["bonferroni"] = "bonferroni"

    @classmethod
    def of(cls, found: Compared) -> "KindComparisonAnswer":
        windows = [
            ComparedWindow(
                code=each.code, name=each.name, name_en=each.name_en, served=found.served[each.code]
            )
            for each in found.windows
        ]
        return cls(windows=windows, **_said(found.comparisons))


class MonthServed(Answer):
    month: str
    served: int


class OverTimeAnswer(Answer):
    """The same for the months of one window, each compared with the one before it."""

    months: list[MonthServed]
    measures: list[MeasureAnswer]
    made: int
    least: int = LEAST
    error: float = ERROR
    correction: Literal["bonferroni"] = "bonferroni"


def over_time(months: Sequence[Any], found: Comparisons) -> OverTimeAnswer:
    listed = [MonthServed(month=each.month, served=each.served) for each in months]
    return OverTimeAnswer(months=listed, **_said(found))


def _said(found: Comparisons) -> dict[str, Any]:
    return {"measures": [MeasureAnswer.of(each) for each in found.measures], "made": found.made}
