"""What stewards and residents do at a booth, over HTTP."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from shared.kernel.access import Role
from tests.support.house import House
from tests.support.tokens import bearer

LEADER = bearer(Role.LEADER, team_code="health")
OTHER = bearer(Role.LEADER, team_code="agriculture")


@dataclass
class Booth:
    house: House
    stop: str
    id: str

    async def steward(
        self,
        path: str,
        body: Any = None,
        *,
        who: dict[str, str] = LEADER,
        confirm: str = "",
        lease: str = "",
    ) -> httpx.Response:
        given = {"confirm": confirm, "lease": lease}
        query = {name: value for name, value in given.items() if value}
        return await self.house.client.post(
            f"/api/dispatch{path}", json=body, headers=who, params=query
        )

    async def do(self, act: str, body: Any = None, **more: Any) -> Any:
        answer = await self.steward(f"/queues/{self.id}/{act}", body, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def open(self, places: int = 1, **more: Any) -> Any:
        return await self.do("open", {"places": places} | more)

    async def next(self, place: int = 1, finished: str | None = None) -> Any:
        """Gives the ticket that is at the place now."""
        queue = await self.do("next", {"place": place, "finished": finished})
        return next((each for each in queue["at_places"] if each["place"] == place), None)

    async def act(self, ticket: dict[str, Any], act: str) -> httpx.Response:
        return await self.steward(f"/tickets/{ticket['id']}/act", {"act": act})

    async def seen(self, who: dict[str, str] = LEADER) -> Any:
        answer = await self.house.client.get(f"/api/dispatch/queues/{self.id}", headers=who)
        return answer.json()

    async def link(self) -> str:
        """Where the code on the booth's sign leads, in this process."""
        path = f"/api/dispatch/stops/{self.stop}/queues"
        answer = await self.house.client.get(path, headers=LEADER)
        assert answer.status_code == 200, answer.text
        (sign,) = [each for each in answer.json()["queues"] if each["assignment_id"] == self.id]
        return "/api/dispatch" + re.sub("^.*(?=/public/)", "", sign["url"])

    async def look(self, path: str, device: str = "") -> httpx.Response:
        return await self.house.client.get(path, headers=_resident(device))

    async def draw(self, device: str, **form: str) -> httpx.Response:
        return await self.house.client.post(
            await self.link(), data={"mark": ""} | form, headers=_resident(device)
        )

    async def draw_at(self, link: str) -> httpx.Response:
        return await self.house.client.post(link, data={"mark": "m"}, headers=_resident(""))

    async def ticket_of(self, device: str, **form: str) -> str:
        """The path of a ticket's page."""
        drawn = await self.draw(device, **form)
        assert drawn.status_code == 303, drawn.text
        return "/api/dispatch/public/" + drawn.headers["location"].removeprefix("../")


def _resident(device: str) -> dict[str, str]:
    headers = {"Accept": "text/html", "Authorization": "", "User-Agent": f"WeChat {device}"}
    return headers | ({"Cookie": f"taker={device}"} if device else {})
