"""Plans keep the notice that an item asks for, and how often it may be served in a week."""

from collections import Counter
from datetime import date
from typing import Any

from shared.contracts.catalog import ServiceItemChanged
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, TAOSHAN, accept_order
from tests.support.house import House

CLINIC = "health-clinic"


async def limit_clinics(house: House, weekly_capacity: int | None) -> None:
    await house.hear(
        f"item:{CLINIC}",
        ServiceItemChanged(
            code=CLINIC,
            name="医疗义诊",
            name_en=CLINIC,
            category_code="health",
            teams=("health",),
            volunteers_needed=3,
            minutes_per_resident=5,
            weekly_capacity=weekly_capacity,
        ),
    )


def days_of(plan: dict[str, Any]) -> list[date]:
    return sorted(date.fromisoformat(stop["on"]) for stop in plan["stops"] if stop["assignments"])


async def order_clinics(house: House, *townships: str, **more: Any) -> None:
    for number, township in enumerate(townships):
        await accept_order(house, f"order-{number}", township, [CLINIC], **more)


async def test_a_week_holds_as_many_as_the_item_allows(dispatch: House) -> None:
    await limit_clinics(dispatch, 1)
    await order_clinics(dispatch, GAOLOU, HULING, TAOSHAN)
    plan = await desk.propose(dispatch)
    weeks = Counter(day.isocalendar().week for day in days_of(plan))
    assert plan["unserved"] == []
    assert set(weeks.values()) == {1}
    assert len(weeks) == 3


async def test_what_no_week_holds_is_unserved_and_says_so(dispatch: House) -> None:
    """The campaign's days lie in four weeks."""
    await limit_clinics(dispatch, 1)
    await order_clinics(dispatch, *[GAOLOU, HULING, TAOSHAN] * 2)
    plan = await desk.propose(dispatch)
    assert len(days_of(plan)) == 4
    assert [line["reason"] for line in plan["unserved"]] == ["unserved.too_often"] * 2
    assert "每周的场次已排满" in plan["unserved"][0]["detail"]


async def test_what_is_announced_stays_when_a_capacity_is_lowered(dispatch: House) -> None:
    await order_clinics(dispatch, GAOLOU, HULING, TAOSHAN)
    plan = await desk.publish_plan(dispatch, await desk.propose(dispatch))
    before = days_of(plan)
    await limit_clinics(dispatch, 1)
    candidate = await desk.candidate_of(dispatch)
    await desk.publish(dispatch, candidate)
    assert days_of(await desk.ask(dispatch, "GET", f"/plans/{plan['id']}")) == before


async def test_the_notice_that_an_item_asks_for_is_given(dispatch: House) -> None:
    await order_clinics(dispatch, GAOLOU, earliest_on=date(2014, 7, 10))
    plan = await desk.propose(dispatch)
    assert days_of(plan) >= [date(2014, 7, 10)]


async def test_a_notice_beyond_the_campaign_is_told(dispatch: House) -> None:
    await order_clinics(dispatch, GAOLOU, earliest_on=date(2014, 7, 20))
    (line,) = (await desk.propose(dispatch))["unserved"]
    assert line["reason"] == "unserved.too_late"
    assert "提前" in line["detail"]
