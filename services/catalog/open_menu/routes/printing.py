"""What the printed menu and the printed order form say."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from services.catalog.editions.domain import Edition
from services.catalog.open_menu.queries import Offer
from shared.http.texts import Texts

TEMPLATES = Path(__file__).parent

Paper = dict[str, Any]


def menu_paper(edition: Edition, offers: Iterable[Offer], texts: Texts, language: str) -> Paper:
    """Returns what the printed menu says, by category in the order of the edition."""
    words = texts.render(language, "print.menu", _period(edition))
    groups = [
        {
            "name": name,
            "rows": [_menu_row(number, offer, texts, language) for number, offer in members],
        }
        for name, members in groupby(_numbered(offers, language), key=_category_of(language))
    ]
    return {
        "lang": "en" if language == "en" else "zh",
        "title": edition.title,
        "period": words["period"],
        "page": words["page"],
        "heads": [words[name] for name in ("number", "item", "served_by", "mode", "asks")],
        "groups": groups,
        "notes": [words["how"], words["free"]],
    }


def form_paper(edition: Edition, offers: Iterable[Offer], texts: Texts, language: str) -> Paper:
    """Returns what the printed order form says."""
    words = texts.render(language, "print.form", _period(edition))
    return {
        "lang": "en" if language == "en" else "zh",
        "title": words["title"],
        "subtitle": words["subtitle"],
        "fields": [words[name] for name in FORM_FIELDS],
        "heads": [words[name] for name in ("wanted", "number", "item", "attendance", "remark")],
        "rows": [
            [str(number), named(offer, language)] for number, offer in _numbered(offers, language)
        ],
        "notes": [words["note"]],
        "signatures": [words["filled_by"], words["approved_by"]],
        "footer": words["footer"],
    }


FORM_FIELDS = ("township", "place", "wished_on", "ruled_out_on", "contact", "phone")


def named(offer: Offer, language: str) -> str:
    """Returns the item's name in the reader's language."""
    return str(offer.dish["name_en"] if language == "en" else offer.dish["name"])


def asks(offer: Offer, texts: Texts, language: str) -> str:
    """Returns what the item asks of a township, in words."""
    dish, said = offer.dish, []
    if days := dish.get("notice_days"):
        said.append(texts.render(language, "print.notice", {"days": days})["text"])
    if times := dish.get("weekly_capacity"):
        said.append(texts.render(language, "print.weekly", {"times": times})["text"])
    provided = dish.get("township_provides")
    if isinstance(provided, list) and provided:
        comma = texts.word(language, "phrases", "list_comma") or ", "
        words = (texts.word(language, "print.provision", each) or each for each in provided)
        said.append(texts.render(language, "print.provide", {"what": comma.join(words)})["text"])
    return texts.render(language, "print.joined", {})["between"].join(said)


def _menu_row(number: int, offer: Offer, texts: Texts, language: str) -> list[str]:
    comma = texts.word(language, "phrases", "list_comma") or ", "
    agencies = (agency.name_en if language == "en" else agency.name for agency in offer.agencies)
    mode = str(offer.dish.get("mode", "booth"))
    return [
        str(number),
        named(offer, language),
        comma.join(agencies),
        texts.word(language, "hsds.mode", mode) or mode,
        asks(offer, texts, language),
    ]


def _numbered(offers: Iterable[Offer], language: str) -> list[tuple[int, Offer]]:
    """The offers as they are printed, from 1: those of a category together, categories in the order in which the
    edition first names them."""
    said = list(enumerate(offers))
    name = _category_of(language)
    order = {name(each): position for position, each in reversed(list(enumerate(said)))}
    return list(enumerate((offer for _, offer in sorted(said, key=lambda e: order[name(e)])), 1))


def _category_of(language: str) -> Callable[[tuple[int, Offer]], str]:
    def name(each: tuple[int, Offer]) -> str:
        category = each[1].category
        if category is None:
            return ""
        return category.name_en if language == "en" else category.name

    return name


def _period(edition: Edition) -> Mapping[str, Any]:
    return {
        "title": edition.title,
        "first": edition.effective_on,
        "last": edition.retires_on,
    }
