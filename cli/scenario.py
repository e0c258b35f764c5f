"""The circuit of 2014 as a scenario: what the newspaper states, and what it leaves open.

Everything under "synthetic", and all of ``ruian-2014.edition.json``, is made up so that the story can be played;
nothing of it is history.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

Json = dict[str, Any]

_DATA = Path(__file__).parent / "data"

EDITION = "2014-summer"

# --- synthetic -------------------------------------------------------------------------------------
MEMBERS = 6
VOLUNTEERS_NEEDED = 3
MINUTES_PER_RESIDENT = {"health-clinic": 8}
USUAL_MINUTES = 5
ASKS: dict[str, Json] = {
    "health-clinic": {
        "residents_per_volunteer": 40,
        "qualification": "执业医师或护士资格",
        "risks": "户外久站，高温时注意防暑。",
    },
    "legal-advice": {"qualification": "律师或法律援助资格"},
    "family-planning-info": {"mode": "leaflet", "township_provides": ["tables"]},
}
USUALLY_ASKED: Json = {"township_provides": ["tables", "chairs", "power", "shade"]}
ATTENDANCE = {"health-clinic": 120}
USUAL_ATTENDANCE = 60
SECOND_LEGAL_TEAM = {
    "code": "lawyers",
    "name": "律师志愿服务队",
    "name_en": "Lawyers",
    "agency": "律师协会",
}
NOT_SERVED_BY_LAWYERS = ("锦湖街道", "东山街道", "飞云街道")
"""Far from where they work; they serve all others."""
DECLINING_TEAM, DECLINING_AT, DECLINE_REASON = (
    "justice",
    "湖岭镇",
    {"reason_code": "busy", "reason": "当天有庭审，抽不出人"},
)
POSTPONED_TOWNSHIP, POSTPONE_REASON = (
    "上望街道",
    {"reason_code": "weather", "reason": "台风预警，户外摊位停办"},
)
RETURNED_TOWNSHIP, RETURN_REASON = (
    "塘下镇",
    {"reason_code": "duplicate", "reason": "与已提交的点单重复"},
)
CANCELLED_TOWNSHIP, CANCEL_REASON = (
    "安阳街道",
    {"reason_code": "venue", "reason": "场地临时维修，改日再约"},
)
ITEMS_ON_THEME = ("farm-policy",)
"""Of both stated themes, whose days are the campaign's."""
OFF_DAY_REASON = "演示：补录 2014 年的服务"
FIRST_STOP_RATINGS = (
    ("health-clinic", 4, "医生很耐心，队排得有点长，要是能常来就好了。"),
    ("legal-advice", 5, ""),
)
"""What a resident said of booths at the first stop; the wish is the one that was written down there."""
RULED_OUT = {"湖岭镇": ["2014-06-27"], "陶山镇": ["2014-06-30"]}
MAIL = {
    "coordinator": "coordinator@diancai.example",
    "township.330381125000": "gaolou@diancai.example",
    "team.health": "health@diancai.example",
}
CONTACT_SURNAMES = "陈林黄张李王吴周徐叶郑潘"
CONTACT_DUTY = "志愿服务联络员（演示数据）"
CONTACT_MOBILES = 13_800_000_100
"""The number before the first contact's; of nobody, like ``cli.accounts.SYNTHETIC_PHONE``."""
POPULATION_OF_A_TOWN, POPULATION_MORE = 38_000, 7_300
"""Residents of the township that comes first by its code, and how many more each next one has."""
QUEUED_AT = "health-clinic"
QUEUED, QUEUED_WITHIN_MINUTES = 153, 150
"""Residents who came to the clinic of the first stop, of whose queue the newspaper says only that it was long; half of
them in its first hour."""
SERVICE_MINUTES = (3, 4, 4, 5, 5, 5, 6, 6, 8)
"""How long they took, in turn: as many were served in the half-day as the booth reports."""
INCIDENTS: dict[str, tuple[Json, str | None]] = {
    "高楼镇": (
        {"what": "crowd", "text": "义诊台前的队伍排到了路口，来往车辆多。"},
        "已请镇里派人维持秩序，队伍改排到树荫下。",
    ),
    "莘塍街道": (
        {"what": "equipment", "text": "两顶遮阳棚被风吹坏，没有伤到人，下一站缺棚。"},
        None,
    ),
}
"""What happened at a township's stop, and what the corps did about it, if it has seen to it."""
RATING_TEXTS = ("队伍很长，希望常来", "讲解耐心，群众满意", "很实用")
# ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the demonstration enters, orders and expects. ``items`` are those that every township orders, ``menu`` all
    that can be ordered."""

    campaign: Json
    townships: list[Json]
    categories: list[Json]
    teams: list[Json]
    items: list[Json]
    menu: list[Json]
    first_stop: Json
    survey: Json
    consultation: Json
    windows: Json
    training: Json
    ceremony: Json

    def agencies(self) -> dict[str, str]:
        """Names of agencies by a code made of their first team's."""
        return {team["agency_code"]: team["agency"] for team in self.teams}

    def credit_code(self, agency_code: str) -> str:
        """Synthetic: well formed, and nobody's."""
        number = sorted(self.agencies()).index(agency_code)
        code = f"11330381MB0000{number:03}"
        return code + uscc.calc_check_digit(code)

    def area(self, team: Json) -> list[str]:
        """The codes of the townships that a team serves; none where it serves the whole city."""
        if team["code"] != SECOND_LEGAL_TEAM["code"]:
            return []
        return [
            township["code"]
            for township in self.townships
            if township["name"] not in NOT_SERVED_BY_LAWYERS
        ]

    def population(self, township: Json) -> int:
        """Synthetic."""
        codes = sorted(each["code"] for each in self.townships)
        return POPULATION_OF_A_TOWN + POPULATION_MORE * codes.index(township["code"])

    def contacts(self) -> list[Json]:
        """Whom one may call at each agency, team and township; synthetic, and says so."""
        holders = [("agency", code) for code in self.agencies()]
        holders += [("team", team["code"]) for team in self.teams]
        holders += [("township", township["code"]) for township in self.townships]
        return [
            {
                "holder": holder,
                "code": code,
                "name": f"{CONTACT_SURNAMES[no % len(CONTACT_SURNAMES)]}某某",
                "duty": CONTACT_DUTY,
                "mobile_phone": str(CONTACT_MOBILES + no),
            }
            for no, (holder, code) in enumerate(holders, 1)
        ]

    def place(self, township: Json) -> str:
        """Stated for the first stop; synthetic elsewhere."""
        if township["code"] == self.first_stop["township"]:
            return str(self.first_stop["place"])
        return f"{township['name']}便民服务中心前广场"

    def township(self, name: str) -> Json:
        return next(township for township in self.townships if township["name"] == name)


