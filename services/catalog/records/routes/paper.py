"""What the duty roster and the sign-in sheet of a stop say."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from services.catalog.records.domain import BoothOnPaper, OnPaper, PaperForm, StopOnPaper
from shared.http.texts import Texts, named

TEMPLATE = Path(__file__).parent / "stop_sheet.typ"
SPARE_ROWS = 3
"""Empty ones beside those of free places: for whoever comes in place of another."""
HEADS: dict[PaperForm, dict[str, str]] = {
    "duty_roster": {
        "place_no": "12mm",
        "no": "26mm",
        "name": "1fr",
        "part": "22mm",
        "remark": "1.4fr",
    },
    "sign_in_sheet": {
        "no": "22mm",
        "name": "1.3fr",
        "time_in": "19mm",
        "signature_in": "1.2fr",
        "time_out": "19mm",
        "signature_out": "1.2fr",
        "remark": "1fr",
    },
}
"""The columns with their widths, as Typst has them."""
ROW_HEIGHT: dict[PaperForm, str] = {"duty_roster": "7.5mm", "sign_in_sheet": "11mm"}
"""To write in by hand."""


def stop_paper(
    sheet: PaperForm, stop: StopOnPaper, at: datetime, texts: Texts, language: str
) -> dict[str, Any]:
    """``at`` is when it was printed: who drops out later is not on it."""
    words = texts.render(language, f"{sheet}.paper", {"at": at})
    comma = texts.word(language, "phrases", "list_comma") or ", "
    labels = texts.render(language, "stop_sheet.labels")
    when = {
        "on": stop.on,
        "weekday": texts.word(language, "date.weekdays", str(stop.on.isoweekday())),
        "part": texts.word(language, "date.parts", stop.part),
    }
    townships = comma.join(named(language, *each) for each in stop.townships)
    heads = HEADS[sheet]
    return {
        "lang": "en" if language == "en" else "zh",
        "title": words["title"],
        "facts": [
            [labels["day"], texts.render(language, "stop_sheet.when", when)["text"]],
            [labels["township"], townships],
            [labels["place"], stop.place],
        ],
        "own_page": sheet == "sign_in_sheet",
        "teams": [
            _team(sheet, booths, labels, texts, language) for booths in _by_team(stop.booths)
        ],
        "heads": [labels[head] for head in heads],
        "widths": list(heads.values()),
        "row_height": ROW_HEIGHT[sheet],
        "notes": [words[name] for name in sorted(words) if name.startswith("note")],
        "printed": words["printed"],
    }


def _by_team(booths: Iterable[BoothOnPaper]) -> list[list[BoothOnPaper]]:
    return [list(members) for _, members in groupby(booths, key=lambda each: each.team_code)]


def _team(
    sheet: PaperForm,
    booths: Sequence[BoothOnPaper],
    labels: dict[str, str],
    texts: Texts,
    language: str,
) -> dict[str, Any]:
    first = booths[0]
    name = {"name": named(language, first.team_name, first.team_name_en)}
    in_charge = {"name": first.in_charge or labels["nobody"]}
    return {
        "name": texts.render(language, "stop_sheet.team", name)["name"],
        "in_charge": texts.render(language, "stop_sheet.in_charge", in_charge)["name"],
        "booths": [_booth(sheet, each, labels, texts, language) for each in booths],
    }


def _booth(
    sheet: PaperForm, booth: BoothOnPaper, labels: dict[str, str], texts: Texts, language: str
) -> dict[str, Any]:
    counts = {"needed": booth.needed, "named": len(booth.volunteers)}
    rows = _roster_rows if sheet == "duty_roster" else _sign_in_rows
    return {
        "item": named(language, booth.item_name, booth.item_name_en),
        "count": texts.render(language, "stop_sheet.count", counts)["text"],
        "rows": rows(booth, labels),
    }


def _roster_rows(booth: BoothOnPaper, labels: dict[str, str]) -> list[Sequence[str]]:
    """Who stands there, the places that are free, and who is on standby."""
    places = enumerate(booth.volunteers, start=1)
    rows: list[Sequence[str]] = [
        (str(place), *_person(each, labels), labels["on_duty"], "") for place, each in places
    ]
    taken = len(rows)
    rows += [(str(taken + free), "", "", labels["free"], "") for free in range(1, booth.free + 1)]
    return rows + [("", *_person(each, labels), labels["standby"], "") for each in booth.standby]


def _sign_in_rows(booth: BoothOnPaper, labels: dict[str, str]) -> list[Sequence[str]]:
    rows = [(*_person(each, labels), *[""] * 5) for each in booth.volunteers]
    return [*rows, *[("",) * 7] * (booth.free + SPARE_ROWS)]


def _person(each: OnPaper, labels: dict[str, str]) -> tuple[str, str]:
    return each.no, labels["nobody"] if each.name is None else each.name
