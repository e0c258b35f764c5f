"""What the demonstration leaves undone once the circuit of 2014 is over, so that each role finds something to do.

All of it is synthetic: a campaign that follows the circuit, its menu, and a few orders at every stage.
"""

import asyncio
from functools import partial
from typing import Any

from cli import scenario as s
from cli.ceremony import leave_activity_ahead
from cli.client import Client, Json, Refused
from cli.confirmation import ask_for_another_day, confirm_stop
from cli.courses import hold_courses
from cli.demo import MEANT
from cli.hours import enter_hours
from cli.loose_ends import leave_loose_ends
from cli.making_menu import move_clock
from cli.residents import rate_booths
from cli.volunteers import enter_volunteers
from cli.window_figures import enter_figures
from cli.windows import leave_second_stage_open

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
PROPOSAL = {
    "name": "赡养纠纷上门调解",
    "text": "老人不便出门的，由调解员上门，和子女一起谈赡养，当场写协议。",
    "volunteers": 2,
    "times_a_week": 1,
}
"""A new item of the same team, in its own words."""

PLANNED = (
    ("高楼镇", "高楼镇文化礼堂", ("health-clinic", "legal-advice", "farm-policy")),
    ("马屿镇", "马屿镇中心公园", ("health-clinic", "pension-help")),
    ("塘下镇", "塘下镇文化中心广场", ("legal-advice", "pension-help")),
    ("飞云街道", "飞云街道办事处前广场", ("legal-advice", "farm-policy")),
)
"""Their stops are published; the demonstration's team leader has not answered yet, nor have the first two townships."""
ASKS_FOR_ANOTHER_DAY = "塘下镇"
ANOTHER_DAY = {
    "reason_code": "other_event",
    "reason": "广场那几天办农产品展销会，舞台和棚子占着。",
    "days": ["2014-07-25", "2014-07-28"],
}
CONFIRMS = "飞云街道"
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
DROPPED = "civil-affairs-policy"
"""On the menu in force, and ordered from it, but not on this draft."""
OPINIONS = (
    ("马屿镇", "health-clinic", "neither", "建议安排在赶集日上午，村民不用专门跑一趟。"),
    ("陶山镇", "legal-advice", "against", "一个季度一次太少，土地流转的咨询积压较多。"),
    ("湖岭镇", None, "for", "项目齐全，没有不同意见。"),
)
"""Of townships other than the demonstration's, whose officer has still to speak; they wait for their answers."""

WISHES = (
    ("马屿镇", "夜间义诊，白天大家都在地里干活", 120, "每月一次，晚上七点以后"),
    ("陶山镇", "希望有夜间义诊", 80, "农忙过后"),
    ("湖岭镇", "教老人用智能手机，学会视频通话", 60, "暑假里"),
    ("高楼镇", "给行动不便的老人上门理发", 40, "两个月一次"),
    ("仙降街道", "请人来讲讲养老保险怎么办", 150, None),
    ("高楼镇", "帮村里修一段水泥路", 300, None),
    ("高楼镇", "盼着量血压、测血糖的人常来", 200, "能每月来就好"),
)
"""What townships wished for by telephone, until now: the first four wait, the others are answered. The last is what a
resident said at the first stop, as the newspaper tells; how many need it is synthetic."""
MATCHED, DECLINED, WANTED_OFTEN = 4, 5, 6
MATCHING_ITEM, OFTEN_ITEM = "pension-help", "health-clinic"
DECLINE = {"reason_code": "outside_remit", "reason": "修路请向交通部门申报。"}
ADOPTED = 3
"""This one is in the survey about the next edition."""
ADOPTED_ITEM = {"item_name": "上门理发", "item_name_en": "Haircuts at home"}

RECURRING: Json = {
    "place": "高楼镇便民服务中心",
    "lines": [{"item_code": "pension-help", "expected_attendance": 60}],
    "rrule": "FREQ=MONTHLY;BYDAY=2MO",
    "starts_on": "2014-08-01",
    "days_around": 2,
    "contact": "高楼镇志愿服务站",
}
"""The demonstration's township gets help with pensions every month. Its first order is made a few days after what is
played, so that it is no matter for the plan; in September a holiday is in the way. Its clinic is to be proposed."""

