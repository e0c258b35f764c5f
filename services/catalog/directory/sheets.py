"""What an Excel file says of each entry of the directory.

An import reads such a file again, so it has every field that is entered, by its code.
"""

from collections.abc import Sequence

from services.catalog.directory.domain import Agency, Team
from services.catalog.directory.queries import names_of
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork

NAMES = {"code": 16, "name": 30, "name_en": 30}

AGENCIES = Sheet("agencies", NAMES | {"credit_code": 22})
CATEGORIES = Sheet("categories", NAMES)
TOWNSHIPS = Sheet(
    "townships",
    NAMES
    | {"lat": 12, "lon": 12, "population": 12, "area_km2": 12, "valid_from": 14, "valid_to": 14},
)


async def _agencies_of(uow: UnitOfWork, teams: Sequence[Team], wording: Wording) -> list[Fields]:
    async with uow.reading() as session:
        names = await names_of(session, Agency, {team.agency_code for team in teams})
    return [{"agency": wording.named(*names.get(team.agency_code, ("", "")))} for team in teams]


TEAMS = Sheet(
    "teams",
    NAMES | {"agency_code": 16, "agency": 24, "members": 10, "area": 30, "state": 12},
    words={"state": "states.team"},
    complete=_agencies_of,
)
