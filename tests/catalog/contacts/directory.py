"""A directory to test with, and how contacts are entered and asked for in it."""

from dataclasses import dataclass
from typing import Any

import httpx

from shared.kernel.access import Role
from tests.catalog.corps import put
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

CONTACTS = "/api/catalog/contacts"
GAOLOU, TAOSHAN = "330381125000", "330381108000"
MOBILE, OFFICE = "13800138000", "0577-65812345"
LIN = {
    "holder": "team",
    "code": "health",
    "name": "林志远",
    "duty": "联络员",
    "mobile_phone": "１３８ ００１３ ８０００",
    "office_phone": OFFICE,
}
COORDINATOR = bearer(Role.COORDINATOR)
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="clinic-two")
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
OTHER_OFFICER = bearer(Role.OFFICER, township_code=TAOSHAN)
CLERK = bearer(Role.CLERK, township_code=GAOLOU)
AUDITOR = bearer(Role.AUDITOR)


@dataclass(frozen=True)
class Directory:
    house: House
    clock: PlayedClock

    async def enter_townships(self) -> None:
        for code, name in ((GAOLOU, "高楼镇"), (TAOSHAN, "陶山镇")):
            centre = {"name": name, "name_en": name, "lat": 27.8, "lon": 120.3}
            await put(self.house, f"townships/{code}", centre)

    async def ask(self, path: str = "", headers: Any = COORDINATOR, **body: Any) -> httpx.Response:
        return await self.house.client.post(f"{CONTACTS}{path}", json=body, headers=headers)

    async def enter(self, headers: Any = COORDINATOR, **changes: Any) -> Any:
        answer = await self.ask(headers=headers, **LIN | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def correct(
        self, contact_id: str, headers: Any = COORDINATOR, **changes: Any
    ) -> httpx.Response:
        return await self.house.client.put(
            f"{CONTACTS}/{contact_id}", json=changes, headers={"If-Match": "*"} | headers
        )

    async def listed(
        self, headers: Any = COORDINATOR, holder: str = "team", code: str = "health"
    ) -> httpx.Response:
        asked = {"holder": holder, "code": code}
        return await self.house.client.get(CONTACTS, params=asked, headers=headers)
