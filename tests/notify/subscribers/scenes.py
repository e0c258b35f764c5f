"""The scenes of subscriptions."""

from collections.abc import Mapping

import httpx

from shared.kernel.access import Role
from tests.access.scene import Circuit, PathFill, Scene, fields
from tests.support.tokens import bearer, issuer_of

SUBSCRIPTION = {
    "name": "城市大脑",
    "channel": "webhook",
    "url": "https://events.city.example/diancai",
    "types": ["requests.order_accepted.v1"],
}
SCENES: Mapping[str, Scene] = {
    "GET /event-types": Scene(),
    "GET /subscriptions": Scene(),
    "POST /subscriptions": Scene(body=fields(**SUBSCRIPTION)),
    "GET /subscriptions/{subscription_id}": Scene(),
    "GET /subscriptions/{subscription_id}/keys": Scene(),
    "GET /subscriptions/{subscription_id}/deliveries": Scene(),
    "GET /subscriptions/{subscription_id}/deliveries/{delivery_id}": Scene(absent=True),
    "GET /subscriptions/{subscription_id}/events": Scene(),
    "GET /subscriptions/{subscription_id}/position": Scene(
        query=fields(since="2014-06-27T00:00:00+08:00")
    ),
    "POST /subscriptions/{subscription_id}/approve": Scene(body=fields()),
    "POST /subscriptions/{subscription_id}/decline": Scene(
        body=fields(reason_code="not_competent")
    ),
    "POST /subscriptions/{subscription_id}/secret": Scene(),
    "POST /subscriptions/{subscription_id}/test": Scene(),
    "POST /subscriptions/{subscription_id}/replays": Scene(body=fields(what="position")),
    "POST /subscriptions/{subscription_id}/pause": Scene(),
    "POST /subscriptions/{subscription_id}/resume": Scene(),
    "POST /subscriptions/{subscription_id}/end": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "subscription_id": lambda p, s: p["subscription"],
    "delivery_id": lambda p, s: "1000000",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """An approved subscription of the account that the scenes are played with."""
    base = "/api/notify/subscriptions"
    headers = bearer(Role.SUBSCRIBER, iss=issuer_of(client.headers))
    made = (await client.post(base, json=SUBSCRIPTION, headers=headers)).json()
    await client.post(f"{base}/{made['id']}/approve", json={})
    return {"subscription": made["id"]}
