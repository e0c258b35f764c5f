"""What a printed certificate says."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.catalog.records.domain import EVIDENCE
from services.catalog.records.queries import CertificateView
from shared.http.qr import svg
from shared.http.texts import Texts, named
from shared.kernel.clock import CHINA

TEMPLATE = Path(__file__).parent / "certificate.typ"


def certificate_paper(
    view: CertificateView, url: str, texts: Texts, language: str
) -> dict[str, Any]:
    """``url`` is where the certificate is verified, which the code leads to."""
    found, is_english = view.certificate, language == "en"
    unit = unit_of(view, language)
    words = texts.render(
        language,
        "certificate.paper",
        {
            "name": view.name or "",
            "no": found.volunteer_no,
            "first": found.first_on,
            "last": found.last_on,
            "unit": unit,
            "count": len(found.lines),
            "number": found.number,
            "issued": found.issued_at.astimezone(CHINA).date(),
        },
    )
    return {
        "lang": "en" if is_english else "zh",
        "title": words["title"],
        "number": words["number"],
        "void": None if found.state == "issued" else words["void"],
        "text": [words["text"]],
        "classes": [
            [words[each], duration(found.minutes.get(each, 0), texts, language)]
            for each in EVIDENCE
        ],
        "apart": words["apart"],
        "code": svg(url),
        "verify": words["verify"],
        "heads": [words[name] for name in ("on", "time", "item", "place", "hours", "class")],
        "rows": [_row(line, words, texts, language) for line in found.lines],
        "unit": words["unit"],
        "issued": words["issued"],
        "seal": words["seal"],
    }


def unit_of(view: CertificateView, language: str) -> str:
    """The recording unit: the agency with its team."""
    units = (each for each in (view.agency, view.team) if each is not None)
    said = dict.fromkeys(named(language, each.name, each.name_en) for each in units)
    return (" · " if language == "en" else " ").join(said) or view.certificate.team_code


def duration(minutes: int, texts: Texts, language: str) -> str:
    facts = {"hours": minutes // 60, "minutes": minutes % 60}
    return str(texts.render(language, "certificate.duration", facts)["text"])


def _row(line: dict[str, Any], words: dict[str, str], texts: Texts, language: str) -> Sequence[str]:
    start, end = (
        datetime.fromisoformat(line[name]).astimezone(CHINA).strftime("%H:%M")
        for name in ("starts_at", "ends_at")
    )
    return [
        line["on"],
        f"{start}–{end}",
        named(language, line["item_name"], line["item_name_en"]),
        line["place"],
        duration(line["minutes"], texts, language),
        words[line["evidence"]],
    ]
