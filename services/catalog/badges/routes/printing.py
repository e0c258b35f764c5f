"""What the cards of badges say, to print and cut: 86 by 54 mm as bank cards are (ISO/IEC 7810, ID-1)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from services.catalog.badges.domain import Badge
from services.catalog.badges.use_cases.showing import Card
from shared.http.qr import svg
from shared.http.texts import Texts, named

TEMPLATE = Path(__file__).parent / "badge.typ"


def cards_paper(
    cards: Sequence[Card], address_of: Callable[[Badge], str], texts: Texts, language: str
) -> dict[str, Any]:
    """``address_of`` gives where a badge is verified, which its code leads to."""
    words = texts.render(language, "badge.card")
    return {
        "lang": "en" if language == "en" else "zh",
        "title": words["title"],
        "verify": words["verify"],
        "pledge": words["pledge"],
        "cards": [_card(each, address_of(each.badge), texts, language) for each in cards],
    }


def _card(card: Card, url: str, texts: Texts, language: str) -> dict[str, Any]:
    badge = card.badge
    facts = {"first": badge.valid_from, "last": badge.valid_until, "number": badge.number}
    said = texts.render(language, "badge.facts", facts)
    return {
        "agency": named(language, *card.agency),
        "window": named(language, badge.window_name, badge.window_name_en),
        "post": named(language, badge.post_name, badge.post_name_en),
        "name": card.name,
        "pledge": badge.pledge,
        "period": said["period"],
        "number": said["number"],
        "code": svg(url, error="l"),
    }
