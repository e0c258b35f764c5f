"""The menu in the Human Services Data Specification, HSDS 3.1 (https://docs.openreferral.org/).

An item is one service for each agency that serves it, since a service there has one organization. Ids are UUIDs
derived from our codes, so they stay the same from one export to the next.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.catalog.directory.domain import Agency
from services.catalog.open_menu.queries import Offer
from shared.http.texts import Texts
from shared.kernel.clock import CHINA

Hsds = dict[str, Any]

CATEGORIES, MODES = "diancai:category", "diancai:mode"


def identifier(kind: str, *codes: str) -> str:
    """Returns the UUID of what our codes name."""
    return str(uuid5(NAMESPACE_URL, ":".join(("diancai", kind, *codes))))


def services_of(offers: Iterable[Offer], texts: Texts, language: str) -> Iterator[Hsds]:
    """Returns a service for each offer and agency."""
    for offer in offers:
        for agency in offer.agencies:
            yield _service(offer, agency, texts, language)


def _service(offer: Offer, agency: Agency, texts: Texts, language: str) -> Hsds:
    dish, own = offer.dish, identifier("service", offer.item_code, agency.code)
    words = texts.render(language, "hsds.service", _facts(offer))
    service: Hsds = {
        "id": own,
        "organization_id": identifier("organization", agency.code),
        "name": dish["name"],
        "alternate_name": dish["name_en"],
        "description": words["description"],
        "status": "active",
        "application_process": words["application_process"],
        "fees_description": words["fees"],
        "organization": _organization(agency, texts, language),
        "attributes": list(_attributes(offer, own, texts, language)),
    }
    if dish.get("qualification"):
        service["accreditations"] = dish["qualification"]
    if dish.get("weekly_capacity") is not None:
        service["capacities"] = [_capacity(offer, own, texts, language)]
    return service


def _facts(offer: Offer) -> dict[str, Any]:
    return {
        "edition": offer.edition.title,
        "first": offer.edition.effective_on,
        "last": offer.edition.retires_on,
        "days": offer.dish.get("notice_days", 0),
        "times": offer.dish.get("weekly_capacity"),
    }


def _organization(agency: Agency, texts: Texts, language: str) -> Hsds:
    words = texts.render(language, "hsds.organization", {"name": agency.name})
    return {
        "id": identifier("organization", agency.code),
        "name": agency.name,
        "alternate_name": agency.name_en,
        "description": words["description"],
    }


def _capacity(offer: Offer, service: str, texts: Texts, language: str) -> Hsds:
    """How often a week: that, and not what is still free, is what the menu says."""
    words = texts.render(language, "hsds.capacity", _facts(offer))
    times = offer.dish["weekly_capacity"]
    since = datetime.combine(offer.edition.effective_on, time.min, CHINA)
    return {
        "id": identifier("capacity", service),
        "unit": {
            "id": identifier("unit", "times-a-week"),
            "name": words["unit"],
        },
        "available": times,
        "maximum": times,
        "description": words["description"],
        "updated": since.isoformat(),
    }


def _attributes(offer: Offer, service: str, texts: Texts, language: str) -> Iterator[Hsds]:
    if offer.category is not None:
        yield _attribute(
            service, CATEGORIES, offer.category.code, offer.category.name, offer.category.name_en
        )
    mode = str(offer.dish.get("mode", "booth"))
    name = texts.word(language, "hsds.mode", mode) or mode
    yield _attribute(service, MODES, mode, name, name)


def _attribute(service: str, taxonomy: str, code: str, name: str, description: str) -> Hsds:
    term = identifier("term", taxonomy, code)
    return {
        "id": identifier("attribute", service, taxonomy, code),
        "link_id": service,
        "link_entity": "service",
        "taxonomy_term_id": term,
        "taxonomy_term": {
            "id": term,
            "code": code,
            "name": name,
            "description": description,
            "taxonomy": taxonomy,
        },
    }
