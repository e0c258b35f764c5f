"""Rui'an in the summer of 2014, as events that the other three services would publish."""

from datetime import date
from typing import Any

from sqlalchemy import select

from services.notify.inbox.domain.message import Message
from services.notify.inbox.tables import message as message_table
from shared.contracts import Event
from shared.contracts.base import Point
from shared.contracts.catalog import (
    CampaignChanged,
    EditionPublished,
    MenuItem,
    TeamRegistered,
    TownshipChanged,
)
from shared.contracts.dispatch import (
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentEvent,
    LineUnserved,
    PlanPublished,
    StopChanged,
    StopScheduled,
    TeamAssigned,
)
from shared.contracts.requests import OrderAccepted, OrderLine, ServiceOrdered
from tests.support.house import House

GAOLOU, HULING = "330381125000", "330381122000"
TOWNSHIPS = {GAOLOU: ("高楼镇", "Gaolou Town"), HULING: ("湖岭镇", "Huling Town")}
TEAMS = {
    "health": ("医疗卫生志愿服务队", "Health"),
    "justice": ("司法志愿服务队", "Justice"),
    "lawyers": ("律师志愿服务队", "Lawyers"),
}
ITEMS = {
    "health-clinic": ("医疗义诊", "Health clinic"),
    "legal-advice": ("法律咨询", "Legal advice"),
    "farm-policy": ("惠农政策宣传", "Farm policy"),
}
CAMPAIGN = "hongqiyue-2014"
FIRST_DAY = date(2014, 6, 27)
ORDER = "0197b2f0-0000-7000-8000-00000000a001"
PLAN = "p1"

Told = tuple[str, Event]
"""A stream, and the next event of it."""


def township(code: str) -> Told:
    name, name_en = TOWNSHIPS[code]
    return f"township:{code}", TownshipChanged(
        code=code, name=name, name_en=name_en, centre=Point(lat=27.81, lon=120.28)
    )


def team(code: str) -> Told:
    name, name_en = TEAMS[code]
    return f"team:{code}", TeamRegistered(
        code=code,
        name=name,
        name_en=name_en,
        agency_code=f"{code}-bureau",
        agency_name="局",
        members=12,
    )


def campaign(
    name: str = "红七月、服务月", name_en: str = "Red July, Month of Service", *, revision: int = 1
) -> Told:
    return f"campaign:{CAMPAIGN}", CampaignChanged(
        campaign_id=CAMPAIGN,
        name=name,
        name_en=name_en,
        starts_on=date(2014, 6, 27),
        ends_on=date(2014, 7, 16),
        themes=(),
        state="open",
        revision=revision,
    )


def directory() -> list[Told]:
    return [*map(township, TOWNSHIPS), *map(team, TEAMS), campaign()]


def edition(code: str = "summer-2014", retires_on: date = date(2014, 12, 31)) -> Told:
    items = tuple(
        MenuItem(
            item_code=item, name=name, name_en=name_en, category_code="welfare", volunteers_needed=2
        )
        for item, (name, name_en) in ITEMS.items()
    )
    return f"edition:{code}", EditionPublished(
        edition_id=code,
        title="瑞安市2014年夏季菜单",
        effective_on=date(2014, 6, 1),
        retires_on=retires_on,
        items=items,
    )


def ordered(township_code: str = GAOLOU) -> Told:
    return f"order:{ORDER}", ServiceOrdered(
        order_id=ORDER,
        township_code=township_code,
        edition_id="summer-2014",
        campaign_id=CAMPAIGN,
        line_count=2,
    )


def accepted(township_code: str = GAOLOU) -> Told:
    lines = tuple(
        OrderLine(
            line_id=f"{ORDER}-{item}",
            item_code=item,
            item_name=ITEMS[item][0],
            item_name_en=ITEMS[item][1],
            expected_attendance=120,
            volunteers_needed=3,
        )
        for item in ("health-clinic", "legal-advice")
    )
    return f"order:{ORDER}", OrderAccepted(
        order_id=ORDER,
        township_code=township_code,
        campaign_id=CAMPAIGN,
        place="文化广场",
        point=None,
        lines=lines,
        wished_on=(FIRST_DAY,),
        ruled_out_on=(),
        priority=2,
    )


def stop_facts(stop_id: str, on: date = FIRST_DAY, part: str = "morning") -> dict[str, Any]:
    """What every event about the stop repeats; ``stop_id`` is ``s-<township code>``."""
    return {
        "stop_id": stop_id,
        "plan_id": PLAN,
        "township_code": stop_id.removeprefix("s-"),
        "place": "文化广场",
        "on": on,
        "part": part,
    }


