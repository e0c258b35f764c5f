"""A window of a registry office to test with: its team, two clerks who hold its posts, and what is done there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.kernel.access import Role
from tests.catalog.corps import put
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.tokens import bearer

CATALOG = "/api/catalog"
PUBLIC = "https://fuwu.example.gov.cn"
COORDINATOR = bearer(Role.COORDINATOR)
LEADER = bearer(Role.LEADER, team_code="registry")
OTHER_LEADER = bearer(Role.LEADER, team_code="permits")
OFFICER = bearer(Role.OFFICER, township_code="330381125000")
AUDITOR = bearer(Role.AUDITOR)
NAMES = {"name": "婚姻登记", "name_en": "Marriage registration"}
WINDOW = {
    "name": "市民政局婚姻登记中心",
    "name_en": "Marriage Registry",
    "kind_code": "marriage",
    "team_code": "registry",
    "place": "安阳路 1 号 2 楼",
}
STAGES = [
    {
        "name": "亮身份",
        "name_en": "Wear a badge",
        "asks": "每个岗位佩戴工作牌，附窗口照片。",
        "asks_en": "Badges at each post, with a photo of the window.",
        "starts_on": "2014-06-27",
        "ends_on": "2014-07-04",
        "forms": ["text"],
    },
    {
        "name": "作承诺",
        "name_en": "Pledge",
        "asks": "每人一句话承诺。",
        "asks_en": "A pledge of each in a line.",
        "starts_on": "2014-07-05",
        "ends_on": "2014-07-20",
        "forms": ["text", "link"],
    },
]


@dataclass(frozen=True)
class Counter:
    """``posts`` are ids; ``clerks`` the numbers of two volunteers of the window's team, of whom the first agrees to be
    named in public."""

    house: House
    clock: PlayedClock
    posts: list[str]
    clerks: list[str]

    @property
    def second(self) -> Any:
        return bearer(Role.VOLUNTEER, team_code="registry", volunteer_no=self.clerks[1])

    @property
    def first(self) -> Any:
        return bearer(Role.VOLUNTEER, team_code="registry", volunteer_no=self.clerks[0])

    async def ask(
        self, path: str, headers: Any = COORDINATOR, confirm: str = "", **body: Any
    ) -> httpx.Response:
        query = {"confirm": confirm} if confirm else {}
        return await self.house.client.post(
            f"{CATALOG}/{path}", json=body, headers=headers, params=query
        )

    async def did(self, path: str, headers: Any = COORDINATOR, **body: Any) -> Any:
        answer = await self.ask(path, headers, **body)
        assert answer.is_success, answer.text
        return answer.json()

    async def read(self, path: str, headers: Any = COORDINATOR, **query: Any) -> Any:
        answer = await self.house.client.get(f"{CATALOG}/{path}", headers=headers, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def hold(self, place: int, first_on: str = "2014-06-27", **more: Any) -> str:
        """Clerk number ``place`` holds the post of that number; gives the holding's id."""
        made = await self.did(
            f"window-posts/{self.posts[place]}/holders",
            volunteer_no=self.clerks[place],
            first_on=first_on,
            **more,
        )
        return str(made["id"])

    async def events(self, *kinds: str) -> list[Any]:
        return [
            each for each in await self.house.published("catalog") if type(each).__name__ in kinds
        ]


async def enter_volunteer(house: House, team: str, number: int, **more: Any) -> str:
    """Enters somebody of a team, made up; gives the number."""
    body = {
        "team_code": team,
        "name": f"王小{'一二三四五六七八九'[number]}",
        "phone": f"1380013{number:04}",
        "consent_at": "2014-06-02T09:00:00+08:00",
        "consent_version": "test",
    }
    answer = await house.client.post(f"{CATALOG}/volunteers", json=body | more)
    assert answer.is_success, answer.text
    return str(answer.json()["no"])


async def agree(house: House, no: str, *consents: str) -> None:
    """A volunteer agrees to this, and to nothing else."""
    answer = await house.client.post(
        f"{CATALOG}/volunteers/{no}/service", json={"consents": list(consents), "skills": []}
    )
    assert answer.is_success, answer.text


@asynccontextmanager
async def running_counter(url: str, folder: Path) -> AsyncIterator[Counter]:
    """Catalog on a store of its own, with all of this entered."""
    settings = CatalogSettings(
        database_url=url,
        badge_keys_file=folder / "badge_keys.json",
        badge_keys_create=True,
        files_url=(folder / "files").absolute().as_uri(),
        public_url=PUBLIC,
    )
    clock = PlayedClock()
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        yield await _entered(house, clock)


async def _entered(house: House, clock: PlayedClock) -> Counter:
    await put(house, "agencies/civil-affairs", {"name": "市民政局", "name_en": "Civil Affairs"})
    for code, name in (("registry", "婚姻登记窗口队"), ("permits", "出入境窗口队")):
        await put(
            house,
            f"teams/{code}",
            {"name": name, "name_en": code, "agency_code": "civil-affairs", "members": 5},
        )
    await put(house, "window-kinds/marriage", NAMES)
    await put(house, "windows/registry", WINDOW)
    clerks = [await enter_volunteer(house, "registry", number) for number in range(2)]
    await agree(house, clerks[0], "name_in_public")
    posts = []
    for name in ("一号窗口", "二号窗口"):
        answer = await house.client.post(
            f"{CATALOG}/windows/registry/posts", json={"name": name, "name_en": name}
        )
        assert answer.is_success, answer.text
        posts.append(str(answer.json()["id"]))
    return Counter(house, clock, posts, clerks)
