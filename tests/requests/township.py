"""What the tests of requests have in common: a menu, a township, an order, and dispatch played by the test."""

from datetime import date
from typing import Any

from shared.contracts.base import DayPart, Event, Point
from shared.contracts.catalog import CampaignChanged, EditionPublished, MenuItem, TownshipChanged
from shared.contracts.dispatch import (
    AssignmentDeclined,
    BoothReported,
    LineUnserved,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopEvent,
    TeamAssigned,
    TeamReleased,
)
from tests.support.house import House

GAOLOU = "330381125000"
CAMPAIGN = "hongqiyue-2014"
PLAN = "01900000-0000-7000-8000-000000000001"
OTHER_PLAN = "01900000-0000-7000-8000-000000000002"
ORDER: dict[str, Any] = {
    "township_code": GAOLOU,
    "edition_id": "summer-2014",
    "campaign_id": CAMPAIGN,
    "place": "高楼镇文化广场",
    "point": {"lat": 27.8136, "lon": 120.2775},
    "lines": [
        {"item_code": "clinic", "expected_attendance": 120, "remark": "老人较多，请带血压计"},
        {"item_code": "law-advice", "expected_attendance": 40},
    ],
    "wished_on": ["2014-06-28", "2014-06-27"],
    "ruled_out_on": ["2014-07-01"],
}

TOWNSHIP = TownshipChanged(
    code=GAOLOU, name="高楼镇", name_en="Gaolou Town", centre=Point(lat=27.8136, lon=120.2775)
)
JULY = CampaignChanged(
    campaign_id=CAMPAIGN,
    name="红七月、服务月",
    name_en="Red July, Month of Service",
    starts_on=date(2014, 6, 27),
    ends_on=date(2014, 7, 16),
    themes=(),
    state="open",
    revision=1,
)
MARCH = JULY.model_copy(
    update={
        "campaign_id": "xueleifeng-2014",
        "name": "学雷锋月",
        "name_en": "Lei Feng Month",
        "starts_on": date(2014, 3, 1),
        "ends_on": date(2014, 3, 31),
    }
)
EDITION = EditionPublished(
    edition_id="summer-2014",
    title="2014年夏季菜单",
    effective_on=date(2014, 6, 1),
    retires_on=date(2014, 8, 31),
    items=tuple(
        MenuItem(
            item_code=code,
            name=name,
            name_en=name_en,
            category_code="livelihood",
            volunteers_needed=volunteers,
        )
        for code, name, name_en, volunteers in (
            ("clinic", "健康义诊", "Health check", 4),
            ("law-advice", "法律咨询", "Legal advice", 2),
            ("appliances", "家电维修", "Appliance repair", 3),
        )
    ),
)


async def order(house: House, **changes: Any) -> dict[str, Any]:
    """A new draft."""
    answer = await house.client.post("/api/requests/orders", json=ORDER | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(house: House, order_id: str, name: str, **body: Any) -> dict[str, Any]:
    """Takes an order one step on; the step must be possible."""
    answer = await house.client.post(f"/api/requests/orders/{order_id}/{name}", json=body or None)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def accepted_order(house: House, **changes: Any) -> dict[str, Any]:
    drafted = await order(house, **changes)
    await step(house, drafted["id"], "submit")
    return await step(house, drafted["id"], "accept")


async def read(house: House, order_id: str) -> dict[str, Any]:
    answer = await house.client.get(f"/api/requests/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class Dispatch:
    """Says what dispatch would say about one order. The events of a stop share the stop's stream."""

    def __init__(self, house: House, order: dict[str, Any]) -> None:
        self.house = house
        self.order = order

    def assigned(
        self,
        line: int,
        assignment: str,
        *,
        stop: str = "s1",
        revision: int = 1,
        plan: str = PLAN,
        team: str = "health",
    ) -> TeamAssigned:
        return TeamAssigned(
            **self._assignment(line, assignment, stop, plan, team), revision=revision
        )

    def declined(self, line: int, assignment: str, *, stop: str = "s1") -> AssignmentDeclined:
        return AssignmentDeclined(**self._assignment(line, assignment, stop), reason_code="busy")

    def released(
        self, line: int, assignment: str, *, stop: str = "s1", plan: str = PLAN
    ) -> TeamReleased:
        return TeamReleased(
            **self._assignment(line, assignment, stop, plan), reason_code="stop_moved"
        )

    def reported(
        self, line: int, assignment: str, served: int, *, stop: str = "s1"
    ) -> BoothReported:
        return BoothReported(
            **self._assignment(line, assignment, stop), served=served, leaflets=80, follow_ups=3
        )

    def moved(self, on: date, part: DayPart, *, stop: str = "s1") -> StopChanged:
        return StopChanged(
            **self._stop(stop) | {"on": on, "part": part},
            was_on=date(2014, 6, 27),
            was_part="morning",
            reason_code="weather",
            revision=2,
        )

    def stop_cancelled(self, *, stop: str = "s1") -> StopCancelled:
        return StopCancelled(**self._stop(stop), reason_code="weather")

    def completed(self, *, stop: str = "s1") -> StopCompleted:
        return StopCompleted(**self._stop(stop), booths=2, served=150, leaflets=160, follow_ups=6)

    def unserved(self, line: int, *, revision: int = 1, plan: str = PLAN) -> LineUnserved:
        dish = self.order["lines"][line]
        return LineUnserved(
            plan_id=plan,
            order_id=self.order["id"],
            line_id=dish["id"],
            township_code=GAOLOU,
            item_code=dish["item_code"],
            item_name=dish["name"],
            item_name_en=dish["name_en"],
            reason_code="unserved.no_free_team",
            revision=revision,
        )

    async def says(self, *events: Event) -> None:
        """Publishes on the stream that each event belongs to, one after another."""
        for event in events:
            match event:
                case LineUnserved():
                    await self.house.hear(f"plan:{event.plan_id}", event)
                case StopEvent():
                    await self.house.hear(f"stop:{event.stop_id}", event)

    async def now(self) -> dict[str, Any]:
        return await read(self.house, self.order["id"])

    async def states(self) -> tuple[str, ...]:
        """The order's state, then its lines'."""
        now = await self.now()
        return now["state"], *(line["state"] for line in now["lines"])

    def _assignment(
        self, line: int, assignment: str, stop: str, plan: str = PLAN, team: str = "health"
    ) -> dict[str, Any]:
        dish = self.order["lines"][line]
        return self._stop(stop, plan) | {
            "assignment_id": assignment,
            "order_id": self.order["id"],
            "line_id": dish["id"],
            "item_code": dish["item_code"],
            "item_name": dish["name"],
            "item_name_en": dish["name_en"],
            "team_code": team,
            "volunteers": dish["volunteers_needed"],
        }

    def _stop(self, stop: str, plan: str = PLAN) -> dict[str, Any]:
        return {
            "stop_id": stop,
            "plan_id": plan,
            "township_code": GAOLOU,
            "place": "高楼镇文化广场",
            "on": date(2014, 6, 27),
            "part": "morning",
        }
