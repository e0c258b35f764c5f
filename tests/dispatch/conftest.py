"""dispatch alone, with Rui'an's townships, the seven teams of 2014 and their deputies announced to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.bootstrap import build
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.repair import Repairer
from services.dispatch.planning.problem.circuit import TourPlanner
from services.dispatch.settings import DispatchSettings
from shared.cache.port import Cache
from shared.contracts.base import Point
from shared.contracts.catalog import (
    CampaignChanged,
    CampaignTheme,
    ServiceItemChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.contracts.requests import OrderAccepted, OrderLine
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.service import Service
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house

CAMPAIGN = "hongqiyue-2014"
ITEMS = {"health-clinic": "医疗义诊", "legal-advice": "法律咨询", "farm-policy": "惠农政策宣传"}
TEAMS = {
    "health": ("医疗卫生志愿服务队", "health-clinic"),
    "justice": ("司法志愿服务队", "legal-advice"),
    "lawyers": ("律师志愿服务队", "legal-advice"),
    "agriculture": ("农业志愿服务队", "farm-policy"),
}
TOWNSHIPS = {
    "330381125000": ("高楼镇", 27.8136, 120.2775),
    "330381122000": ("湖岭镇", 27.9206, 120.3769),
    "330381120000": ("陶山镇", 27.8468, 120.4918),
}
GAOLOU, HULING, TAOSHAN = TOWNSHIPS
JUNE = datetime(2014, 6, 1, 1, tzinfo=UTC)


@pytest.fixture
async def dispatch(tmp_path: Path) -> AsyncIterator[House]:
    settings = DispatchSettings(
        database_url=f"sqlite:///{tmp_path}/dispatch.db",
        vault_keys_file=tmp_path / "vault_keys",
        vault_keys_create=True,
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await announce_supply(house)
        yield house


@asynccontextmanager
async def house_with(
    store_url: str, plan: TourPlanner, clock: PlayedClock, *, works: bool = True, **more: Any
) -> AsyncIterator[House]:
    """``works``: its process takes planning runs; ``more``: what it is told by settings."""

    def make(broker: Broker, cache: Cache, time: Clock) -> Service:
        settings = DispatchSettings(database_url=store_url, **more)
        planners = {"plan": plan, "repair": Repairer()}
        service = build(settings, broker=broker, cache=cache, clock=time, planners=planners)
        if not works:
            service.jobs.pop()
        return service

    async with running_house(make, clock=clock) as house:
        await announce_supply(house)
        yield house


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(JUNE)


@pytest.fixture
async def idle(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    """A house that takes no run by itself: the test is the process that does."""
    async with house_with(store_url, ListPlanner(), clock, works=False) as house:
        await order_all(house)
        yield house


def campaign(*themes: CampaignTheme, revision: int = 1, code: str = CAMPAIGN) -> CampaignChanged:
    """The campaign of July 2014, as catalog says it."""
    return CampaignChanged(
        campaign_id=code,
        name="红七月、服务月",
        name_en="Red July, Month of Service",
        starts_on=date(2014, 6, 27),
        ends_on=date(2014, 7, 16),
        themes=themes,
        state="open",
        revision=revision,
    )


async def announce_supply(house: House) -> None:
    await house.hear(f"campaign:{CAMPAIGN}", campaign())
    for code, (name, lat, lon) in TOWNSHIPS.items():
        event = TownshipChanged(code=code, name=name, name_en=code, centre=Point(lat=lat, lon=lon))
        await house.hear(f"township:{code}", event)
    for code, (name, _) in TEAMS.items():
        team = TeamRegistered(
            code=code, name=name, name_en=code, agency_code="a", agency_name="局", members=6
        )
        await house.hear(f"team:{code}", team)
    for code, name in ITEMS.items():
        teams = tuple(team for team, (_, item) in TEAMS.items() if item == code)
        await house.hear(
            f"item:{code}",
            ServiceItemChanged(
                code=code,
                name=name,
                name_en=code,
                category_code="welfare",
                teams=teams,
                volunteers_needed=3,
                minutes_per_resident=5,
            ),
        )


async def order_all(house: House, *townships: str) -> None:
    for number, township in enumerate(townships or TOWNSHIPS):
        await accept_order(house, f"order-{number}", township, list(ITEMS))


async def accept_order(
    house: House,
    order_id: str,
    township: str,
    items: list[str],
    *,
    ruled_out_on: tuple[date, ...] = (),
    campaign_id: str = CAMPAIGN,
    earliest_on: date | None = None,
) -> None:
    lines = tuple(
        OrderLine(
            line_id=f"{order_id}-{code}",
            item_code=code,
            item_name=ITEMS.get(code, code),
            item_name_en=code,
            expected_attendance=80,
            volunteers_needed=3,
            earliest_on=earliest_on,
        )
        for code in items
    )
    await house.hear(
        f"order:{order_id}",
        OrderAccepted(
            order_id=order_id,
            township_code=township,
            campaign_id=campaign_id,
            place="西村桥头路口",
            point=None,
            lines=lines,
            wished_on=(),
            ruled_out_on=ruled_out_on,
            priority=3,
        ),
    )