def stop_event(
    event: type[Event], stop_id: str, *, on: date = FIRST_DAY, part: str = "morning", **more: Any
) -> Told:
    return f"stop:{stop_id}", event(**stop_facts(stop_id, on, part) | more)


def scheduled(
    stop_id: str, position: int, on: date = FIRST_DAY, part: str = "morning", **more: Any
) -> Told:
    return stop_event(
        StopScheduled, stop_id, on=on, part=part, position=position, revision=1, **more
    )


def moved(stop_id: str, *, to: date, revision: int, reason_code: str = "weather") -> Told:
    return stop_event(
        StopChanged,
        stop_id,
        on=to,
        was_on=FIRST_DAY,
        was_part="morning",
        reason_code=reason_code,
        revision=revision,
    )


def booth_event(
    event: type[AssignmentEvent],
    stop_id: str,
    item: str,
    team_code: str,
    *,
    on: date = FIRST_DAY,
    part: str = "morning",
    **more: Any,
) -> Told:
    """An event about the booth ``item`` at the stop by that team; they make the assignment's id."""
    return f"stop:{stop_id}", event(
        **stop_facts(stop_id, on, part) | more,
        assignment_id=f"{stop_id}/{item}/{team_code}",
        order_id=ORDER,
        line_id=f"{stop_id}/{item}",
        item_code=item,
        item_name=ITEMS[item][0],
        item_name_en=ITEMS[item][1],
        team_code=team_code,
        volunteers=3,
    )


def assigned(stop_id: str, item: str, team_code: str, *, revision: int = 1, **when: Any) -> Told:
    return booth_event(TeamAssigned, stop_id, item, team_code, revision=revision, **when)


def said_yes(stop_id: str, item: str, team_code: str, **when: Any) -> Told:
    return booth_event(AssignmentAccepted, stop_id, item, team_code, **when)


def said_no(stop_id: str, item: str, team_code: str, reason_code: str = "busy") -> Told:
    return booth_event(AssignmentDeclined, stop_id, item, team_code, reason_code=reason_code)


def unserved(township_code: str, item: str, *, revision: int = 1) -> Told:
    return f"plan:{PLAN}", LineUnserved(
        plan_id=PLAN,
        order_id=ORDER,
        line_id=f"{township_code}/{item}",
        township_code=township_code,
        item_code=item,
        item_name=ITEMS[item][0],
        item_name_en=ITEMS[item][1],
        reason_code="unserved.no_team",
        revision=revision,
    )


def published(
    *, revision: int = 1, stops: int = 0, assignments: int = 0, unserved: int = 0
) -> Told:
    return f"plan:{PLAN}", PlanPublished(
        plan_id=PLAN,
        campaign_id=CAMPAIGN,
        revision=revision,
        starts_on=FIRST_DAY,
        ends_on=date(2014, 7, 16),
        stops=stops,
        assignments=assignments,
        unserved=unserved,
    )


def first_revision() -> list[Told]:
    """Two stops, three booths (two of them by one team), one line without a place."""
    gaolou, huling = f"s-{GAOLOU}", f"s-{HULING}"
    return [
        scheduled(gaolou, 1),
        assigned(gaolou, "legal-advice", "justice"),
        assigned(gaolou, "health-clinic", "health"),
        scheduled(huling, 2, part="afternoon"),
        assigned(huling, "health-clinic", "health", part="afternoon"),
        unserved(GAOLOU, "farm-policy"),
        published(stops=2, assignments=3, unserved=1),
    ]


async def tell(house: House, *story: Told) -> None:
    for stream, event in story:
        await house.hear(stream, event)


async def messages(
    house: House, recipient_id: str, language: str = "zh-CN"
) -> list[dict[str, Any]]:
    answer = await house.client.get(
        f"/api/notify/recipients/{recipient_id}/messages", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def codes(house: House, recipient_id: str) -> list[str]:
    return [message["code"] for message in await messages(house, recipient_id)]


async def everything(house: House) -> dict[str, tuple[object, ...]]:
    """All messages by id, as they are stored: recipient, code, params, what about, and when."""
    async with house.uow("notify").reading() as session:
        found = await session.scalars(select(Message).order_by(message_table.c.position))
        return {
            message.id: (
                message.recipient_id,
                message.code,
                message.params,
                message.about,
                message.created_at,
            )
            for message in found
        }


async def parked(house: House) -> list[Any]:
    answer = await house.client.get("/api/notify/events/parked")
    listed: list[Any] = answer.json()
    return listed
