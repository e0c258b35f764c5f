"""The events on offer: which types there are, and what is told of one as an example."""

from typing import Any

from services.notify.contract.queries.catalogue import get_published
from services.notify.subscribers.domain.disclosure import Disclosure, is_offered
from shared.contracts import EVENTS, Event

OFFERED: dict[str, type[Event]] = {
    name: event for name, event in sorted(EVENTS.items()) if is_offered(name)
}
"""By type."""

ABOUT_NOBODY = "order:1"
"""An object whose key names no person, for the example of each event is shown in full."""


def example_of(event: type[Event], *, person_numbers: bool) -> dict[str, Any]:
    """Returns the data of the published example, as a subscriber with or without persons' numbers gets it."""
    data = get_published(event.type).example["data"]
    return Disclosure(frozenset(), person_numbers).of(event.type, ABOUT_NOBODY, data) or {}
