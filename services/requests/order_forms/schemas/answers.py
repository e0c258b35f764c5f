"""Answers about order forms."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from services.requests.order_forms.domain import CheckedForm, CheckedOrder, EnteredOrder, FormRow
from services.requests.order_forms.schemas.cells import HEADINGS
from shared.http.cell_faults import CellWording, FaultAnswer
from shared.http.inputs import Answer
from shared.http.texts import Texts
from shared.kernel.errors import Reason
from shared.kernel.masks import mask_phone


class FormLineAnswer(Answer):
    row: int
    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


class QuestionAnswer(Answer):
    """What may be a mistake, and is asked about before the form is entered."""

    row: int
    label: str
    code: str
    rule: str
    remedy: str


class FormOrderAnswer(Answer):
    place: str
    wished_on: list[date]
    ruled_out_on: list[date]
    contact: str | None
    phone_masked: str | None
    lines: list[FormLineAnswer]
    number: Annotated[
        str | None, Field(description="that of the order that the same rows made before")
    ]
    questions: list[QuestionAnswer]


class FaultyRowAnswer(Answer):
    row: int
    item: str
    faults: list[FaultAnswer]


class FormAnswer(Answer):
    """What becomes of a form: its faulty rows, or else the orders that it makes."""

    township_code: str
    edition_id: str
    campaign_id: str
    rows: int
    faulty: list[FaultyRowAnswer]
    orders: list[FormOrderAnswer]


class EnteredOrderAnswer(Answer):
    number: str
    place: str
    is_new: Annotated[bool, Field(description="false: the same rows made it before")]


class EnteredFormAnswer(Answer):
    orders: list[EnteredOrderAnswer]

    @classmethod
    def of(cls, orders: list[EnteredOrder]) -> "EnteredFormAnswer":
        return cls(orders=[EnteredOrderAnswer.model_validate(one) for one in orders])


class Rendering:
    """Says what becomes of a form in one language."""

    def __init__(self, texts: Texts, language: str, columns: Mapping[str, int]) -> None:
        self._texts, self._language, self._columns = texts, language, columns
        self._cells = CellWording(texts, language, HEADINGS, columns)

    def form(self, checked: CheckedForm) -> FormAnswer:
        orders = [self._order(one) for one in checked.orders]
        return FormAnswer(
            township_code=checked.township.code,
            edition_id=checked.edition.id,
            campaign_id=checked.campaign.id,
            rows=len(checked.faulty) + sum(len(one.lines) for one in orders),
            faulty=[self._faulty(row) for row in checked.faulty],
            orders=orders,
        )

    def _faulty(self, row: FormRow) -> FaultyRowAnswer:
        columns = (self._columns.get(name) for name in ("item_name", "item_code"))
        named = (row.cells[column] for column in columns if column is not None)
        return FaultyRowAnswer(
            row=row.no,
            item=next((text for text in named if text.strip()), ""),
            faults=[self._cells.fault(row.cells, fault) for fault in row.faults],
        )

    def _order(self, one: CheckedOrder) -> FormOrderAnswer:
        draft = one.draft
        return FormOrderAnswer(
            place=draft.place,
            wished_on=list(draft.wished_on),
            ruled_out_on=list(draft.ruled_out_on),
            contact=draft.contact,
            phone_masked=mask_phone(draft.phone) if draft.phone else None,
            lines=[
                FormLineAnswer(
                    row=row.no,
                    item_code=line.item_code,
                    name=line.name,
                    name_en=line.name_en,
                    expected_attendance=line.expected_attendance,
                    remark=line.remark,
                )
                for row, line in zip(one.asked.rows, one.lines, strict=True)
            ],
            number=one.number,
            questions=[self._question(no, doubt) for no, doubt in one.doubts],
        )

    def _question(self, no: int, doubt: Reason) -> QuestionAnswer:
        text = self._texts.render(self._language, doubt.code, doubt.facts)
        return QuestionAnswer(
            row=no,
            label=self._cells.label(doubt.where),
            code=doubt.code,
            rule=text["detail"],
            remedy=text["remedy"],
        )
