"""The course of 2014 as the newspaper tells of it: two days, three topics, a test, more than a hundred trainees.

Days, hours, places, questions and people are made up, and marked so. Whoever takes part is a number among numbers: the
trainees are no members of anything, and nobody's real name is among them.
"""

from pathlib import Path

from cli import scenario as s
from cli.client import Client, Json
from cli.participants import enter_participants

BANK = Path(__file__).parent / "data" / "course-2014-questions.csv"
TRAINEES = 100
NAME_EN = "Training Course of 2014 for Applicants at City Agencies"
ORGANISER = "市直机关党工委（演示）"
PLACE = "市委党校报告厅（演示）"
SESSIONS = (
    ("2014-06-24", "08:30", "11:30"),
    ("2014-06-24", "14:00", "17:00"),
    ("2014-06-25", "08:30", "11:30"),
)
"""One for each topic, on two days."""
TEST = {
    "opens_at": "2014-06-26T08:00:00+08:00",
    "closes_at": "2014-08-31T18:00:00+08:00",
    "minutes": 30,
    "points_each": 10,
    "pass_points": 60,
}
DRAWN = (4, 3, 3)
"""Questions of each topic: a hundred points in all."""
ABSENT = 7
"""So many were not there on the second day."""

OPEN_COURSE: Json = {
    "name": "新志愿者上岗培训（演示）",
    "name_en": "Training for New Volunteers (Demonstration)",
    "organiser": "瑞安市志愿服务总队",
    "outline": "服务礼仪、现场安全和签到填报",
    "topics": ["服务礼仪", "现场安全"],
    "sessions": [
        {
            "on": "2014-08-08",
            "starts": "14:00",
            "ends": "16:30",
            "place": "安阳街道文化中心",
            "topic": "服务礼仪",
        },
        {
            "on": "2014-08-09",
            "starts": "08:30",
            "ends": "11:00",
            "place": "安阳街道文化中心",
            "topic": "现场安全",
        },
    ],
    "capacity": 40,
    "enrol_until": "2014-08-05",
}
"""It still takes enrolments, so that leaders and volunteers find something to enrol in."""


async def hold_courses(client: Client, team: str) -> None:
    """Enters them, at most once, however often it is begun again. ``team`` is the demonstration's."""
    held = await _course(client, _course_of_2014())
    path = f"/api/catalog/courses/{held['id']}"
    if not (await client.get(f"{path}/questions"))["items"]:
        await client.replace_file(f"{path}/questions?keep=true", BANK.read_bytes())
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] != "draft", f"{path}/open"
    )
    people = [
        *(await _own_people(client, team)),
        *(await enter_participants(client, TRAINEES, but=team)),
    ]
    if held["counts"]["enrolled"] < len(people):
        await client.post(
            f"{path}/enrolments", {"volunteer_nos": people}, key=f"{held['id']}-enrolled"
        )
    for place, session in enumerate(held["sessions"]):
        present = people[: len(people) - ABSENT] if place == 2 else people
        body = {"present": present}
        await client.post(
            f"{path}/sessions/{session['id']}/attendance", body, key=f"{session['id']}-there"
        )
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] != "open", f"{path}/close"
    )
    coming = await _course(client, OPEN_COURSE)
    path = f"/api/catalog/courses/{coming['id']}"
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] != "draft", f"{path}/open"
    )


def _course_of_2014() -> Json:
    training = s.ruian_2014().training
    topics = training["topics"]
    return {
        "name": training["name"],
        "name_en": NAME_EN,
        "organiser": ORGANISER,
        "outline": "；".join(topics),
        "topics": topics,
        "sessions": [
            {"on": on, "starts": starts, "ends": ends, "place": PLACE, "topic": topic}
            for (on, starts, ends), topic in zip(SESSIONS, topics, strict=True)
        ],
        "capacity": 120,
        "enrol_until": "2014-06-23",
        "test": TEST
        | {
            "name": training["test"],
            "draw": [
                {"topic": topic, "questions": count}
                for topic, count in zip(topics, DRAWN, strict=True)
            ],
        },
    }


async def _course(client: Client, wanted: Json) -> Json:
    """The course of this name, entered where there is none."""

    async def found() -> Json:
        page = await client.get("/api/catalog/courses", q=wanted["name"])
        return {"items": page["items"]}

    page = await client.ensure(
        found, lambda said: bool(said["items"]), "/api/catalog/courses", wanted
    )
    return dict(page["items"][0])


async def _own_people(client: Client, team: str) -> list[str]:
    """Some of the demonstration's team, the volunteer with an account among them."""
    known = await client.all("/api/catalog/volunteers", team_code=team, state="active")
    return [each["no"] for each in known][:4]
