"""An order form as an Excel file, to be filled in without a network."""

import io
from collections.abc import Sequence

from services.requests.menu.domain import Campaign, Township
from services.requests.order_forms.domain import FIELDS
from services.requests.order_forms.queries import BlankForm
from services.requests.order_forms.schemas.cells import HEAD_LABELS, HEADINGS
from shared.http.cell_faults import words_of
from shared.http.texts import Texts

WIDTHS = dict(zip(FIELDS, (18, 24, 10, 22, 22, 26, 14, 18, 30), strict=True))
SPARE_ROWS = 60
"""Below the menu's items, for what is ordered for a second place."""

MOST_ATTENDANCE = 100_000


def blank_form(form: BlankForm, texts: Texts, language: str) -> bytes:
    """Returns the file. Every cell holds text, so that Excel changes no code, day or number that somebody types."""
    from xlsxwriter import Workbook  # takes its time, and most processes write no file

    words = texts.render(language, "order_form.sheet")
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(words["sheet"])
        bold = book.add_format({"bold": True, "font_size": 16})
        label = book.add_format({"bold": True})
        head = book.add_format(
            {"bold": True, "bg_color": "#eeeeee", "border": 1, "text_wrap": True, "valign": "top"}
        )
        printed = book.add_format({"num_format": "@", "border": 1})
        empty = book.add_format({"num_format": "@", "border": 1, "bg_color": "#fffbe6"})
        note = book.add_format({"text_wrap": True, "valign": "top"})
        page.write_string(0, 0, words["title"], bold)
        for row, (name, *said) in enumerate(_head(form, language), 1):
            page.write_string(row, 0, words_of(texts, language, HEAD_LABELS, name)[0], label)
            for column, text in enumerate(said, 1):
                page.write_string(row, column, text, empty if name == "township_code" else printed)
        page.merge_range(4, 0, 4, len(FIELDS) - 1, "", note)
        page.write_string(4, 0, words["how"], note)
        page.set_row(4, 64)
        top = 6
        for column, name in enumerate(FIELDS):
            page.set_column(column, column, WIDTHS[name], None)
            page.write_string(top, column, words_of(texts, language, HEADINGS, name)[0], head)
        dishes = [
            (dish["item_code"], dish["name_en" if language == "en" else "name"])
            for dish in form.edition.items
        ]
        for row in range(top + 1, top + 1 + len(dishes) + SPARE_ROWS):
            given = dishes[row - top - 1] if row - top - 1 < len(dishes) else ("", "")
            for column, text in enumerate(given):
                page.write_string(row, column, text, printed)
            for column in range(len(given), len(FIELDS)):
                page.write_blank(row, column, None, empty)
        page.freeze_panes(top + 1, 2)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)
    return file.getvalue()


def _head(form: BlankForm, language: str) -> Sequence[tuple[str, str, str]]:
    township = form.township
    return (
        ("edition_id", form.edition.id, form.edition.title),
        ("campaign_id", form.campaign.id, _named(form.campaign, language)),
        ("township_code", township.code if township else "", _named(township, language)),
    )


def _named(one: Campaign | Township | None, language: str) -> str:
    if one is None:
        return ""
    return one.name_en if language == "en" else one.name
