"""What an order form says: a head, and a row for each item of an order."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from services.requests.menu.domain import Campaign, Dish, Edition, Township
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Draft, WantedItem
from shared.kernel.cells import Fault
from shared.kernel.errors import Reason
from shared.kernel.text import matched

HEADS = ("edition_id", "campaign_id", "township_code")
"""What stands above the rows, each with its label to the left."""

FIELDS = (
    *("item_code", "item_name", "expected_attendance", "wished_on", "ruled_out_on"),
    *("place", "contact", "phone", "remark"),
)
"""The columns, in their order."""

SHARED = ("place", "wished_on", "ruled_out_on", "contact", "phone")
"""What a row has in common with the others of its order. One that leaves all of it empty is of the same order as the
row above."""

MOST_ORDERS = 200

Outcome = Literal["new", "entered"]
"""An order is made, or was made from the same rows before."""


@dataclass(slots=True, kw_only=True)
class FormRow:
    """Row ``no`` of a file, as its first row counts from 1. ``facts`` are the values by field, as far as they are
    filled in and could be read."""

    no: int
    cells: list[str]
    facts: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_wanted(self) -> bool:
        """Whether anything was filled in beside the item, which the form has already."""
        filled = self.facts.keys() | {fault.field for fault in self.faults}
        return bool(filled - {"item_code", "item_name"})

    def blame(self, name: str, code: str, **facts: Any) -> None:
        """Adds a fault."""
        self.faults.append(Fault(name, code, facts))


@dataclass(slots=True, kw_only=True)
class FormOrder:
    """The rows of one order, and what they have in common."""

    place: str
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]
    contact: str | None = None
    phone: str | None = field(default=None, repr=False)
    rows: list[FormRow] = field(default_factory=list)

    def draft(self, township_code: str, edition_id: str, campaign_id: str) -> Draft:
        """The order that the rows ask for, once they have no faults."""
        return Draft(
            township_code=township_code,
            edition_id=edition_id,
            campaign_id=campaign_id,
            place=self.place,
            point=None,
            items=tuple(
                WantedItem(
                    item_code=row.facts["item_code"],
                    expected_attendance=row.facts["expected_attendance"],
                    remark=row.facts.get("remark"),
                )
                for row in self.rows
            ),
            wished_on=self.wished_on,
            ruled_out_on=self.ruled_out_on,
            priority=3,
            contact=self.contact,
            phone=self.phone,
        )


def digest_of(draft: Draft) -> str:
    """What the rows of an order ask for, in short: the same rows have the same, in whatever file they come."""
    asked = (
        draft.township_code,
        draft.edition_id,
        draft.campaign_id,
        matched(draft.place),
        sorted(day.isoformat() for day in draft.wished_on),
        sorted(day.isoformat() for day in draft.ruled_out_on),
        sorted((one.item_code, one.expected_attendance, one.remark or "") for one in draft.items),
    )
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:32]


def gather(rows: Sequence[FormRow], menu: Iterable[Dish]) -> list[FormOrder]:
    """Returns the orders that the rows make up, and adds the faults that show only when they are seen together."""
    codes = {dish["item_code"] for dish in menu}
    by_name = {matched(dish["name"]): dish["item_code"] for dish in menu} | {
        matched(dish["name_en"]): dish["item_code"] for dish in menu
    }
    orders: dict[tuple[object, ...], FormOrder] = {}
    above: FormOrder | None = None
    for row in rows:
        _complete(row, codes, by_name)
        order = above if not _says(row, SHARED) else _order_of(row, orders)
        if order is None:
            row.blame("place", "cell_needed")
            continue
        _join(row, order)
        above = order
    return list(orders.values())


def _says(row: FormRow, names: Iterable[str]) -> bool:
    filled = row.facts.keys() | {fault.field for fault in row.faults}
    return not filled.isdisjoint(names)


def _complete(row: FormRow, codes: set[str], by_name: Mapping[str, str]) -> None:
    """Says which item a row means, by its code or its name."""
    blamed = {fault.field for fault in row.faults}
    code = row.facts.get("item_code") or by_name.get(matched(row.facts.get("item_name", "")))
    if code is not None:
        row.facts["item_code"] = code
        if code not in codes:
            row.blame("item_code", "form_item_unknown", said=code)
    elif "item_code" not in blamed:
        said = row.facts.get("item_name")
        row.blame("item_code", *(("form_item_unknown",) if said else ("cell_needed",)), said=said)
    if "expected_attendance" not in row.facts and "expected_attendance" not in blamed:
        row.blame("expected_attendance", "cell_needed")


def _order_of(row: FormRow, orders: dict[tuple[object, ...], FormOrder]) -> FormOrder:
    wished, ruled_out = row.facts.get("wished_on", ()), row.facts.get("ruled_out_on", ())
    place = row.facts.get("place", "")
    if not _says(row, ("place",)):
        row.blame("place", "form_place_needed")
    for day in ruled_out:
        if day in wished:
            row.blame("ruled_out_on", "day_wished_and_ruled_out", day=day)
    if _says(row, ("phone",)) and not _says(row, ("contact",)):
        row.blame("contact", "phone_without_contact")
    key = (matched(place), tuple(wished), tuple(ruled_out))
    return orders.setdefault(key, FormOrder(place=place, wished_on=wished, ruled_out_on=ruled_out))


def _join(row: FormRow, order: FormOrder) -> None:
    for name in ("contact", "phone"):
        said, known = row.facts.get(name), getattr(order, name)
        if said is not None and known is not None and said != known:
            row.blame(name, "form_contact_differs", row=order.rows[0].no)
        elif said is not None:
            setattr(order, name, said)
    code = row.facts.get("item_code")
    for other in order.rows:
        if code is not None and other.facts.get("item_code") == code:
            row.blame("item_code", "cell_repeated", row=other.no)
            break
    order.rows.append(row)


ReadRow = Callable[[int, Sequence[str]], FormRow]
Understand = Callable[[date], ReadRow]
"""Makes the reader of a form's rows; days without a year are in that of the given one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form as it was sent: what its head says, as typed, and its rows behind the headings."""

    edition: str
    campaign: str
    township: str
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(slots=True, kw_only=True)
class CheckedOrder:
    """An order of a form. ``number`` is that of the order that was made from the same rows before, else None;
    ``doubts`` have the row that each is about."""

    asked: FormOrder
    draft: Draft
    lines: list[Line]
    digest: str
    number: str | None
    doubts: list[tuple[int, Reason]]
    is_like_another: bool = False


@dataclass(slots=True, kw_only=True)
class CheckedForm:
    """What becomes of a form. Where rows are ``faulty`` there are no orders, for they count together or not at all."""

    edition: Edition
    campaign: Campaign
    township: Township
    faulty: list[FormRow]
    orders: list[CheckedOrder]


@dataclass(frozen=True, slots=True)
class EnteredOrder:
    """An order that was made, or was there already (``is_new`` is false)."""

    number: str
    place: str
    is_new: bool
