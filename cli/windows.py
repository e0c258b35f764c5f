"""The windows of 2014, "1+X": one that leads and five outside its building, their badges, and a programme in stages.

Names of the windows and stages, and that badges were given out on 29 June and worn from 1 July, are the newspaper's.
Kinds, places, posts, people, pledges, days of the stages and nominations are made up, and so is the window of the
demonstration's own team.
"""

from typing import Any

from cli import scenario as s
from cli.client import Client, Json, Refused

MARK = "synthetic-clerk"
TEAM: Json = {
    "code": "counters",
    "name": "审批服务窗口志愿服务队（演示）",
    "name_en": "Counters of the approval centre (demonstration)",
    "agency_code": "approval-centre",
    "agency": "市人民政府审批服务中心",
    "members": 12,
}
"""It keeps those windows whose agencies have no team in the circuit."""
OWN = "市卫生局办事窗口（演示）"
WINDOWS: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "市人民政府审批服务中心": (
        *("approval-centre", "Government Approval Centre", "approval", "counters"),
        ("综合受理窗口", "咨询引导台"),
    ),
    "市民政局婚姻登记中心": (
        *("marriage-registry", "Marriage Registry", "registration", "civil-affairs"),
        ("登记一号窗口", "登记二号窗口"),
    ),
    "市公安局出入境管理大队办证中心": (
        *("exit-entry", "Exit and Entry Office", "permits", "counters"),
        ("受理窗口", "发证窗口"),
    ),
    "市人力社保局办事窗口": (
        *("social-security", "Social Security Counters", "registration", "hrss"),
        ("参保登记窗口", "待遇核定窗口"),
    ),
    "市住房公积金办事窗口": (
        *("housing-fund", "Housing Fund Counters", "permits", "counters"),
        ("提取窗口",),
    ),
    "市国土资源局办事窗口": (
        *("land", "Land and Resources Counters", "permits", "counters"),
        ("不动产登记窗口",),
    ),
    OWN: (*("health-licences", "Health Bureau Counters", "permits", "health"), ("许可受理窗口",)),
}
"""Code, English name, kind, team and posts of each."""
POSTS_EN = {
    "综合受理窗口": "General counter",
    "咨询引导台": "Reception desk",
    "登记一号窗口": "Registration counter 1",
    "登记二号窗口": "Registration counter 2",
    "受理窗口": "Applications",
    "发证窗口": "Collection",
    "参保登记窗口": "Insurance registration",
    "待遇核定窗口": "Benefits",
    "提取窗口": "Withdrawals",
    "不动产登记窗口": "Real estate registration",
    "许可受理窗口": "Licences",
}
KINDS = {
    "approval": ("综合审批", "Approvals"),
    "registration": ("登记类", "Registration"),
    "permits": ("办证类", "Permits"),
}
NAMES = (
    "陈芳华",
    "林一凡",
    "黄丽萍",
    "张国强",
    "李雪琴",
    "王海波",
    "吴晓丹",
    "周建平",
    "徐文静",
    "叶志远",
    "郑月红",
)
PLEDGES = (
    "一次告知，十分钟内受理",
    "有问必答，不让群众多跑一趟",
    "当场能办的当场办结",
    "微笑服务，每天提前十分钟到岗",
    "材料齐全的，三天内发证",
    "老人办事，我来代填",
)
HELD_FROM, GIVEN_ON = "2014-06-29", "2014-06-29"
BADGES = {"valid_from": "2014-07-01", "valid_until": "2014-09-28"}
STAGE_DAYS = (
    ("2014-06-29", "2014-07-10"),
    ("2014-07-11", "2014-07-25"),
    ("2014-07-26", "2014-08-31"),
    ("2014-09-01", "2014-09-30"),
    ("2014-10-01", "2014-10-31"),
    ("2014-11-01", "2014-11-30"),
)
ASKS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("Show who we are", "岗位人员佩戴工作牌上岗。", "Everybody at a post wears a badge.", ["text"]),
    (
        "Pledge",
        "每个岗位写一句话承诺，经审核后公开。",
        "A pledge of each post in a line.",
        ["text"],
    ),
    ("Set an example", "推荐示范岗，写明事迹。", "Nominate model posts.", ["text"]),
    (
        "Make a name",
        "每个窗口做一件便民实事。",
        "Do one thing that helps people.",
        ["text", "photo"],
    ),
    ("Compare service", "按月填报办件量、等候时间和评价。", "Report figures each month.", ["text"]),
    ("Spread the word", "总结做法，公布成效。", "Sum up and publish.", ["text", "link"]),
)
"""English name, what a stage asks in both languages, and the evidence that it needs."""
PROGRAMME = "one-plus-x-2014"
CATALOG = "/api/catalog"


