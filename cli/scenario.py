"""The circuit of 2014 as a scenario: what the newspaper states, and what it leaves open.

Everything under "synthetic" is made up so that the story can be played; nothing of it is history.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FILE = Path(__file__).parent / "data" / "ruian-2014.json"

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
RULED_OUT = {"湖岭镇": ["2014-06-27"], "陶山镇": ["2014-06-30"]}
MAIL = {
    "coordinator": "coordinator@diancai.example",
    "township.330381125000": "gaolou@diancai.example",
    "team.health": "health@diancai.example",
}
RATING_TEXTS = ("队伍很长，希望常来", "讲解耐心，群众满意", "很实用")
# ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the demonstration enters, orders and expects."""

    campaign: Json
    townships: list[Json]
    categories: list[Json]
    teams: list[Json]
    items: list[Json]
    first_stop: Json

    def agencies(self) -> dict[str, str]:
        """Names of agencies by a code made of their first team's."""
        return {team["agency_code"]: team["agency"] for team in self.teams}

    def place(self, township: Json) -> str:
        """Stated for the first stop; synthetic elsewhere."""
        if township["code"] == self.first_stop["township"]:
            return str(self.first_stop["place"])
        return f"{township['name']}便民服务中心前广场"

    def township(self, name: str) -> Json:
        return next(township for township in self.townships if township["name"] == name)


@cache
def ruian_2014() -> Scenario:
    data = json.loads(_FILE.read_text("utf-8"))
    teams = [
        {**team, "agency_code": f"{team['code']}-bureau"}
        for team in [*data["teams"], SECOND_LEGAL_TEAM]
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
        first_stop=data["first_stop"],
    )


def report(position: int, item_code: str) -> Json:
    """What a booth did, synthetic: the clinic has the long queue that the newspaper tells of."""
    served = ATTENDANCE.get(item_code, USUAL_ATTENDANCE) - 3 * (position % 5) + len(item_code) % 7
    return {"served": served, "leaflets": 2 * served, "follow_ups": served // 30}


def rating(position: int, item_code: str) -> Json:
    """How a township judges a booth, synthetic: good, and the clinic a little less for its queue."""
    score = 4 if item_code == "health-clinic" and position % 3 == 0 else 5
    return {"score": score, "text": RATING_TEXTS[(position + len(item_code)) % len(RATING_TEXTS)]}
