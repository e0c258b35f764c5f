"""The ceremony of 1 July 2014 with its three parts and 110 participants, and an activity that is still ahead.

Day, place, parts and number are the newspaper's; hours, English names, and who took part are made up.
"""

from cli import scenario as s
from cli.client import Client, Json
from cli.participants import enter_participants

HOURS = ("08:30", "09:10", "10:00")
"""When each part begins."""
ENDS_AT = "11:00"
PARTS_EN = (
    "Remembrance of the revolutionary martyrs",
    "Oath of the new members",
    "Visit to the memorial hall",
)
NAMES = {
    "name": "“七一”入党宣誓仪式",
    "name_en": "Oath ceremony of 1 July",
    "activity_kind": "ceremony",
}
REGISTER_UNTIL = "2014-06-30"
AHEAD: Json = {
    "name": "飞云江畔河道清理",
    "name_en": "Clean-up along the Feiyun River",
    "activity_kind": "group_activity",
    "on": "2014-07-18",
    "starts_at": "08:00",
    "ends_at": "10:30",
    "place": "飞云江滨江公园东门",
    "team_code": None,
    "parts": [
        {"starts_at": "08:00", "name": "领工具、分段", "name_en": "Tools and sections"},
        {"starts_at": "08:20", "name": "沿江清理", "name_en": "Clean-up"},
        {"starts_at": "10:10", "name": "清点、合影", "name_en": "Count and photo"},
    ],
    "capacity": 20,
    "register_until": "2014-07-18",
}
"""On the day after the one on which the demonstration stands when it has been played."""
COMING = 18


async def arrange_ceremony(client: Client, but: str = "") -> None:
    """Announces the ceremony before its day, and registers its participants, none of them of the team ``but``."""
    said = s.ruian_2014().ceremony
    parts = [
        {"starts_at": hour, "name": name, "name_en": name_en}
        for hour, name, name_en in zip(HOURS, said["parts"], PARTS_EN, strict=True)
    ]
    body = NAMES | {
        "on": said["date"],
        "starts_at": HOURS[0],
        "ends_at": ENDS_AT,
        "place": said["place"],
        "parts": parts,
        "capacity": said["participants"],
        "register_until": REGISTER_UNTIL,
    }
    await _announce(client, body, await enter_participants(client, said["participants"], but=but))


async def hold_ceremony(client: Client) -> None:
    """Confirms that it was held, with all who were registered."""
    path = await _path_of(client, NAMES["name"])
    if path is None or (await client.get(path))["state"] != "announced":
        return
    found = await client.all(f"{path}/registrations", state="registered")
    present = {"present": [each["volunteer_no"] for each in found]}
    await client.post(f"{path}/attendance", present, key="ceremony-attendance")
    await client.post(f"{path}/hold", key="ceremony-held")


async def leave_activity_ahead(client: Client, but: str = "") -> None:
    """An activity of the next day, with two places left."""
    await _announce(client, AHEAD, await enter_participants(client, COMING, but=but))


async def _announce(client: Client, body: Json, people: list[str]) -> None:
    path = await _path_of(client, body["name"])
    if path is None:
        made = await client.post("/api/catalog/activities", body, key=f"activity-{body['on']}")
        path = f"/api/catalog/activities/{made['id']}"
    found = path

    async def read() -> Json:
        return dict(await client.get(found))

    await client.ensure(read, lambda activity: activity["state"] != "draft", f"{path}/announce")
    if (await read())["registered"] < len(people):
        await client.post(f"{path}/register", {"volunteer_nos": people}, key=f"people-{body['on']}")


async def _path_of(client: Client, name: str) -> str | None:
    found = await client.all("/api/catalog/activities", q=name)
    return f"/api/catalog/activities/{found[0]['id']}" if found else None
