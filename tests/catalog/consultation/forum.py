"""A consultation under test: those who hold it, and those who speak."""

from typing import Any

import httpx

from shared.kernel.access import Role
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

GAOLOU, MAYU = "330381125000", "330381113000"
UNTIL = "2014-07-10"
EDITION = "/api/catalog/editions/summer-2014"
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
CLERK = bearer(Role.CLERK, township_code=GAOLOU)
OTHER_OFFICER = bearer(Role.OFFICER, township_code=MAYU)
LEADER = bearer(Role.LEADER, team_code="health")
COORDINATOR = bearer(Role.COORDINATOR)
AGAINST: dict[str, Any] = {
    "township_code": GAOLOU,
    "item_code": "clinic",
    "stance": "against",
    "text": "义诊请放在赶集日，平时人少。",
}
FOR: dict[str, Any] = {"team_code": "health", "stance": "for", "text": "整版可行。"}


class Forum:
    """The coordinator acts unless ``by`` says who else does."""

    def __init__(self, house: House, clock: PlayedClock) -> None:
        self.house, self.clock = house, clock

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: dict[str, str] = COORDINATOR,
        status: int = 200,
        **sent: Any,
    ) -> Any:
        answer = await self.send(method, path, by=by, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def send(
        self, method: str, path: str, *, by: dict[str, str] = COORDINATOR, **sent: Any
    ) -> httpx.Response:
        headers = by | sent.pop("headers", {})
        return await self.house.client.request(method, path, headers=headers, **sent)

    async def open(self, until: str = UNTIL, *, residents: bool = True) -> Any:
        body = {"until": until, "residents_may_speak": residents}
        return await self.ask("POST", f"{EDITION}/consultation", json=body)

    async def say(self, said: dict[str, Any], *, by: dict[str, str], **how: Any) -> Any:
        how = {"status": 201} | how
        return await self.ask("POST", f"{EDITION}/opinions", by=by, json=said, **how)

    async def answer(self, text: str, *opinions: Any, **how: Any) -> Any:
        body = {
            "opinion_ids": [each["id"] for each in opinions],
            "answer": text,
            **({"seen": how.pop("seen")} if "seen" in how else {}),
        }
        return await self.ask("POST", f"{EDITION}/answers", json=body, **how)

    async def publish_answers(self) -> Any:
        return await self.ask("POST", f"{EDITION}/answers/publish")

    async def change(
        self, opinion: Any, text: str, *, by: dict[str, str], status: int = 200, version: str = "*"
    ) -> Any:
        return await self.ask(
            "PUT",
            f"/api/catalog/opinions/{opinion['id']}",
            by=by,
            status=status,
            json={"stance": "neither", "text": text},
            headers={"If-Match": version},
        )
