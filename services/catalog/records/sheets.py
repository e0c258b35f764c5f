"""What an Excel file says of each record of service, as Order 67 lists it (Art. 7); names are masked, as in lists."""

from collections.abc import Sequence

from services.catalog.contacts.queries import first_name
from services.catalog.directory.domain import Agency, Team
from services.catalog.records.schemas import RecordAnswer
from services.catalog.volunteers.domain import MASKS, Volunteer
from services.catalog.volunteers.queries import open_value
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _names_of(
    uow: UnitOfWork, records: Sequence[RecordAnswer], wording: Wording
) -> list[Fields]:
    found: list[Fields] = []
    async with uow.reading() as session:
        in_charge = {
            code: await first_name(uow, session, "team", code)
            for code in {each.team_code for each in records}
        }
        for each in records:
            person = await session.get(Volunteer, each.volunteer_no)
            name = None if person is None else open_value(uow.vault, person, "name")
            team = await session.get(Team, each.team_code)
            agency = None if team is None else await session.get(Agency, team.agency_code)
            found.append(
                {
                    "name": "" if name is None else MASKS["name"](name),
                    "team": "" if team is None else wording.named(team.name, team.name_en),
                    "in_charge": in_charge[each.team_code],
                    "agency": "" if agency is None else wording.named(agency.name, agency.name_en),
                }
            )
    return found


RECORDS = Sheet(
    "records",
    {
        "volunteer_no": 14,
        "name": 12,
        "item_name": 24,
        "on": 12,
        "place": 30,
        "starts_at": 17,
        "ends_at": 17,
        "minutes": 10,
        "evidence": 16,
        "team": 24,
        "in_charge": 12,
        "agency": 24,
    },
    words={"evidence": "choices"},
    complete=_names_of,
)
