"""Bodies and answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.catalog.doubles.domain import Likeness
from services.catalog.imports.domain.columns import About
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Outcome, Row
from shared.http.cell_faults import CellWording, FaultAnswer
from shared.http.inputs import Answer, Body
from shared.http.texts import Texts


class ColumnsBody(Body):
    columns: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")],
            Annotated[int, Field(ge=0, lt=100, description="counted from 0")],
        ],
        Field(max_length=100, description="which column fills which field"),
    ]


class LeftOutBody(Body):
    row: Annotated[int, Field(ge=1, le=2**31 - 1, description="as the file counts it")]
    left_out: bool


class FieldAnswer(Answer):
    """A field that a column can fill."""

    name: str
    label: str
    needed: bool


class ImportAnswer(Answer):
    id: str
    about: About
    state: str
    made_at: datetime
    team_code: Annotated[
        str | None, Field(description="of which team all volunteers of the table are")
    ]
    sheet: str
    sheets: list[str]
    headings: list[str]
    fields: list[FieldAnswer]
    columns: dict[str, int]
    counts: dict[str, int]
    rows: int
    checked: Annotated[int, Field(description="rows compared so far, while it runs")]
    written: Annotated[
        int, Field(description="of the rows that change anything, those written so far")
    ] = 0
    veiled: Annotated[
        bool, Field(description="somebody else sent it, so its rows do not say whom they are about")
    ] = False
    problem: Annotated[
        str | None, Field(description="why it was not applied, in the reader's language")
    ] = None

    @classmethod
    def of(
        cls, made: DirectoryImport, fields: list[FieldAnswer], problem: str | None
    ) -> "ImportAnswer":
        known = {
            name: getattr(made, name)
            for name in cls.model_fields
            if name not in ("fields", "problem", "veiled", "written")
        }
        return cls(**known, fields=fields, problem=problem)


class ChangeAnswer(Answer):
    field: str
    label: str
    before: str
    after: str


class AlikeAnswer(Answer):
    """An entry that is likely to be the one that a row would make."""

    code: str
    name: str
    reasons: list[Likeness]


class RowAnswer(Answer):
    row: int
    outcome: Outcome
    code: str
    cells: list[str]
    faults: list[FaultAnswer]
    changes: list[ChangeAnswer]
    alike: list[AlikeAnswer]


class RowsAnswer(Answer):
    items: list[RowAnswer]
    next_after: int | None


class Rendering:
    """Says rows and their faults in one language."""

    def __init__(self, texts: Texts, language: str, made: DirectoryImport) -> None:
        self._cells = CellWording(texts, language, f"import.headings.{made.about}", made.columns)

    def row(self, row: Row) -> RowAnswer:
        return RowAnswer(
            row=row.no,
            outcome=row.outcome,
            code=row.code,
            cells=row.cells,
            faults=[self._cells.fault(row.cells, fault) for fault in row.faults],
            changes=[
                ChangeAnswer(
                    field=name,
                    label=self.label(name),
                    before=self._value(name, before),
                    after=self._value(name, after),
                )
                for name, (before, after) in row.changes.items()
            ],
            alike=[AlikeAnswer.model_validate(each) for each in row.alike],
        )

    def in_a_cell(self, row: Row) -> str:
        """All faults of a row, for the file that somebody corrects."""
        return self._cells.in_a_cell(row.cells, row.faults)

    def label(self, name: str) -> str:
        """What a form calls the field, or else the heading that a table has for it."""
        return self._cells.label(name)

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return self._cells.listed(self._value(name, one) for one in value)
        return "" if value is None else self._cells.first(f"import.choices.{name}", str(value))
