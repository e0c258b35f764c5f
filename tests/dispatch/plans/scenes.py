"""The scenes of the operations on plans, planning runs, candidates and rules."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields
from tests.support.waiting import until

PAST = {"confirm": "edition_not_in_force"}
"""Where business goes by the real clock, the menu of 2014 is past."""


def _plan(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "campaign_id": "no-orders",
        "starts_on": "2014-06-27",
        "ends_on": "2014-07-16",
        "start_township_code": place.township,
    }


def _rule(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "campaign_id": "no-orders",
        "does": "forbid",
        "team_code": place.team,
        "on": "2014-06-27",
    }


SCENES: Mapping[str, Scene] = {
    "POST /plans": Scene(body=_plan),
    "POST /planning-runs": Scene(body=_plan),
    "GET /planning-runs": Scene(),
    "GET /planning-runs/{run_id}": Scene(),
    "GET /planning-runs/{run_id}/stream": Scene(),
    "POST /planning-runs/{run_id}/cancel": Scene(),
    "GET /candidates": Scene(),
    "GET /candidates/{candidate_id}": Scene(),
    "GET /candidates/{candidate_id}/comparison": Scene(query=lambda p, s: {"with": p["candidate"]}),
    "GET /candidates/{candidate_id}/diff": Scene(),
    "POST /candidates/{candidate_id}/check": Scene(body=fields(steps=[])),
    "POST /candidates/{candidate_id}/edits": Scene(body=fields(steps=[], revision=1)),
    "POST /candidates/{candidate_id}/discard": Scene(),
    "POST /candidates/{candidate_id}/publish": Scene(body=fields(revision=1)),
    "GET /candidates/{candidate_id}/grid": Scene(),
    "GET /candidates/{candidate_id}/places": Scene(query=fields(line_id="any")),
    "GET /planning-campaigns": Scene(),
    "GET /planning-campaigns/{campaign_id}/open-lines": Scene(),
    "GET /planning-rules": Scene(),
    "POST /planning-rules": Scene(body=_rule),
    "DELETE /planning-rules/{rule_id}": Scene(absent=True),
    "GET /plans": Scene(Kind.PARTS),
    "GET /plans/{plan_id}": Scene(Kind.PARTS),
    "POST /plans/{plan_id}/publish": Scene(),
    "POST /plans/{plan_id}/withdraw": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "plan_id": lambda p, s: p["plan"],
    "run_id": lambda p, s: p["run"],
    "candidate_id": lambda p, s: p["candidate"],
    "rule_id": lambda p, s: p["rule"],
    "campaign_id": lambda p, s: "ruqiu-2014",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """An order more of a campaign of its own, a planning run that is over, its candidate, a ban."""
    body = {
        "township_code": circuit.township,
        "edition_id": circuit.order["edition_id"],
        "campaign_id": "ruqiu-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": circuit.order["lines"][0]["item_code"], "expected_attendance": 80}],
    }
    autumn = {
        "name": "入秋服务月",
        "name_en": "Autumn",
        "starts_on": "2014-09-01",
        "ends_on": "2014-09-30",
    }
    assert (await client.put("/api/catalog/campaigns/ruqiu-2014", json=autumn)).is_success

    async def ordered() -> httpx.Response | None:
        answer = await client.post("/api/requests/orders", json=body, params=PAST)
        return answer if answer.is_success else None

    order = (await until(ordered)).json()
    for step, confirmed in (("submit", PAST), ("accept", {})):
        assert (
            await client.post(f"/api/requests/orders/{order['id']}/{step}", params=confirmed)
        ).is_success
    days = {
        "starts_on": "2014-09-01",
        "ends_on": "2014-09-05",
        "start_township_code": circuit.township,
    }

    async def started() -> httpx.Response | None:
        answer = await client.post(
            "/api/dispatch/planning-runs", json={"campaign_id": body["campaign_id"], **days}
        )
        return answer if answer.is_success else None

    run = (await until(started)).json()

    async def over() -> bool:
        answer = await client.get(f"/api/dispatch/planning-runs/{run['id']}")
        return bool(answer.json()["state"] == "done")

    await until(over, seconds=120)  # it searches in a process of its own
    team = (await client.get("/api/dispatch/teams")).json()["items"][-1]["code"]
    ban = {
        "campaign_id": body["campaign_id"],
        "does": "forbid",
        "team_code": team,
        "on": "2014-09-05",
    }
    rule = (await client.post("/api/dispatch/planning-rules", json=ban)).json()
    return {
        "plan": circuit.plan["id"],
        "run": run["id"],
        "candidate": run["candidate_id"],
        "rule": rule["id"],
    }
