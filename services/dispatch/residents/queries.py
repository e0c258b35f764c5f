"""What is public about stops: where, when and which booths; no reasons, figures or persons."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.dispatch.directory.queries import names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.stops.queries.views import View, announced_stops, last_completed_stop
from services.dispatch.stops.use_cases.residents import link_to_stop, with_booths
from shared.db.successors import current_code, current_codes
from shared.identity.links import Links
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

MOST_STOPS = 20
"""So many stops are shown at most; a township has one or two in a month."""


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