MISREPORTED, TYPED_TOO_MANY = "farm-policy", 20
CORRECTION = {"reason_code": "mistyped", "reason": "发放资料多填了20份，服务队已对照领取单核实。"}
"""A report of the circuit's first stop that a coordinator corrects; both figures stay."""

RATINGS = (
    ("health-clinic", 2, "排队等了一个多小时，量完血压就快收摊了。"),
    ("legal-advice", 5, "律师讲得很明白。"),
    ("farm-policy", 4, ""),
)
"""What a resident said of booths at the circuit's last stop, the longest of whose queues was the clinic's."""

DOUBLED, DOUBLE = "health", "health-team"
"""A team that somebody has entered once more, under another code and with fewer members; it offers nothing."""
DOUBLE_MEMBERS = 4

Order = tuple[str, str, tuple[str, ...]]
REMARK = "来的多是老人，请留出坐的地方"
PHONE = "0577-65550100"
"""Of the volunteer stations; nobody has it."""


async def leave_open(client: Client, team: str, colleague: str) -> None:
    """Enters it, at most once, however often it is stopped and begun again.

    ``team`` is the team whose leader has still to answer; the others take their booths. ``colleague`` is the login name
    of the coordinator who was asked to accept an order, until :data:`DELEGATED_UNTIL`.
    """
    client.confirms = MEANT
    await move_clock(client, DAYS["starts_on"])
    await _publish_menu(client)
    await _recur(client)
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
    await client.post("/api/dispatch/staffing/search", key=f"{CAMPAIGN}-staffing")
    await _wish(client)
    await _rate(client)
    await _correct(client)
    await _look_for_regular(client)
    await enter_volunteers(client, team)
    await enter_hours(client, team)
    await hold_courses(client, team)
    await leave_activity_ahead(client, but=team)
    await leave_second_stage_open(client, team)
    await enter_figures(client)
    await _delegate(client, colleague, await _submit(client, "to-accept", TO_ACCEPT[0]))
    await leave_loose_ends(client, CAMPAIGN, await _submit(client, "to-accept", TO_ACCEPT[1]))
    await _enter_twice(client)


async def _enter_twice(client: Client) -> None:
    """Last of all, so that nobody plans with the double; once it is merged, it stays so."""
    try:
        await client.get(f"/api/catalog/teams/{DOUBLE}")
    except Refused as refusal:
        if refusal.status != 404:
            raise
        team = await client.get(f"/api/catalog/teams/{DOUBLED}")
        same = {field: team[field] for field in ("name", "name_en", "agency_code")}
        entry = same | {"members": DOUBLE_MEMBERS, "area": []}
        await client.put(f"/api/catalog/teams/{DOUBLE}", entry)


async def _publish_menu(client: Client) -> None:
    await client.put(f"/api/catalog/campaigns/{CAMPAIGN}", NAMES | DAYS | {"themes": []})
    path = f"/api/catalog/editions/{EDITION}"
    edition = {
        "title": TITLE,
        "effective_on": DAYS["starts_on"],
        "retires_on": DAYS["ends_on"],
        "item_codes": [item["code"] for item in s.ruian_2014().menu],
        "based_on": s.EDITION,
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


async def _recur(client: Client) -> None:
    """As the township's officer and the corps agreed."""
    body = RECURRING | {"township_code": s.ruian_2014().township("高楼镇")["code"]}
    try:
        made = await client.post(
            "/api/requests/recurring-orders", body, key=f"{CAMPAIGN}-recurring"
        )
    except Refused as refusal:
        if refusal.problem.get("code") != "starts_in_the_past":  # where no clock plays 2014
            raise
        return
    path = f"/api/requests/recurring-orders/{made['id']}"
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] != "proposed", f"{path}/accept"
    )


async def _consult(client: Client) -> None:
    path = f"/api/catalog/editions/{CONSULTED}"
    scenario = s.ruian_2014()
    items = [item["code"] for item in scenario.menu if item["code"] != DROPPED]
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
            said |= {"came_by": "telephone"}
            await client.post(f"{path}/opinions", said, key=f"{CONSULTED}-{code}")


