"""What an Excel file says of each stop, and of each assignment."""

from collections.abc import Sequence
from typing import Any

from services.dispatch.directory.queries import names_of_teams, names_of_townships
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _booths_of(_uow: UnitOfWork, stops: Sequence[Any], wording: Wording) -> list[Fields]:
    found: list[Fields] = []
    for stop in stops:
        booths = [each for each in stop.assignments if each.state not in ("declined", "released")]
        served = [booth.served for booth in booths if booth.served is not None]
        found.append(
            {
                "township": wording.named(stop.township_name, stop.township_name_en),
                "lat": stop.point.lat,
                "lon": stop.point.lon,
                "items": wording.listed(
                    wording.named(booth.item_name, booth.item_name_en) for booth in booths
                ),
                "teams": wording.listed(
                    dict.fromkeys(
                        wording.named(booth.team_name, booth.team_name_en) for booth in booths
                    )
                ),
                "volunteers": sum(booth.volunteers for booth in booths),
                "served": sum(served) if served else None,
                "confirmation": stop.confirmation.state if stop.state == "planned" else None,
            }
        )
    return found


STOPS = Sheet(
    "stops",
    {
        "on": 12,
        "part": 8,
        "township": 16,
        "township_code": 16,
        "place": 30,
        "lat": 12,
        "lon": 12,
        "state": 12,
        "confirmation": 14,
        "items": 50,
        "teams": 50,
        "volunteers": 12,
        "served": 12,
    },
    words={"part": "choices", "state": "states.stop", "confirmation": "states.confirmation"},
    complete=_booths_of,
)


async def _names_of(uow: UnitOfWork, duties: Sequence[Any], wording: Wording) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {each.township_code for each in duties})
        teams = await names_of_teams(session, {each.team_code for each in duties})
    return [
        {
            "township": wording.named(*townships.get(each.township_code, ("", ""))),
            "team": wording.named(*teams.get(each.team_code, ("", ""))),
            "item": wording.named(each.item_name, each.item_name_en),
        }
        for each in duties
    ]


ASSIGNMENTS = Sheet(
    "assignments",
    {
        "on": 12,
        "part": 8,
        "township": 16,
        "township_code": 16,
        "place": 30,
        "item": 20,
        "item_code": 16,
        "team": 24,
        "team_code": 16,
        "volunteers": 12,
        "state": 12,
    },
    words={"part": "choices", "state": "states.assignment"},
    complete=_names_of,
)
