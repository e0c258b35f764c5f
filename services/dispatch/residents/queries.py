"""What is public about stops: where, when and which booths; no reasons, figures or persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.dispatch.calendars.queries import uid_of
from services.dispatch.directory.queries import campaign_of, names_of_townships
from services.dispatch.plans.queries.plans import plans_of_campaign
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import STANDING, Stop
from services.dispatch.stops.queries.lookups import announced_since
from services.dispatch.stops.queries.views import View, announced_stops, last_completed_stop
from services.dispatch.stops.use_cases.residents import link_to_stop, with_booths
from shared.db.successors import current_code, current_codes
from shared.identity.links import Links
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import UnitOfWork

MOST_STOPS = 20
"""So many stops are shown at most; a township has one or two in a month."""

MOST_POINTS = 2000
POINTS_OF = timedelta(days=366)
"""A township's stops of so long are on the map, and those ahead."""


@dataclass(frozen=True, slots=True)
class TownshipOutlook:
    """What comes to a township.

    ``stops`` are announced and not over, in the order of time, each with ``link``. Where there is
    none, ``last`` is the one that was completed last, if any.
    """

    code: str
    name: str
    name_en: str
    stops: Sequence[View]
    last: View | None


async def list_public_townships(uow: UnitOfWork) -> list[tuple[str, str, str]]:
    """Returns code, Chinese and English name of every township, by the code that it has now."""
    uow.permit(POLICY, "show_townships")
    async with uow.reading() as session:
        names = await names_of_townships(session)
        now = await current_codes(session, "township", names)
    return [(code, *names[code]) for code in sorted(names) if now[code] == code]


async def get_outlook(uow: UnitOfWork, links: Links, township_code: str) -> TownshipOutlook:
    """A former code is a township's as well: it may stand on a sign.

    :raises NotFound: there is no such township.
    """
    grant = uow.permit(POLICY, "show_townships")
    async with uow.reading() as session:
        township_code = await current_code(session, "township", township_code)
        names = await names_of_townships(session, [township_code])
        if township_code not in names:
            raise NotFound("township", township_code)
        stops = await announced_stops(session, grant, township_code, uow.today(), limit=MOST_STOPS)
        last = (
            None if stops else await last_completed_stop(session, grant, township_code, uow.today())
        )
    now = uow.now()
    linked = [
        with_booths(stop) | {"link": link_to_stop(links, stop["id"], stop["on"], now).text}
        for stop in stops
    ]
    return TownshipOutlook(township_code, *names[township_code], linked, last)


async def list_points(
    uow: UnitOfWork, *, township_code: str | None, campaign_id: str | None
) -> list[View]:
    """The stops of a township, of a campaign, or of both, that were announced and not called off, as GeoJSON's
    features.

    :raises InvalidInput: neither is named. :raises NotFound: there is no such township or campaign.
    """
    uow.permit(POLICY, "show_townships")
    if township_code is None and campaign_id is None:
        raise InvalidInput("township_or_campaign", field="township_code")
    first, plans = uow.today() - POINTS_OF, None
    async with uow.reading() as session:
        if township_code is not None:
            township_code = await current_code(session, "township", township_code)
            if township_code not in await names_of_townships(session, [township_code]):
                raise NotFound("township", township_code)
        if campaign_id is not None:
            campaign = await campaign_of(session, campaign_id)
            if campaign is None:
                raise NotFound("campaign", campaign_id)
            first, plans = campaign.starts_on, await plans_of_campaign(session, campaign_id)
        stops = await announced_since(
            session, first, township=township_code, plans=plans, limit=MOST_POINTS
        )
        names = await names_of_townships(session, {stop.township_code for stop in stops})
    return [_feature(stop, names.get(stop.township_code)) for stop in stops]


def _feature(stop: Stop, names: tuple[str, str] | None) -> View:
    name, name_en = names or (stop.township_code, stop.township_code)
    items = {
        entry.item_code: {
            "code": entry.item_code,
            "name": entry.item_name,
            "name_en": entry.item_name_en,
        }
        for entry in stop.assignments
        if entry.state in STANDING
    }
    return {
        "id": uid_of(stop.id),
        "geometry": {"coordinates": (round(stop.lon, 6), round(stop.lat, 6))},
        "properties": {
            "township_code": stop.township_code,
            "township_name": name,
            "township_name_en": name_en,
            "place": stop.place,
            "on": stop.on,
            "part": stop.part,
            "state": stop.state,
            "items": list(items.values()),
        },
    }