async def _survey(client: Client) -> None:
    """The teams are being asked about the next edition; one has answered."""
    path = f"/api/catalog/editions/{NEXT_EDITION}"
    codes = [item["code"] for item in s.ruian_2014().menu]
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
    if PROPOSAL["name"] not in [each["name"] for each in (await client.get(form))["proposals"]]:
        await client.post(f"{form}/proposals", PROPOSAL, key=f"{NEXT_EDITION}-proposal")
    await client.ensure(
        lambda: client.get(form), lambda found: found["sent_on"] is not None, f"{form}/send"
    )


async def _wish(client: Client) -> None:
    """One after another, for each has the number that follows, and is put beside those that are there."""
    made = []
    for number, (name, what, residents, timing) in enumerate(WISHES):
        body = {
            "township_code": s.ruian_2014().township(name)["code"],
            "came_by": "phone",
            "what": what,
            "residents": residents,
            "timing": timing,
        }
        made.append(
            await client.post("/api/requests/wishes", body, key=f"{CAMPAIGN}-wish-{number}")
        )
    answers: tuple[tuple[int, str, Json], ...] = (
        (MATCHED, "match", {"edition_id": EDITION, "item_code": MATCHING_ITEM}),
        (DECLINED, "decline", DECLINE),
        (WANTED_OFTEN, "match", {"edition_id": EDITION, "item_code": OFTEN_ITEM}),
        (ADOPTED, "adopt", {"edition_id": NEXT_EDITION} | ADOPTED_ITEM),
    )
    for number, verdict, body in answers:
        path = f"/api/requests/wish-groups/{made[number]['group_id']}"
        await client.ensure(
            partial(client.get, path),
            lambda found: found["state"] != "waiting",
            f"{path}/{verdict}",
            {"wish_ids": [made[number]["id"]]} | body,
        )


async def _rate(client: Client) -> None:
    served = await client.all("/api/dispatch/stops", state="completed")
    last = max(served, key=lambda stop: (stop["on"], stop["part"] == "afternoon"))
    await rate_booths(client, last["id"], RATINGS)


async def _correct(client: Client) -> None:
    """A coordinator finds that a report has one figure too many."""
    served = await client.all("/api/dispatch/stops", state="completed")
    first = min(served, key=lambda stop: (stop["on"], stop["part"] == "afternoon"))
    path = f"/api/dispatch/stops/{first['id']}"
    booth = next(each for each in first["assignments"] if each["item_code"] == MISREPORTED)
    figures = {name: booth[name] for name in ("served", "leaflets", "follow_ups")}
    right = figures | {"leaflets": figures["leaflets"] - TYPED_TOO_MANY}
    await client.ensure(
        lambda: client.get(f"{path}/corrections"),
        bool,
        f"{path}/correction",
        right | {"assignment_id": booth["id"]} | CORRECTION,
    )


async def _look_for_regular(client: Client) -> None:
    """The first stop's clinic, with its queue and the wish, becomes a proposal to its team: as it would on the next
    day, but at once."""

    async def is_planned() -> bool:
        orders = await client.all("/api/requests/orders", campaign_id=CAMPAIGN, state="scheduled")
        return len(orders) >= len(PLANNED)

    await client.until("requests knows what is planned", is_planned)
    await client.post("/api/requests/recurrence-proposals/search", key=f"{CAMPAIGN}-regular")


async def _prepare(client: Client, stop: Json) -> None:
    """The township says that all is ready for its stop."""
    path = f"/api/dispatch/stops/{stop['id']}/preparation"
    wanted = (await client.get(path))["provisions"]
    body = {"ready": [each["code"] for each in wanted]}
    try:
        await client.post(path, body, key=f"{CAMPAIGN}-prepared")
    except Refused as refusal:
        if refusal.problem.get("code") != "preparation_is_over":  # where no clock plays 2014
            raise


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
                {
                    "item_code": code,
                    "expected_attendance": s.ATTENDANCE.get(code, s.USUAL_ATTENDANCE),
                    "remark": REMARK,
                }
                for code in items
            ],
            "contact": f"{name}志愿服务站",
            "phone": PHONE,
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
    stops = {stop["township_name"]: stop for stop in plan["stops"]}
    await confirm_stop(client, stops[CONFIRMS])
    await _prepare(client, stops[CONFIRMS])
    await ask_for_another_day(client, stops[ASKS_FOR_ANOTHER_DAY], ANOTHER_DAY)
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
