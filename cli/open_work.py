"""What the demonstration leaves undone once the circuit of 2014 is over, so that each role finds something to do.

All of it is synthetic: a campaign that follows the circuit, its menu, and a few orders at every stage.
"""

import asyncio
from typing import Any

from cli import scenario as s
from cli.client import Client, Json, Refused
from cli.demo import CLOCK, MEANT

CAMPAIGN = "regular-2014-q3"
EDITION = "2014-q3"
DAYS = {"starts_on": "2014-07-17", "ends_on": "2014-09-30"}
PLANNED_DAYS = {"starts_on": "2014-07-18", "ends_on": "2014-07-23"}
NAMES = {
    "name": "第三季度常态化服务",
    "name_en": "Third Quarter, Regular Service",
}
TITLE = "瑞安市志愿服务目录（第三季度常态化服务）"
PLANNING_SECONDS = 20
NEXT_EDITION = "2015-q1"
NEXT_TITLE = "瑞安市志愿服务目录（2015年第一季度）"
NEXT_DAYS = {"effective_on": "2015-01-01", "retires_on": "2015-03-31"}
SURVEY_UNTIL = "2014-08-15"
SURVEYED_TEAM = "justice"
"""It has answered the survey about the next edition, so that there is something to take over."""

PLANNED = (
    ("高楼镇", "高楼镇文化礼堂", ("health-clinic", "legal-advice", "farm-policy")),
    ("马屿镇", "马屿镇中心公园", ("health-clinic", "pension-help")),
)
"""Their stops are published; the demonstration's team leader has not answered yet."""
TO_PLAN = (("陶山镇", "陶山镇便民服务中心前广场", ("health-clinic", "legal-advice")),)
TO_ACCEPT = (
    ("湖岭镇", "湖岭镇中心小学门口", ("health-clinic", "farm-policy", "legal-advice")),
    ("仙降街道", "仙降街道文化广场", ("pension-help", "civil-affairs-policy")),
)
DELEGATED_UNTIL = "2014-07-22"
TO_AMEND = ("高楼镇", "高楼镇", ("legal-advice", "civil-affairs-policy"))
AMEND_REASON = {"reason_code": "incomplete", "reason": "请写明具体地点，例如哪个广场"}

CONSULTED = "2014-q4"
"""A draft for the last quarter, on which opinions are taken."""
CONSULTATION = {"until": "2014-08-15", "residents_may_speak": True}
CONSULTED_DRAFT = {
    "title": "瑞安市志愿服务目录（第四季度常态化服务）",
    "effective_on": "2014-10-01",
    "retires_on": "2014-12-31",
    "based_on": EDITION,
}
OPINIONS = (
    ("马屿镇", "health-clinic", "neither", "建议安排在赶集日上午，村民不用专门跑一趟。"),
    ("陶山镇", "legal-advice", "against", "一个季度一次太少，土地流转的咨询积压较多。"),
    ("湖岭镇", None, "for", "项目齐全，没有不同意见。"),
)
"""Of townships other than the demonstration's, whose officer has still to speak; they wait for their answers."""

Order = tuple[str, str, tuple[str, ...]]


async def leave_open(client: Client, team: str, colleague: str) -> None:
    """Enters it, at most once, however often it is stopped and begun again.

    ``team`` is the team whose leader has still to answer; the others take their booths. ``colleague`` is the login name
    of the coordinator who was asked to accept an order, until :data:`DELEGATED_UNTIL`.
    """
    client.confirms = MEANT
    await _move_clock(client)
    await _publish_menu(client)
    await _survey(client)
    for order in PLANNED:
        await _decide(client, "planned", order, "accept")
    await _plan(client, team)
    await asyncio.gather(
        *(_decide(client, "to-plan", order, "accept") for order in TO_PLAN),
        *(_submit(client, "to-accept", order) for order in TO_ACCEPT),
        _decide(client, "to-amend", TO_AMEND, "return", AMEND_REASON),
        _consult(client),
    )
    await _delegate(client, colleague, await _submit(client, "to-accept", TO_ACCEPT[0]))


async def _move_clock(client: Client) -> None:
    try:
        now = await client.get(CLOCK)
        if now["on"] < DAYS["starts_on"]:
            half_day = {"on": DAYS["starts_on"], "part": "morning"}
            await client.post(CLOCK, half_day, key=f"{CLOCK}/{CAMPAIGN}")
    except Refused as refusal:
        if refusal.status != 404:  # no clock that can be moved
            raise


async def _publish_menu(client: Client) -> None:
    await client.put(f"/api/catalog/campaigns/{CAMPAIGN}", NAMES | DAYS | {"themes": []})
    path = f"/api/catalog/editions/{EDITION}"
    edition = {
        "title": TITLE,
        "effective_on": DAYS["starts_on"],
        "retires_on": DAYS["ends_on"],
        "item_codes": [item["code"] for item in s.ruian_2014().items],
    }
    try:
        await client.put(path, edition)
    except Refused as refusal:  # published by an earlier run
        if refusal.problem.get("state") != "published":
            raise
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] == "published", f"{path}/publish"
    )

    async def is_known() -> bool:
        editions = await client.all("/api/requests/editions")
        campaigns = await client.all("/api/requests/campaigns")
        return any(each["edition_id"] == EDITION for each in editions) and any(
            each["campaign_id"] == CAMPAIGN for each in campaigns
        )

    await client.until("requests knows the menu that follows", is_known)


