"""Hours of the demonstration's volunteers, made up: what the corps entered from sign-in sheets, one entry that a person
must look at, and one that the volunteer has still to agree with."""

from cli.client import Client, Json, Refused
from cli.volunteers import CONSENT

REASON = "按现场签到表补录。"
ENTERED = ((f"{CONSENT}-0", "08:00", "11:20"), (CONSENT, "08:00", "11:20"))
"""At the first stop of the team: who, from, to."""

TOO_LONG = (f"{CONSENT}-1", "07:20", "12:50")
CLAIMED = (CONSENT, "08:00", "11:40")
"""At the second."""

CLAIM = "那天签到表没带，队员一起回忆的时间，请本人确认。"


async def enter_hours(client: Client, team: str) -> None:
    """Enters them, however often it is begun again."""
    known = await client.all("/api/catalog/volunteers", team_code=team)
    numbers = {each["consent_version"]: each["no"] for each in known}
    booths = await _booths(client, team)
    if (
        len(booths) < 2
        or not {who for who, _, _ in (*ENTERED, TOO_LONG, CLAIMED)} <= numbers.keys()
    ):
        return
    first, second = booths[:2]
    for booth, entries in ((first, ENTERED), (second, (TOO_LONG,))):
        for who, start, end in entries:
            body = _times(booth, numbers[who], start, end) | {"reason": REASON}
            await client.post("/api/dispatch/hours", body, key=f"{booth['id']}-{who}")
    who, start, end = CLAIMED
    try:
        body = _times(second, numbers[who], start, end) | {"words": CLAIM}
        await client.post("/api/dispatch/hours-claims", body, key=f"{second['id']}-{who}-claim")
    except Refused as refusal:
        if refusal.problem.get("code") != "hours_claimed":  # by an earlier run
            raise


async def _booths(client: Client, team: str) -> list[Json]:
    """What the team has done, in the order of time, each with its day."""
    stops = await client.all("/api/dispatch/stops", state="completed")
    stops.sort(key=lambda stop: (stop["on"], stop["part"] == "afternoon"))
    return [
        {"id": booth["id"], "on": stop["on"]}
        for stop in stops
        for booth in stop["assignments"]
        if booth["team_code"] == team and booth["state"] == "done" and stop["part"] == "morning"
    ]


def _times(booth: Json, no: str, start: str, end: str) -> Json:
    return {
        "assignment_id": booth["id"],
        "volunteer_no": no,
        "starts_at": f"{booth['on']}T{start}:00+08:00",
        "ends_at": f"{booth['on']}T{end}:00+08:00",
    }
