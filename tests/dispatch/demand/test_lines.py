"""What becomes of the lines of an accepted order."""

from shared.contracts.requests import OrderCancelled, OrderClosed
from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, ITEMS, accept_order
from tests.support.house import House
from tests.support.tokens import bearer


async def states_of(house: House, order_id: str) -> dict[str, str]:
    return {
        line["item_code"]: line["state"]
        for line in await desk.demand_of(house)
        if line["order_id"] == order_id
    }


async def test_each_line_is_open_until_a_plan_is_published_and_cancelled_with_its_order(
    dispatch: House,
) -> None:
    await accept_order(dispatch, "order-1", GAOLOU, list(ITEMS))
    assert set((await states_of(dispatch, "order-1")).values()) == {"open"}
    await desk.publish_plan(dispatch, await desk.propose(dispatch))
    assert set((await states_of(dispatch, "order-1")).values()) == {"planned"}
    cancelled = OrderCancelled(order_id="order-1", township_code=GAOLOU, reason_code="not_needed")
    await dispatch.hear("order:order-1", cancelled)
    assert set((await states_of(dispatch, "order-1")).values()) == {"cancelled"}


async def test_what_is_still_open_when_an_order_is_closed_is_no_demand_any_more(
    dispatch: House,
) -> None:
    await accept_order(dispatch, "order-1", GAOLOU, ["health-clinic"])
    await accept_order(dispatch, "order-2", HULING, ["health-clinic"])
    await dispatch.hear("order:order-1", OrderClosed(order_id="order-1", township_code=GAOLOU))
    assert await states_of(dispatch, "order-1") == {"health-clinic": "cancelled"}
    assert await states_of(dispatch, "order-2") == {"health-clinic": "open"}


async def test_a_township_reads_its_own_demand_only(dispatch: House) -> None:
    await accept_order(dispatch, "order-1", GAOLOU, ["health-clinic"])
    await accept_order(dispatch, "order-2", HULING, ["health-clinic"])
    officer = bearer(Role.OFFICER, township_code=HULING)
    answer = await dispatch.client.get("/api/dispatch/demand", headers=officer)
    assert [line["order_id"] for line in answer.json()["items"]] == ["order-2"]
