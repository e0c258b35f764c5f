"""A corps whose teams are asked, and a clock that the test moves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.kernel.access import Role
from tests.catalog.corps import enter_corps
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import bearer

EDITION = "/api/catalog/editions/summer-2014"
SURVEY = f"{EDITION}/survey"
UNTIL = "2014-07-04"
"""Business begins at 27 June 2014."""


@dataclass
class Asked:
    """The corps of :mod:`tests.catalog.corps`: ``health`` is named by its one item, ``clinic-two`` by none."""

    house: House
    clock: PlayedClock

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        team: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """As the corps, or as the leader of a team."""
        who = bearer(Role.LEADER, team_code=team) if team else {}
        answer = await self.house.client.request(
            method, path, json=body, headers=who | (headers or {})
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def open(self, until: str = UNTIL) -> None:
        await self.ask("POST", f"{SURVEY}/open", {"until": until})

    async def reply_of(self, team: str) -> str:
        page = await self.ask("GET", "/api/catalog/survey-replies", team=team)
        (reply,) = page["items"]
        return f"/api/catalog/survey-replies/{reply['id']}"

    async def answer(self, team: str, *lines: dict[str, Any], send: bool = True) -> Any:
        """Whoever answers has read what is there before."""
        path = await self.reply_of(team)
        read = await self.house.client.get(path)
        form = await self.ask(
            "PUT",
            path,
            {"lines": list(lines)},
            team=team,
            headers={"If-Match": read.headers["etag"]},
        )
        return await self.ask("POST", f"{path}/send", team=team) if send else form

    async def outcome(self, item: str = "clinic") -> Any:
        survey = await self.ask("GET", SURVEY)
        return next(each for each in survey["items"] if each["item_code"] == item)

    async def decide(self, verdict: str, item: str = "clinic", *, status: int = 200) -> Any:
        seen = (await self.outcome(item))["seen"]
        return await self.ask(
            "POST", f"{SURVEY}/items/{item}/{verdict}", {"seen": seen}, status=status
        )


@pytest.fixture
async def asked(new_store_url: NewUrl) -> AsyncIterator[Asked]:
    """Both stores, one after the other."""
    clock = PlayedClock()
    settings = CatalogSettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await enter_corps(house)
        yield Asked(house, clock)
