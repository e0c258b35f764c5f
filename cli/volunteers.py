"""The volunteers of the demonstration's team, made up: who may do what, until when, and when somebody can't come."""

from cli.client import Client, Json, Refused

LICENCE = "执业医师或护士资格"
"""As the clinic's item names it."""
GRANTED_ON = "2012-06-01"

PEOPLE: tuple[tuple[str, str | None, Json], ...] = (
    ("林晓燕", "2016-05-31", {}),
    ("陈国平", "2017-12-31", {}),
    ("吴丽娜", "2014-09-05", {}),
    ("郑海波", "2018-03-31", {"novice_until": "2014-09-30"}),
    ("王建军", "2014-06-30", {}),
    ("周小雨", None, {"born_on": "1997-10-05", "guardian_consent_on": "2014-06-02"}),
    ("黄月琴", "2016-08-31", {}),
)
"""Name, the licence's last day, and what is noted besides: a licence that ends soon, one that has ended, a novice, and
a minor."""
OWN_UNTIL = "2016-12-31"
"""The licence of the volunteer who has an account."""
AWAY = (1, "2014-07-21", "2014-07-22")
"""Whose place among :data:`PEOPLE`, and when that person can't come."""
CONSENT = "synthetic"
ON_DUTY = (CONSENT, f"{CONSENT}-0", f"{CONSENT}-6")
"""Who is named for the team's last booth ahead, the last of whom can't come after all; its leader has still to name
who stands at the others."""


async def enter_volunteers(client: Client, team: str) -> None:
    """Enters those who are missing, however often it is begun again."""
    known = await client.all("/api/catalog/volunteers", team_code=team)
    numbers = {each["consent_version"]: each["no"] for each in known}
    for place, (name, until, more) in enumerate(PEOPLE):
        version = f"{CONSENT}-{place}"
        if version not in numbers:
            body = {
                "team_code": team,
                "name": name,
                "phone": f"1380000{1000 + place}",
                "consent_at": "2014-06-02T09:00:00+08:00",
                "consent_version": version,
            }
            made = await client.post(
                "/api/catalog/volunteers", body | more, key=f"{team}-{version}"
            )
            numbers[version] = made["no"]
        if until is not None:
            await _license(client, numbers[version], until)
    if CONSENT in numbers:
        await _license(client, numbers[CONSENT], OWN_UNTIL)
    await _stay_away(client, numbers[f"{CONSENT}-{AWAY[0]}"])
    await _name(client, team, [numbers[each] for each in ON_DUTY if each in numbers])


async def _license(client: Client, no: str, until: str) -> None:
    path = f"/api/catalog/volunteers/{no}/qualifications"
    body = {"qualification": LICENCE, "granted_on": GRANTED_ON, "expires_on": until}
    await client.post(path, body, key=f"{no}-licence")


async def _name(client: Client, team: str, people: list[str]) -> None:
    async def is_named() -> bool:
        booths = await client.get("/api/dispatch/rosters", team_code=team)
        if not booths or booths[-1]["volunteers"]:  # none: where no clock plays 2014
            return True
        wanted = people[: booths[-1]["needed"]]
        path = f"/api/dispatch/assignments/{booths[-1]['assignment_id']}/roster"
        try:
            await client.post(path, {"volunteers": wanted}, key=f"{team}-roster")
        except Refused as refusal:
            if refusal.problem.get("code") != "unfit":
                raise
            return False  # what they hold is not known there yet
        return True

    await client.until("the last booth's roster is kept", is_named)
    await _drop_out(client, team, people[-1])


async def _drop_out(client: Client, team: str, no: str) -> None:
    """The last of them can't come, and others have still to say whether they step in."""
    booths = await client.get("/api/dispatch/rosters", team_code=team)
    if booths and no in booths[-1]["volunteers"]:
        path = f"/api/dispatch/assignments/{booths[-1]['assignment_id']}/drop-out"
        await client.post(path, {"volunteer_no": no}, key=f"{team}-drops-out")


async def _stay_away(client: Client, no: str) -> None:
    async def is_known() -> bool:
        _, first, last = AWAY
        body = {"volunteer_no": no, "first_on": first, "last_on": last}
        try:
            await client.post("/api/dispatch/unavailable-days", body, key=f"{no}-away")
        except Refused as refusal:
            if refusal.problem.get("code") == "unknown_volunteer":
                return False
            if refusal.problem.get("code") != "unavailable_is_over":  # where no clock plays 2014
                raise
        return True

    await client.until("dispatch knows the volunteers", is_known)
