"""Those who use the system while it storms: townships that order, change and withdraw, a corps that takes orders on,
gives some back, and plans."""

import asyncio
import random
from contextlib import suppress
from typing import Any
from uuid import UUID

from cli.client import Client, Json, Refused
from cli.demo import MEANT, Demonstration
from cli.scenario import ruian_2014
from tests.storm.ledger import Ledger

CLIENTS = 4
CHANGED, RETURNED, CANCELLED = 0.3, 0.2, 0.3
"""The shares of orders that are changed before they are handed in, given back once, and withdrawn again."""

PLANNING_SECONDS = 10.0
LONGEST_THOUGHT_SECONDS = 0.6
"""Between two steps: what comes in must be less than two cores can do, or a backlog is all that one would see."""

REASON = {"reason_code": "other", "reason": "风雨大作"}


class Customer:
    """A township after another orders. Whatever is answered is written down. Its dice are its own, so that the faults
    of a seed are the same however fast the answers come."""

    def __init__(
        self, client: Client, demonstration: Demonstration, ledger: Ledger, dice: random.Random
    ) -> None:
        client.confirms = MEANT  # what they order is of 2014, and again and again the same
        self._client = client
        self._demonstration = demonstration
        self._ledger = ledger
        self._dice = dice
        self._townships = ruian_2014().townships

    async def go_on(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.order()

    async def order(self, *, plain: bool = False) -> str:
        """One order with all that becomes of it, or (``plain``) one that is just accepted; gives its id."""
        dice = self._dice
        key = str(UUID(int=dice.getrandbits(128)))
        body = self._demonstration.order_body(dice.choice(self._townships))
        order_id: str = (await self._client.post("/api/requests/orders", body, key=key))["id"]
        self._ledger.made(key, order_id, body)
        if not plain and dice.random() < CHANGED:
            await self._change(order_id, body)
        await self._step(order_id, "submit", "submitted")
        if not plain and dice.random() < RETURNED:
            await self._step(order_id, "return", "returned", REASON)
            await self._change(order_id, body)
            await self._step(order_id, "submit", "submitted")
        await self._step(order_id, "accept", "accepted")
        if not plain and dice.random() < CANCELLED:
            await asyncio.sleep(dice.uniform(0, 0.5))
            await self._step(order_id, "cancel", "cancelled", REASON)
        return order_id

    async def _change(self, order_id: str, body: Json) -> None:
        lines = [
            line | {"expected_attendance": self._dice.randint(20, 400)} for line in body["lines"]
        ]
        changed = body | {"lines": lines, "priority": self._dice.randint(1, 5)}
        await self._client.put(f"/api/requests/orders/{order_id}", changed)
        self._ledger.bodies[order_id] = changed

    async def _step(self, order_id: str, step: str, state: str, body: Json | None = None) -> None:
        """Takes it; a refusal because it is taken already (by an answer that was lost) is as good as an answer."""
        path = f"/api/requests/orders/{order_id}"
        try:
            await self._client.post(f"{path}/{step}", body, key=f"{order_id}-{step}")
        except Refused:
            found = await self._client.get(path)
            if found["state"] != state and not (
                state == "accepted" and found["state"] == "scheduled"
            ):
                raise
        self._ledger.took(order_id, state)
        await asyncio.sleep(self._dice.uniform(0, LONGEST_THOUGHT_SECONDS))


async def plan(client: Client, stop: asyncio.Event) -> None:
    """The corps plans what is open, again and again, so that cancellations have something to release."""
    client.confirms = *MEANT, "plan_outside_campaign"
    number = 0
    while not stop.is_set():
        demand = await client.get("/api/dispatch/demand", limit=20)
        if demand["items"]:
            number += 1
            await _plan_once(client, demand["items"][0], number)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PLANNING_SECONDS)


async def _plan_once(client: Client, line: Json, number: int) -> None:
    body: dict[str, Any] = {
        "campaign_id": line["campaign_id"],
        "starts_on": "2014-06-27",
        "ends_on": "2014-07-31",
        "start_township_code": line["township_code"],
    }
    try:
        made = await client.post("/api/dispatch/plans", body, key=f"plan-{number}-of-the-storm")
        await client.post(f"/api/dispatch/plans/{made['id']}/publish", key=f"publish-{made['id']}")
    except Refused as refusal:
        # Nothing is open, or a cancellation overtook the plan, or an answer was lost and it is published already.
        if refusal.problem.get("code") not in (
            "no_open_demand",
            "plan_outdated",
            "illegal_transition",
        ):
            raise
