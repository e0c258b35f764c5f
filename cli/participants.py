"""Made-up volunteers of the demonstration's teams, for what many take part in: a ceremony, a course."""

import asyncio
from itertools import product

from cli import scenario as s
from cli.client import Client, Json

CONSENT = "synthetic-participant-"
"""How they are found again: the text that each of them agreed to bears a number."""
AT_A_TIME = 10
"""Requests that are on their way together."""

SURNAMES = "陈林黄张李王吴蔡郑叶潘金胡徐周"
GIVEN = (
    *("建国", "秀英", "志强", "丽娟", "海燕", "永康", "晓东", "春梅", "国华", "月娥"),
    *("文斌", "小芳", "立新", "雪梅", "德胜", "爱珍", "光辉", "素琴", "学军", "美玲"),
)


async def enter_participants(client: Client, count: int, *, but: str = "") -> list[str]:
    """Enters those who are missing of so many, spread over the teams ``but`` one and those of doctors and lawyers.

    Returns their numbers in order.

    It may be begun again at any time, and by several who need participants: the first of them are the same people.
    """
    case = s.ruian_2014()
    # They have no qualification: dispatch would count their team's people, and find nobody for an item that asks one.
    asked = {team for item in case.items if item.get("qualification") for team in item["teams"]}
    teams = sorted(team["code"] for team in case.teams if team["code"] not in {but, *asked})
    known = {
        each["consent_version"]: str(each["no"])
        for each in await client.all("/api/catalog/volunteers", state="active")
        if each["consent_version"].startswith(CONSENT)
    }
    names = [surname + given for given, surname in product(GIVEN, SURNAMES)]
    missing = [place for place in range(count) if f"{CONSENT}{place}" not in known]
    for start in range(0, len(missing), AT_A_TIME):
        places = missing[start : start + AT_A_TIME]
        people = [_person(place, names[place], teams[place % len(teams)]) for place in places]
        made = await asyncio.gather(*(_enter(client, person) for person in people))
        known |= dict(made)
    return [known[f"{CONSENT}{place}"] for place in range(count)]


def _person(place: int, name: str, team: str) -> Json:
    return {
        "team_code": team,
        "name": name,
        "phone": f"1390000{2000 + place}",
        "consent_at": "2014-06-02T09:00:00+08:00",
        "consent_version": f"{CONSENT}{place}",
    }


async def _enter(client: Client, person: Json) -> tuple[str, str]:
    version = person["consent_version"]
    made = await client.post("/api/catalog/volunteers", person, key=f"entered-{version}")
    return version, str(made["no"])