async def open_windows(client: Client) -> None:
    """Enters windows, posts and people, and begins the programme."""
    await _put_new(
        client, f"agencies/{TEAM['agency_code']}", _named(TEAM["agency"], "Approval Centre")
    )
    team = {name: TEAM[name] for name in ("name", "name_en", "agency_code", "members")}
    await _put_new(client, f"teams/{TEAM['code']}", team)
    for code, (name, name_en) in KINDS.items():
        await _put_new(client, f"window-kinds/{code}", _named(name, name_en))
    lead = s.ruian_2014().windows["lead"]
    clerks = iter(range(len(NAMES)))
    known = {
        each["consent_version"]: str(each["no"])
        for each in await client.all(f"{CATALOG}/volunteers", state="active")
    }
    for name, (code, name_en, kind, team_code, posts) in WINDOWS.items():
        window = _named(name, name_en) | {
            "kind_code": kind,
            "team_code": team_code,
            "place": f"{name.removesuffix('（演示）')}一楼大厅",
            "leads": name == lead,
        }
        await _put_new(client, f"windows/{code}", window)
        there = await client.get(f"{CATALOG}/windows/{code}/posts")
        for number, post in enumerate(posts):
            clerk = next(clerks)
            no = known.get(f"{MARK}-{clerk}") or await _enter(client, team_code, clerk)
            if len(there) <= number:
                there.append(
                    await client.post(
                        f"{CATALOG}/windows/{code}/posts",
                        _named(post, POSTS_EN[post]),
                        key=f"{code}-post-{number}",
                    )
                )
            if not there[number]["holders"]:
                held = {"volunteer_no": no, "first_on": HELD_FROM}
                await client.post(
                    f"{CATALOG}/window-posts/{there[number]['id']}/holders",
                    held,
                    key=f"{code}-holder-{number}",
                )
    await _begin(client)


async def give_badges(client: Client) -> None:
    """On 29 June, to wear from 1 July."""
    for code, *_ in WINDOWS.values():
        if not await client.all(f"{CATALOG}/badges", window_code=code):
            await client.post(f"{CATALOG}/windows/{code}/badges", BADGES, key=f"{code}-badges")


async def end_first_stage(client: Client) -> None:
    """Every window shows that badges are worn, and the corps accepts it."""
    for stage in await _stages(client, 1):
        if stage["state"] != "accepted":
            await _hand_in(client, stage, "全体岗位人员7月1日起佩戴工作牌上岗。")
            await client.post(
                f"{CATALOG}/window-stages/{stage['id']}/accept", key=f"accept-{stage['id']}"
            )


async def leave_second_stage_open(client: Client, team: str) -> None:
    """Pledges at every stage of their way, one window that has handed in, and nominations, of which one is shown."""
    own = {code for code, _, _, team_code, _ in WINDOWS.values() if team_code == team}
    holders = [
        (code, post, holder)
        for code, *_ in WINDOWS.values()
        for post in await client.get(f"{CATALOG}/windows/{code}/posts")
        for holder in post["holders"]
    ]
    others = [each for each in holders if each[0] not in own]
    for number, (_, _, holder) in enumerate(others[: len(PLEDGES)]):
        if holder["pledge_state"] == "none":
            path = f"{CATALOG}/holdings/{holder['id']}/pledge"
            await client.post(path, {"text": PLEDGES[number]}, key=f"pledge-{holder['id']}")
            if number < len(PLEDGES) - 2:
                await client.post(f"{path}/approve", key=f"approve-{holder['id']}")
    second = [each for each in await _stages(client, 2) if each["window_code"] not in own]
    if second[0]["state"] == "waiting":
        await _hand_in(client, second[0], "综合受理窗口和咨询引导台的承诺已公开在大厅。")
    if not await client.all(f"{CATALOG}/honours"):
        await _nominate(client, others)