@cache
def ruian_2014() -> Scenario:
    data = json.loads((_DATA / "ruian-2014.json").read_text("utf-8"))
    made_up = json.loads((_DATA / "ruian-2014.edition.json").read_text("utf-8"))
    teams = [
        {"members": MEMBERS, **team, "agency_code": f"{team['code']}-bureau"}
        for team in [*data["teams"], SECOND_LEGAL_TEAM, *made_up["teams"]]
    ]
    items = [
        {
            "code": item["code"],
            "name": item["name"],
            "name_en": item["name_en"],
            "category_code": item["category"],
            "teams": [item["team"], *(["lawyers"] if item["code"] == "legal-advice" else [])],
            "volunteers_needed": VOLUNTEERS_NEEDED,
            "minutes_per_resident": MINUTES_PER_RESIDENT.get(item["code"], USUAL_MINUTES),
            **USUALLY_ASKED,
            **ASKS.get(item["code"], {}),
        }
        for item in data["service_items"]
    ]
    return Scenario(
        campaign=data["campaign"],
        townships=data["townships"],
        categories=data["categories"],
        teams=teams,
        items=items,
        menu=items + [_renamed(item) for item in made_up["items"]],
        first_stop=data["first_stop"],
        survey=made_up["survey"],
        consultation=made_up["consultation"],
        windows=data["windows"],
        training=data["training"],
        ceremony=data["ceremony"],
    )


def _renamed(item: Json) -> Json:
    return {key: value for key, value in item.items() if key != "category"} | {
        "category_code": item["category"]
    }


def report(position: int, item_code: str) -> Json:
    """What a booth did, synthetic: the clinic has the long queue that the newspaper tells of."""
    served = ATTENDANCE.get(item_code, USUAL_ATTENDANCE) - 3 * (position % 5) + len(item_code) % 7
    return {"served": served, "leaflets": 2 * served, "follow_ups": served // 30}


def queue_sheet(served: int) -> list[Json]:
    """The sheet of paper on which the clinic of the first stop kept its queue, so that ``served`` had their turn."""
    free = [0] * VOLUNTEERS_NEEDED
    rows = []
    for number in range(QUEUED):
        share = number / QUEUED
        drawn = round(QUEUED_WITHIN_MINUTES * share**1.4)
        row: Json = {"drawn_at": _time(drawn), "called_at": None, "served_at": None}
        if number < served:
            place = min(range(len(free)), key=free.__getitem__)
            called = max(drawn, free[place])
            free[place] = called + SERVICE_MINUTES[number % len(SERVICE_MINUTES)]
            row |= {"called_at": _time(called), "served_at": _time(free[place])}
        rows.append(row)
    return rows


def _time(minutes: int) -> str:
    """So many minutes after eight."""
    return f"{8 + minutes // 60:02}:{minutes % 60:02}"


def rating(position: int, item_code: str) -> Json:
    """How a township judges a booth, synthetic: good, and the clinic a little less for its queue."""
    score = 4 if item_code == "health-clinic" and position % 3 == 0 else 5
    return {"score": score, "text": RATING_TEXTS[(position + len(item_code)) % len(RATING_TEXTS)]}
