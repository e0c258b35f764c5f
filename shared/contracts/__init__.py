"""The published events: the only language the services share.

Listed once, one frozen class each, grouped by publisher. Within a version fields are only added,
with a default; anything else is a new version beside the old: ``ServiceOrderedV2`` beside ``ServiceOrdered``.
"""

from shared.contracts import catalog, dispatch, notify, requests
from shared.contracts.base import Event, EventType

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for module in (catalog, requests, dispatch, notify)
    for event in vars(module).values()
    if isinstance(event, type) and issubclass(event, Event) and not event.abstract
}
"""Every event of the system by its type, e.g. ``requests.order_accepted.v1``."""

PUBLISHERS: tuple[str, ...] = tuple(sorted({event.publisher for event in EVENTS.values()}))

__all__ = ["EVENTS", "PUBLISHERS", "Event", "EventType"]
