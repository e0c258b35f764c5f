"""A clinic on its day, and who comes to it."""

from datetime import datetime
from typing import Any

import pyotp

from shared.kernel.access import Role
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="agriculture")
V1, V2 = "V-000001", "V-000002"
OWN = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=V1)


class Day:
    """A clinic on its day, with two volunteers named; the clock stands at eight."""

    def __init__(self, house: House, clock: PlayedClock, stop: Any, booth: Any) -> None:
        self.house, self.clock, self.stop, self.booth = house, clock, stop, booth
        self.nonces = iter(f"nonce-{n:012}" for n in range(1000))

    async def code(self, at: datetime | None = None) -> str:
        answer = await self.house.client.get(
            f"/api/dispatch/stops/{self.stop['id']}/check-in-code", headers=LEADER
        )
        return pyotp.TOTP(answer.json()["secret"]).at(at or self.clock.now)

    async def send(
        self, *, who: dict[str, str] = OWN, status: int = 200, **said: Any
    ) -> dict[str, Any]:
        body = {
            "nonce": said.pop("nonce", None) or next(self.nonces),
            "stop_id": self.stop["id"],
            "volunteer_no": V1,
            "way": "in",
            "device_at": self.clock.now.isoformat(),
        } | said
        answer = await self.house.client.post("/api/dispatch/check-ins", json=body, headers=who)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def seen(self, who: dict[str, str] = LEADER) -> dict[str, Any]:
        path = f"/api/dispatch/stops/{self.stop['id']}/attendance"
        answer = await self.house.client.get(path, headers=who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def person(self, no: str = V1) -> dict[str, Any]:
        people = (await self.seen())["people"]
        return dict(next(each for each in people if each["volunteer_no"] == no))