async def _consult(client: Client) -> None:
    path = f"/api/catalog/editions/{CONSULTED}"
    scenario = s.ruian_2014()
    items = [item["code"] for item in scenario.items]
    await client.put(path, CONSULTED_DRAFT | {"item_codes": items})
    await client.ensure(
        lambda: client.get(path),
        lambda found: found["state"] == "consultation",
        f"{path}/consultation",
        CONSULTATION,
    )
    known = {each["township_code"] for each in await client.all(f"{path}/opinions")}
    for name, item, stance, text in OPINIONS:
        code = scenario.township(name)["code"]
        if code not in known:
            said = {"township_code": code, "item_code": item, "stance": stance, "text": text}
            await client.post(f"{path}/opinions", said, key=f"{CONSULTED}-{code}")


async def _survey(client: Client) -> None:
    """The teams are being asked about the next edition; one has answered."""
    path = f"/api/catalog/editions/{NEXT_EDITION}"
    codes = [item["code"] for item in s.ruian_2014().items]
    draft = {"title": NEXT_TITLE, "item_codes": codes, "based_on": EDITION} | NEXT_DAYS
    await client.put(path, draft)
    await client.ensure(
        lambda: client.get(path),
        lambda found: found["survey_until"] is not None,
        f"{path}/survey/open",
        {"until": SURVEY_UNTIL},
    )
    asked = {"edition_code": NEXT_EDITION, "team_code": SURVEYED_TEAM}
    (reply,) = await client.all("/api/catalog/survey-replies", **asked)
    form = f"/api/catalog/survey-replies/{reply['id']}"
    if reply["sent_on"] is None:
        found = await client.get(form)
        lines = [
            {
                "item_code": question["item_code"],
                "offers": True,
                "times_a_week": 2,
                "volunteers": 4,
                "not_on": ["monday_morning"],
                "township_provides": question["usual"]["township_provides"],
            }
            for question in found["questions"]
        ]
        await client.put(form, {"lines": lines})
    await client.ensure(
        lambda: client.get(form), lambda found: found["sent_on"] is not None, f"{form}/send"
    )


async def _submit(client: Client, purpose: str, order: Order) -> str:
    name, place, items = order
    township = s.ruian_2014().township(name)
    made = await client.post(
        "/api/requests/orders",
        {
            "township_code": township["code"],
            "edition_id": EDITION,
            "campaign_id": CAMPAIGN,
            "place": place,
            "lines": [
                {"item_code": code, "expected_attendance": s.USUAL_ATTENDANCE} for code in items
            ],
            "submit": True,
        },
        key=f"{CAMPAIGN}-{purpose}-{township['code']}",
    )
    return str(made["id"])


async def _decide(
    client: Client, purpose: str, order: Order, verdict: str, reason: Json | None = None
) -> None:
    path = f"/api/requests/orders/{await _submit(client, purpose, order)}"
    await client.ensure(
        lambda: client.get(path),
        lambda found: found["state"] != "submitted",
        f"{path}/{verdict}",
        reason,
    )


async def _delegate(client: Client, colleague: str, order_id: str) -> None:
    known = await client.get("/api/catalog/accounts/coordinators")
    subject = next((each["id"] for each in known if each["login"] == colleague), None)
    if subject is None:  # this city has accounts of its own
        return
    body = {"code": "order_to_accept", "about": f"order:{order_id}", "colleague": subject}
    await client.post(
        "/api/requests/tasks/hand-over",
        body | {"until_on": DELEGATED_UNTIL},
        key=f"{CAMPAIGN}-delegated",
    )


async def _plan(client: Client, team: str) -> None:
    lines = sum(len(items) for _, _, items in PLANNED)

    async def is_known() -> bool:
        return len(await client.all("/api/dispatch/demand", campaign_id=CAMPAIGN)) >= lines

    await client.until("dispatch knows what was ordered", is_known)
    asked = {
        "campaign_id": CAMPAIGN,
        **PLANNED_DAYS,
        "start_township_code": s.ruian_2014().township(PLANNED[0][0])["code"],
        "seconds": PLANNING_SECONDS,
    }
    run = await client.post("/api/dispatch/planning-runs", asked, key=f"{CAMPAIGN}-run")

    async def is_over() -> bool:
        found = await client.get(f"/api/dispatch/planning-runs/{run['id']}")
        return found["state"] not in ("queued", "running")

    await client.until("what follows is planned", is_over)
    path = f"/api/dispatch/candidates/{run['candidate_id']}"
    candidate = await client.ensure(
        lambda: client.get(path),
        lambda found: found["state"] == "published",
        f"{path}/publish",
        {"revision": 1},
    )
    plan = await client.get(f"/api/dispatch/plans/{candidate['plan_id']}")
    await asyncio.gather(
        *(
            _accept(client, stop["id"], booth["id"])
            for stop in plan["stops"]
            for booth in stop["assignments"]
            if booth["state"] == "offered" and booth["team_code"] != team
        )
    )


async def _accept(client: Client, stop_id: str, assignment_id: str) -> None:
    async def read() -> dict[str, Any]:
        stop = await client.get(f"/api/dispatch/stops/{stop_id}")
        return next(booth for booth in stop["assignments"] if booth["id"] == assignment_id)

    await client.ensure(
        read,
        lambda booth: booth["state"] != "offered",
        f"/api/dispatch/assignments/{assignment_id}/accept",
    )
