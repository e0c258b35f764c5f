"""How the menu of summer 2014 comes about, as the corps does it: drafted, the teams surveyed, opinions asked for and
answered, published.

Every step first looks whether it is done, so that it can be stopped anywhere and begun again.
"""

from collections.abc import Callable
from datetime import datetime

from cli import scenario as s
from cli.client import Client, Json, Refused
from shared.kernel.clock import CHINA, utc_now

IN_FORCE = ("published", "retired")
"""Where no clock plays 2014, its menu is over as soon as it is published."""

CLOCK = "/api/demonstration/clock"

EDITION = f"/api/catalog/editions/{s.EDITION}"

Progress = Callable[[str, int, int], None]


async def make_menu(client: Client, progress: Progress) -> None:
    """Plays it to the day on which the menu is published."""
    edition = await _drafted(client)
    if edition["state"] not in IN_FORCE:
        await _survey(client, progress)
        await _consult(client, progress)
        await client.ensure(
            lambda: client.get(EDITION),
            lambda found: found["state"] in IN_FORCE,
            f"{EDITION}/publish",
        )
    for step in ("survey", "consultation"):
        progress(step, 1, 1)


async def is_surveyed(client: Client) -> bool:
    """Whether the teams have been asked about the menu, so that its items are not the ones that were entered first."""
    try:
        edition = await client.get(EDITION)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return False
    return edition["survey_until"] is not None


async def move_clock(client: Client, on: str, part: str = "morning") -> bool:
    """Moves the clock to a half-day, where there is one that stands before it; returns whether there is a clock."""
    try:
        now = await client.get(CLOCK)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return False
    if (now["on"], now["part"] == "afternoon") < (on, part == "afternoon"):
        await client.post(CLOCK, {"on": on, "part": part}, key=f"{CLOCK}/{on}-{part}")
    return True


async def _drafted(client: Client) -> Json:
    sc = s.ruian_2014()
    draft = {
        "title": f"瑞安市志愿服务目录（{sc.campaign['name']}）",
        "effective_on": sc.campaign["starts_on"],
        "retires_on": sc.campaign["ends_on"],
        "item_codes": [item["code"] for item in sc.menu],
    }
    try:
        return dict(await client.put(EDITION, draft))
    except Refused as refusal:  # published by an earlier run
        if refusal.problem.get("state") not in IN_FORCE:
            raise
    return dict(await client.get(EDITION))


async def _survey(client: Client, progress: Progress) -> None:
    """All teams answer; what they answer is taken over item by item."""
    told = s.ruian_2014().survey
    until = await _last_day(client, told["on"], told["until"])
    edition = await client.ensure(
        lambda: client.get(EDITION),
        lambda found: found["survey_until"] is not None,
        f"{EDITION}/survey/open",
        {"until": until},
    )
    if edition["consultation_until"] is not None:
        return  # the survey is over since an earlier run
    replies = await client.all("/api/catalog/survey-replies", edition_code=s.EDITION)
    for number, reply in enumerate(replies, start=1):
        if reply["sent_on"] is None:
            await _reply(client, reply, told["answers"].get(reply["team_code"], {}))
        progress("survey", number, len(replies) + 1)
    survey = await client.get(f"{EDITION}/survey")
    for outcome in survey["items"]:
        if outcome["state"] == "open":
            await _take_over(client, outcome)


async def _reply(client: Client, reply: Json, said: Json) -> None:
    """What the team says: as the story has it, else that all stays as it is."""
    path = f"/api/catalog/survey-replies/{reply['id']}"
    form = await client.get(path)
    lines = [
        said[code] | {"item_code": code}
        if (code := question["item_code"]) in said and not said[code]["offers"]
        else _usual(question) | said.get(code, {})
        for question in form["questions"]
    ]
    await client.put(path, {"lines": lines})
    await client.ensure(
        lambda: client.get(path), lambda found: found["sent_on"] is not None, f"{path}/send"
    )


def _usual(question: Json) -> Json:
    kept = ("offers", "times_a_week", "volunteers", "not_on", "township_provides")
    usual = {name: question["usual"][name] for name in kept}
    return {"item_code": question["item_code"]} | usual


async def _take_over(client: Client, outcome: Json) -> None:
    async def read() -> Json:
        survey = await client.get(f"{EDITION}/survey")
        code = outcome["item_code"]
        return next(each for each in survey["items"] if each["item_code"] == code)

    await client.ensure(
        read,
        lambda found: found["state"] != "open",
        f"{EDITION}/survey/items/{outcome['item_code']}/take-over",
        {"seen": outcome["seen"]},
    )


async def _consult(client: Client, progress: Progress) -> None:
    """Townships, a team and a resident tell the corps what they think; each is answered, all together."""
    told = s.ruian_2014().consultation
    until = await _last_day(client, told["on"], told["until"])
    edition = await client.ensure(
        lambda: client.get(EDITION),
        lambda found: found["consultation_until"] is not None,
        f"{EDITION}/consultation",
        {"until": until, "residents_may_speak": True},
    )
    opinions = told["opinions"]
    given = {each["text"]: each for each in await client.all(f"{EDITION}/opinions")}
    for number, opinion in enumerate(opinions, start=1):
        if opinion["text"] not in given:
            given[opinion["text"]] = await client.post(
                f"{EDITION}/opinions", _body(opinion), key=f"{s.EDITION}-opinion-{number}"
            )
        progress("consultation", number, 2 * len(opinions))
    await move_clock(client, told["answered_on"])
    for number, opinion in enumerate(opinions, start=len(opinions) + 1):
        found = given[opinion["text"]]
        if found["state"] == "waiting":
            answer = {"opinion_ids": [found["id"]], "answer": opinion["answer"]}
            await client.post(f"{EDITION}/answers", answer, key=f"{s.EDITION}-answer-{number}")
        progress("consultation", number, 2 * len(opinions))
    await client.post(f"{EDITION}/answers/publish", key=f"{s.EDITION}-answers")
    if edition["state"] == "consultation":
        await client.ensure(
            lambda: client.get(EDITION),
            lambda found: found["state"] != "consultation",
            f"{EDITION}/consultation/end",
        )


def _body(opinion: Json) -> Json:
    township = opinion.get("township")
    code = s.ruian_2014().township(township)["code"] if township else None
    about = {name: opinion[name] for name in ("stance", "text", "came_by")}
    return about | {
        "township_code": code,
        "team_code": opinion.get("team"),
        "item_code": opinion["item"],
    }


async def _last_day(client: Client, on: str, until: str) -> str:
    """Returns the last day that is asked for; where no clock plays 2014, it is today."""
    if await move_clock(client, on):
        return until
    return datetime.astimezone(utc_now(), CHINA).date().isoformat()
