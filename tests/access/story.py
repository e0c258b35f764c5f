"""The circuit of 2014, played, and one volunteer entered: what scenes are about."""

from typing import Any

import httpx

from cli.client import Client
from cli.demo import Demonstration
from shared.kernel.access import Scope
from tests.access.scenes import Place
from tests.support.tree import SERVICES
from tests.support.waiting import until

PAST = {"confirm": "edition_not_in_force"}
"""Where business goes by the real clock, the menu of 2014 is past."""


async def tell(client: httpx.AsyncClient) -> Place:
    """Plays it through the HTTP operations; ``client`` may do everything there."""
    outcome = await Demonstration(Client(client)).play()
    stop = outcome.plan["stops"][0]
    booth = stop["assignments"][0]
    township, team = stop["township_code"], booth["team_code"]
    entered = {
        "team_code": team,
        "name": "陈志愿",
        "phone": "13900139000",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }
    volunteer = (await client.post("/api/catalog/volunteers", json=entered)).json()["no"]
    assert (await client.post(f"/api/catalog/volunteers/{volunteer}/export")).is_success

    async def collected() -> bool:
        parts = [await client.get(f"/api/{name}/people/{volunteer}/export") for name in SERVICES]
        return all(part.status_code == 200 for part in parts)

    await until(collected)
    item = (await client.get("/api/catalog/items")).json()["items"][0]
    messages = {}
    for scope, post in ((Scope.OWN_TOWNSHIP, f"township.{township}"), (Scope.OWN_TEAM, f"team.{team}")):
        listed = (await client.get(f"/api/notify/recipients/{post}/messages")).json()["items"]
        messages[scope] = listed[0]["id"]
    order = next(o for o in outcome.orders if o["id"] == booth["order_id"])
    planned = await _plan_more(client, township, order)
    account = {"login": "重名", "roles": ["subscriber"]}
    return Place(
        township=township,
        team=team,
        volunteer=volunteer,
        order=order["id"],
        line=booth["line_id"],
        plan=outcome.plan["id"],
        stop=stop["id"],
        assignment=booth["id"],
        message=messages,
        account=(await client.post("/api/catalog/accounts", json=account)).json()["id"],
        edition=order["edition_id"],
        item=item["code"],
        category=item["category_code"],
        **planned,
        link=(await client.post(f"/api/dispatch/stops/{stop['id']}/link")).json()["path"].rsplit("/")[-1],
        agency=(await client.get("/api/catalog/agencies")).json()["items"][0]["code"],
    )


async def _plan_more(client: httpx.AsyncClient, township: str, like: dict[str, Any]) -> dict[str, str]:
    """An order more of a campaign of its own, a planning run that is over, its candidate, a ban."""
    body = {
        "township_code": township,
        "edition_id": like["edition_id"],
        "campaign_id": "ruqiu-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": like["lines"][0]["item_code"], "expected_attendance": 80}],
    }
    autumn = {"name": "入秋服务月", "name_en": "Autumn", "starts_on": "2014-09-01", "ends_on": "2014-09-30"}
    assert (await client.put("/api/catalog/campaigns/ruqiu-2014", json=autumn)).is_success

    async def ordered() -> httpx.Response | None:
        answer = await client.post("/api/requests/orders", json=body, params=PAST)
        return answer if answer.is_success else None

    order = (await until(ordered)).json()
    for step, confirmed in (("submit", PAST), ("accept", {})):
        assert (await client.post(f"/api/requests/orders/{order['id']}/{step}", params=confirmed)).is_success
    days = {"starts_on": "2014-09-01", "ends_on": "2014-09-05", "start_township_code": township}

    async def started() -> httpx.Response | None:
        answer = await client.post("/api/dispatch/planning-runs", json={"campaign_id": body["campaign_id"], **days})
        return answer if answer.is_success else None

    run = (await until(started)).json()

    async def over() -> bool:
        answer = await client.get(f"/api/dispatch/planning-runs/{run['id']}")
        return bool(answer.json()["state"] == "done")

    await until(over)
    team = (await client.get("/api/dispatch/teams")).json()["items"][-1]["code"]
    ban = {"campaign_id": body["campaign_id"], "does": "forbid", "team_code": team, "on": "2014-09-05"}
    rule = (await client.post("/api/dispatch/planning-rules", json=ban)).json()
    return {"run": run["id"], "candidate": run["candidate_id"], "rule": rule["id"]}
