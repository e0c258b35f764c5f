"""What the tests of recurring orders have in common: requests on a clock that they move, on a store of their choice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from services.requests.bootstrap import build
from services.requests.recurrence.use_cases.making import OccurrenceMaking, make_due
from services.requests.settings import RequestsSettings
from shared.contracts.base import Event
from shared.contracts.requests import (
    OccurrenceBlocked,
    OrderAccepted,
    OrderCancelled,
    ServiceOrdered,
)
from shared.kernel.access import Role
from tests.requests.township import EDITION, GAOLOU, JULY, TOWNSHIP
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
ELSEWHERE = bearer(Role.OFFICER, township_code="330381102000")
STANDING = JULY.model_copy(
    update={
        "campaign_id": "changtai-2014",
        "name": "常态",
        "name_en": "Standing",
        "starts_on": date(2014, 1, 1),
        "ends_on": date(2014, 12, 31),
    }
)
SERIES: dict[str, Any] = {
    "township_code": GAOLOU,
    "place": "高楼镇文化广场",
    "lines": [{"item_code": "clinic", "expected_attendance": 120, "remark": "老人较多"}],
    "rrule": "FREQ=WEEKLY;BYDAY=TU",
    "starts_on": "2014-07-01",
}
URL = "/api/requests/recurring-orders"


@asynccontextmanager
async def running(store_url: str, folder: Path) -> AsyncIterator[tuple[House, PlayedClock]]:
    """requests with a menu until the end of August, July's campaign and the year's standing one, on 27 June 2014."""
    settings = RequestsSettings(
        database_url=store_url,
        vault_keys_file=folder / "vault_keys.json",
        vault_keys_create=True,
        files_url=(folder / "files").as_uri(),
    )
    clock = PlayedClock()
    maker = lambda b, c, t: build(settings, broker=b, cache=c, clock=t)  # noqa: E731
    async with running_house(maker, clock=clock) as house:
        await house.hear(f"township:{GAOLOU}", TOWNSHIP)
        await house.hear(f"edition:{EDITION.edition_id}", EDITION)
        for campaign in (JULY, STANDING):
            await house.hear(f"campaign:{campaign.campaign_id}", campaign)
        yield house, clock


async def propose(house: House, who: dict[str, str] = OFFICER, **changes: Any) -> dict[str, Any]:
    answer = await house.client.post(URL, json=SERIES | changes, headers=who)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def act(
    house: House, series_id: str, name: str, who: dict[str, str] = OFFICER, **body: Any
) -> Any:
    """The answer, whatever it is."""
    return await house.client.post(f"{URL}/{series_id}/{name}", json=body or None, headers=who)


async def accepted(house: House, **changes: Any) -> dict[str, Any]:
    made = await propose(house, **changes)
    answer = await act(house, made["id"], "accept", CORPS)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def read(house: House, series_id: str) -> dict[str, Any]:
    return dict((await house.client.get(f"{URL}/{series_id}", headers=OFFICER)).json())


def making_of(house: House) -> OccurrenceMaking:
    making: OccurrenceMaking = house.services["requests"].api.state.making
    return making


async def new_day(house: House) -> None:
    """What every process does soon after a day has begun."""
    await make_due(house.uow("requests"), making_of(house))


async def orders(house: House) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/requests/orders", params={"limit": 500}, headers=CORPS)
    return list(answer.json()["items"])


async def wished(house: House) -> list[str]:
    """The days for which there are orders that are not withdrawn."""
    return sorted(
        each["wished_on"][len(each["wished_on"]) // 2]
        for each in await orders(house)
        if each["state"] != "cancelled"
    )


async def told(house: House) -> list[Event]:
    """What was said of orders, and of days without one."""
    kinds = (OrderAccepted, OrderCancelled, ServiceOrdered, OccurrenceBlocked)
    return [each for each in await house.published("requests") if isinstance(each, kinds)]
