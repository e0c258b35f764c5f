"""What a printed certificate of a course says."""

from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from services.catalog.courses.queries.trainings import CertificateView
from shared.http.texts import Texts, named

TEMPLATE = Path(__file__).parent / "certificate.typ"


def certificate_paper(
    view: CertificateView, url: str, texts: Texts, language: str
) -> dict[str, Any]:
    """``url`` is where the certificate is verified, which the code leads to."""
    course, place = view.course, view.enrolment
    words = texts.render(
        language,
        "course_certificate.paper",
        {
            "name": view.name or "",
            "no": place.volunteer_no,
            "course": named(language, course.name, course.name_en),
            "passed": place.passed_on,
            "number": place.certificate_no,
            "organiser": course.organiser,
        },
    )
    rules = course.rules
    rows = [
        (words["outline_label"], course.outline),
        (words["days_label"], period(view, texts, language)),
        (words["length_label"], duration(view.minutes, texts, language)),
        (words["organiser_label"], course.organiser),
    ]
    if rules is not None:
        rows.append((words["test_label"], rules.name))
    if course.qualification is not None:
        rows.append((words["qualification_label"], course.qualification))
    return {
        "lang": "en" if language == "en" else "zh",
        "title": words["title"],
        "number": words["number"],
        "void": None if place.withdrawn_on is None else words["void"],
        "text": words["text"],
        "rows": [list(row) for row in rows],
        "code": drawn(url),
        "verify": words["verify"],
        "organiser": course.organiser,
        "issued": words["issued"],
        "seal": words["seal"],
    }


def duration(minutes: int, texts: Texts, language: str) -> str:
    facts = {"hours": minutes // 60, "minutes": minutes % 60}
    return str(texts.render(language, "certificate.duration", facts)["text"])


def period(view: CertificateView, texts: Texts, language: str) -> str:
    facts = {"first": view.course.first_on, "last": view.course.last_on}
    return str(texts.render(language, "course_certificate.period", facts)["text"])


def drawn(url: str) -> str:
    """A QR code as SVG."""
    file = BytesIO()
    segno.make(url, micro=False, error="m").save(file, kind="svg", border=2, xmldecl=False)
    return file.getvalue().decode()
