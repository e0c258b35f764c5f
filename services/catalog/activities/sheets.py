"""What Excel files say of activities, and of who takes part: names are as masked as in the lists."""

from collections.abc import Sequence
from typing import Any

from services.catalog.directory.domain import Team
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _teams_of(uow: UnitOfWork, rows: Sequence[Any], wording: Wording) -> list[Fields]:
    names: dict[str, str] = {}
    async with uow.reading() as session:
        for code in {each.team_code for each in rows} - {None}:
            team = await session.get(Team, code)
            names[code] = code if team is None else wording.named(team.name, team.name_en)
    return [{"team": names.get(each.team_code, "")} for each in rows]


ACTIVITIES = Sheet(
    "activities",
    {
        "name": 30,
        "name_en": 30,
        "activity_kind": 14,
        "on": 12,
        "starts_at": 8,
        "ends_at": 8,
        "place": 30,
        "team": 24,
        "capacity": 10,
        "register_until": 12,
        "state": 12,
        "registered": 10,
        "waiting": 10,
        "participants": 10,
    },
    words={"activity_kind": "choices", "state": "states.activity"},
    complete=_teams_of,
)

PARTICIPANTS = Sheet(
    "participants",
    {
        "place_no": 8,
        "volunteer_no": 14,
        "name": 12,
        "team_code": 18,
        "team": 24,
        "state": 12,
        "entered_at": 17,
        "attended": 10,
    },
    words={"state": "states.registration", "attended": "choices"},
    complete=_teams_of,
)
