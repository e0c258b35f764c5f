"""Shows residents one stop without an account, by a signed link."""

from datetime import date, datetime, time, timedelta
from typing import Any

from services.dispatch.directory.queries import pictures_of_items
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import STANDING, Stop
from services.dispatch.stops.queries.views import require_stop, view_stop
from shared.identity.links import Link, LinkInvalid, Links
from shared.kernel.clock import CHINA
from shared.kernel.errors import Conflict
from shared.unit_of_work import UnitOfWork

PURPOSE = "stop"
LINK_DAYS = 30
"""After the stop's day, or after the link is made if that is later: long enough for a stop that is postponed."""


async def make_stop_link(uow: UnitOfWork, links: Links, stop_id: str) -> Link:
    """:raises NotFound: there is no such stop, or it is another township's. :raises Conflict: not announced yet."""
    grant = uow.permit(POLICY, "make_stop_link")
    async with uow.transaction() as tx:
        found = await tx.get(Stop, stop_id)
        require_stop(grant, found)
        if found.state == "proposed":
            raise Conflict("stop.not_announced", field="stop_id", id=stop_id)
        link = link_to_stop(links, stop_id, found.on, tx.now)
        tx.note(Stop.kind, stop_id, link_expires_at=link.expires_at.isoformat())
        return link


def link_to_stop(links: Links, stop_id: str, on: date, now: datetime) -> Link:
    """Makes a link to a stop on the day ``on``; all that are made on one day are the same."""
    # A link expires by real time, as a token does, and not by the business clock.
    last_day = max(on, now.astimezone(CHINA).date()) + timedelta(days=LINK_DAYS)
    return links.make(PURPOSE, stop_id, datetime.combine(last_day, time.max, CHINA))


async def show_stop(uow: UnitOfWork, links: Links, link: str) -> dict[str, Any]:
    """Where, when, and which booths are to be expected: no reasons, figures or numbers of people.

    :raises LinkInvalid: :raises LinkExpired:
    """
    grant = uow.permit(POLICY, "show_stop")
    stop_id = links.open(PURPOSE, link)
    async with uow.reading() as session:
        found = await session.get(Stop, stop_id)
        if found is None or found.state == "proposed":
            raise LinkInvalid
        view = with_booths(await view_stop(session, grant, found, uow.today()))
        codes = {booth["item_code"] for booth in view["booths"]}
        return view | {"pictures": await pictures_of_items(session, codes)}


def with_booths(view: dict[str, Any]) -> dict[str, Any]:
    """Adds the booths that residents may expect, or that were there."""
    shown = [entry for entry in view["assignments"] if entry["state"] in STANDING]
    return view | {"booths": shown}
