"""More that the demonstration leaves with its orders: a limit that is nearly used up, a change that waits for the
corps, a sketch of a place. All of it is synthetic."""

from functools import partial
from pathlib import Path

from cli import scenario as s
from cli.client import Client, Json

LIMITED, MOST_LINES = "湖岭镇", 4
"""It has ordered one item less than this, which is all that it may order in the campaign."""
CHANGING = "飞云街道"
MORE_PEOPLE = 60
CHANGE = {"reason_code": "attendance", "reason": "旁边两个社区也要来，人数比原来报的多。"}
SKETCH = Path(__file__).parent / "data" / "venue-sketch.png"
SKETCH_NAME = "场地平面图.png"


async def leave_loose_ends(client: Client, campaign_id: str, to_accept: str) -> None:
    """Does so once, however often it is begun again. ``to_accept`` is the order that gets the sketch."""
    await _limit(client, campaign_id)
    await _propose_change(client, campaign_id)
    await _attach(client, to_accept)


async def _limit(client: Client, campaign_id: str) -> None:
    """Unless a coordinator has set limits since."""
    path = f"/api/requests/order-limits/{campaign_id}"
    if (await client.get(path))["version"] is None:
        code = s.ruian_2014().township(LIMITED)["code"]
        await client.put(path, {"townships": [{"township_code": code, "lines": MOST_LINES}]})


async def _propose_change(client: Client, campaign_id: str) -> None:
    """The township asks for it after teams were booked, so the corps is to decide."""
    code = s.ruian_2014().township(CHANGING)["code"]
    order, *_ = await client.all(
        "/api/requests/orders", campaign_id=campaign_id, township_code=code
    )
    path = f"/api/requests/orders/{order['id']}"
    await client.ensure(
        partial(client.get, path),
        lambda found: found["amendments"] > 0 or found["state"] != "scheduled",
        f"{path}/amendment",
        _as_it_is(order) | {"lines": [_with_more(line) for line in order["lines"]]} | CHANGE,
    )


def _as_it_is(order: Json) -> Json:
    return {name: order[name] for name in ("place", "point", "wished_on", "ruled_out_on")}


def _with_more(line: Json) -> Json:
    said = {name: line[name] for name in ("item_code", "remark")}
    return said | {"expected_attendance": line["expected_attendance"] + MORE_PEOPLE}


async def _attach(client: Client, order_id: str) -> None:
    path = f"/api/requests/orders/{order_id}/attachments"
    if not await client.get(path):
        await client.send_file(path, SKETCH_NAME, SKETCH.read_bytes())
