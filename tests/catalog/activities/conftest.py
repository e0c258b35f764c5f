"""A corps with two teams, volunteers of theirs, and a clock that the test moves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from shared.kernel.access import Role
from tests.catalog.corps import enter_corps
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import bearer
from tests.support.waiting import until

CEREMONY: dict[str, Any] = {
    "name": "入党宣誓仪式",
    "name_en": "Oath ceremony",
    "activity_kind": "ceremony",
    "on": "2014-07-01",
    "starts_at": "09:00",
    "ends_at": "11:30",
    "place": "西山革命烈士陵园",
    "team_code": None,
    "parts": [
        {"starts_at": "09:00", "name": "缅怀革命先烈", "name_en": "Remembrance"},
        {"starts_at": "09:40", "name": "入党宣誓仪式", "name_en": "Oath"},
        {"starts_at": "10:20", "name": "参观烈士纪念馆", "name_en": "Memorial hall"},
    ],
    "capacity": 3,
    "register_until": "2014-06-30",
}
"""Business begins at 27 June 2014."""
WHERE = {name: CEREMONY[name] for name in ("on", "starts_at", "ends_at", "place")}
ANYBODY = {"Authorization": "", "Accept": "text/html"}


@dataclass
class Corps:
    """Catalog and notify. ``nos`` are volunteers of the team ``health``, the last of them of ``clinic-two``."""

    house: House
    clock: PlayedClock
    nos: list[str]

    async def request(
        self, method: str, path: str, body: Any = None, **more: Any
    ) -> httpx.Response:
        return await self.house.client.request(method, f"/api/catalog{path}", json=body, **more)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        leader: str | None = None,
        self_as: str | None = None,
        **more: Any,
    ) -> Any:
        """As the corps, as a team's leader, or as a volunteer."""
        who = {}
        if leader:
            who = bearer(Role.LEADER, team_code=leader)
        if self_as:
            who = bearer(Role.VOLUNTEER, volunteer_no=self_as, team_code="health")
        headers = who | more.pop("headers", {})
        answer = await self.request(method, path, body, headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def plan(self, *, announce: bool = True, **other: Any) -> str:
        made = await self.ask("POST", "/activities", CEREMONY | other, status=201)
        path = f"/activities/{made['id']}"
        if announce:
            await self.ask("POST", f"{path}/announce")
        return path

    async def register(self, path: str, *nos: str, **more: Any) -> Any:
        return await self.ask("POST", f"{path}/register", {"volunteer_nos": list(nos)}, **more)

    async def withdraw(self, path: str, *nos: str, **more: Any) -> Any:
        return await self.ask("POST", f"{path}/withdraw", {"volunteer_nos": list(nos)}, **more)

    async def states(self, path: str) -> dict[str, str]:
        page = await self.ask("GET", f"{path}/registrations")
        return {each["volunteer_no"]: each["state"] for each in page["items"]}

    async def agree(self, no: str, *consents: str) -> None:
        await self.ask("POST", f"/volunteers/{no}/service", {"consents": list(consents)})

    async def told(self, no: str, *subjects: str) -> None:
        """Waits until these are the subjects of a volunteer's messages, the oldest first."""

        async def is_told() -> bool:
            return await self.notices(no) == list(subjects)

        await until(is_told)

    async def notices(self, no: str) -> list[str]:
        """The subjects of a volunteer's messages, the oldest first; none before notify has heard of them."""
        path = f"/api/notify/recipients/volunteer.{no}/messages"
        answer = await self.house.client.get(path, headers={"Accept-Language": "zh-CN"})
        if answer.status_code == 404:
            return []
        assert answer.status_code == 200, answer.text
        return [each["subject"] for each in answer.json()["items"]]


@pytest.fixture
async def corps(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[Corps]:
    """Both stores, one after the other."""
    clock = PlayedClock()
    settings = CatalogSettings(
        database_url=new_store_url(), files_url=(tmp_path / "files").as_uri()
    )
    notify = NotifySettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t),
        lambda b, c, t: build_notify(notify, broker=b, cache=c, clock=t),
        clock=clock,
    ) as house:
        await enter_corps(house)
        corps = Corps(house, clock, [])
        for number in range(6):
            person = {
                "team_code": "clinic-two" if number == 5 else "health",
                "name": "赵钱孙李周吴"[number] + "小明",
                "phone": f"1380000000{number}",
                "consent_at": "2014-06-01T08:00:00+08:00",
                "consent_version": "v1",
            }
            made = await corps.ask("POST", "/volunteers", person, status=201)
            corps.nos.append(made["no"])
        yield corps