async def _nominate(client: Client, holders: list[tuple[str, Json, Json]]) -> None:
    code, post, _ = holders[2]
    model: Json = {
        "award": "model_post",
        "window_code": code,
        "post_id": post["id"],
        "citation": "半年办理结婚登记 820 件，全部当场办结，没有投诉。",
    }
    made = await client.post(f"{CATALOG}/honours", model, key=f"{PROGRAMME}-model-post")
    until = {"until_on": "2014-07-24"}
    await client.post(f"{CATALOG}/honours/{made['id']}/publicise", until, key=f"show-{made['id']}")
    code, _, holder = holders[0]
    person: Json = {
        "award": "service_model",
        "window_code": code,
        "volunteer_no": holder["volunteer_no"],
        "citation": "主动帮老人填表，带路到楼上的窗口，常常忙到下班以后。",
    }
    await client.post(f"{CATALOG}/honours", person, key=f"{PROGRAMME}-service-model")


async def _begin(client: Client) -> None:
    stages = [
        {
            "name": name,
            "name_en": name_en,
            "asks": asks,
            "asks_en": asks_en,
            "starts_on": first,
            "ends_on": last,
            "forms": forms,
        }
        for name, (name_en, asks, asks_en, forms), (first, last) in zip(
            s.ruian_2014().windows["stages"], ASKS, STAGE_DAYS, strict=True
        )
    ]
    body = _named("1+X 窗口服务创先争优", "Windows 1+X") | {
        "stages": stages,
        "window_codes": [code for code, *_ in WINDOWS.values()],
    }
    path = f"{CATALOG}/programmes/{PROGRAMME}"
    await _put_new(client, f"programmes/{PROGRAMME}", body)
    await client.ensure(
        lambda: client.get(path), lambda found: found["state"] != "draft", f"{path}/begin"
    )


async def _stages(client: Client, number: int) -> list[Json]:
    found = (await client.get(f"{CATALOG}/programmes/{PROGRAMME}/stages"))["items"]
    order = [code for code, *_ in WINDOWS.values()]
    chosen = [each for each in found if each["number"] == number]
    return sorted(chosen, key=lambda each: order.index(each["window_code"]))


async def _hand_in(client: Client, stage: Json, text: str) -> None:
    path = f"{CATALOG}/window-stages/{stage['id']}"
    if stage["state"] == "waiting":
        await client.post(f"{path}/evidence", {"text": text}, key=f"evidence-{stage['id']}")
        await client.post(f"{path}/hand-in", key=f"hand-in-{stage['id']}")


async def _enter(client: Client, team_code: str, clerk: int) -> str:
    """A made-up clerk; every third does not agree to be named in public."""
    body = {
        "team_code": team_code,
        "name": NAMES[clerk],
        "phone": f"1380000{3000 + clerk}",
        "consent_at": "2014-06-02T09:00:00+08:00",
        "consent_version": f"{MARK}-{clerk}",
    }
    made = await client.post(f"{CATALOG}/volunteers", body, key=f"entered-{MARK}-{clerk}")
    if clerk % 3 != 2:
        agreed = {"skills": [], "consents": ["name_in_public"]}
        path = f"{CATALOG}/volunteers/{made['no']}/service"
        await client.post(path, agreed, key=f"agreed-{MARK}-{clerk}")
    return str(made["no"])


async def _put_new(client: Client, path: str, body: Json) -> Any:
    """Enters what is not there yet: what somebody has changed since stays as it is."""
    try:
        return await client.get(f"{CATALOG}/{path}")
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return await client.put(f"{CATALOG}/{path}", body)


def _named(name: str, name_en: str) -> Json:
    return {"name": name, "name_en": name_en}
