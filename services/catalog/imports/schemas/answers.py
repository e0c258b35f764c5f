"""Bodies and answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.catalog.imports.domain.columns import About
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Fault, Outcome, Row
from shared.http.inputs import Answer, Body
from shared.http.texts import Texts
from shared.http.wording import Wording
from shared.kernel.errors import Words


class ColumnsBody(Body):
    columns: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")],
            Annotated[int, Field(ge=0, lt=100, description="counted from 0")],
        ],
        Field(max_length=100, description="which column fills which field"),
    ]


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
    sheet: str
    sheets: list[str]
    headings: list[str]
    fields: list[FieldAnswer]
    columns: dict[str, int]
    counts: dict[str, int]
    rows: int
    checked: Annotated[int, Field(description="rows compared so far, while it runs")]
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
            if name not in ("fields", "problem")
        }
        return cls(**known, fields=fields, problem=problem)


class FaultAnswer(Answer):
    """What is wrong with a cell: where, the rule, and what to do."""

    column: Annotated[str | None, Field(description="its letter, as Excel shows it")]
    field: str
    label: str
    value: str
    code: str
    rule: str
    remedy: str


class ChangeAnswer(Answer):
    field: str
    label: str
    before: str
    after: str


class RowAnswer(Answer):
    row: int
    outcome: Outcome
    code: str
    cells: list[str]
    faults: list[FaultAnswer]
    changes: list[ChangeAnswer]


class RowsAnswer(Answer):
    items: list[RowAnswer]
    next_after: int | None


class Rendering:
    """Says rows and their faults in one language."""

    def __init__(self, texts: Texts, language: str, made: DirectoryImport) -> None:
        self._texts, self._language, self._made = texts, language, made
        self._wording = Wording(texts, language)

    def row(self, row: Row) -> RowAnswer:
        return RowAnswer(
            row=row.no,
            outcome=row.outcome,
            code=row.code,
            cells=row.cells,
            faults=[self.fault(row, fault) for fault in row.faults],
            changes=[
                ChangeAnswer(
                    field=name,
                    label=self.label(name),
                    before=self._value(name, before),
                    after=self._value(name, after),
                )
                for name, (before, after) in row.changes.items()
            ],
        )

    def fault(self, row: Row, fault: Fault) -> FaultAnswer:
        column = self._made.columns.get(fault.field)
        code = fault.code if self._texts.has(fault.code) else "invalid.other"
        text = self._texts.render(self._language, code, self._facts(fault))
        return FaultAnswer(
            column=None if column is None else letters(column),
            field=fault.field,
            label=self.label(fault.field),
            value="" if column is None else row.cells[column],
            code=fault.code,
            rule=text["detail"],
            remedy=text["remedy"],
        )

    def in_a_cell(self, row: Row) -> str:
        """All faults of a row, for the file that somebody corrects."""
        said = [self.fault(row, fault) for fault in row.faults]
        return "\n".join(
            self._wording.word("phrases", "import_fault").format(
                column=f"{each.label} {each.column}" if each.column else each.label,
                rule=each.rule,
                remedy=each.remedy,
            )
            for each in said
        )

    def label(self, name: str) -> str:
        """What a form calls the field, or else the heading that a table has for it."""
        return self._wording.label(name) or self._first(f"import.headings.{self._made.about}", name)

    def _first(self, group: str, name: str) -> str:
        return (self._texts.word(self._language, group, name) or name).split("|")[0]

    def _facts(self, fault: Fault) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for name, value in fault.facts.items():
            facts[name] = value
            if isinstance(value, dict) and "words" in value:
                facts[name] = Words(value["words"], tuple(value["parts"]))
            elif isinstance(value, dict) and "offered" in value:
                facts[name] = self._listed(
                    self._first(value["offered"], one) for one in value["values"]
                )
            elif name == "kind":
                facts[name] = self._wording.word("kinds", str(value))
        if fault.code.startswith("invalid."):
            return self._wording.of_fault(fault.code.removeprefix("invalid."), facts)
        return facts

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return self._listed(self._value(name, one) for one in value)
        group = f"import.choices.{name}"
        return "" if value is None else self._first(group, str(value))

    def _listed(self, words: Any) -> str:
        return self._wording.word("phrases", "list_comma").join(words)


def letters(column: int) -> str:
    """The name of a column as Excel shows it: 0 is A, 26 is AA."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said
