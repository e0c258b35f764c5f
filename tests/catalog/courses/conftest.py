"""A corps with volunteers in two teams, a course, and a clock that the test moves; in both stores."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.kernel.access import Role
from tests.catalog.corps import ITEM, enter_corps, put
from tests.catalog.courses.bank import TOPICS, Row, table
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import bearer
from tests.support.workbooks import xlsx

SESSIONS = [
    {
        "on": "2014-06-27",
        "starts": "08:30",
        "ends": "11:30",
        "place": "党校报告厅",
        "topic": TOPICS[0],
    },
    {
        "on": "2014-06-28",
        "starts": "14:00",
        "ends": "16:30",
        "place": "党校报告厅",
        "topic": TOPICS[1],
    },
]
TEST: dict[str, Any] = {
    "name": "结业考试",
    "opens_at": "2014-06-27T08:00:00+08:00",
    "closes_at": "2014-06-30T18:00:00+08:00",
    "minutes": 30,
    "draw": [{"topic": topic, "questions": 3} for topic in TOPICS],
    "points_each": 10,
    "pass_points": 60,
}
"""Business begins at 27 June 2014, nine in the morning."""
COURSE: dict[str, Any] = {
    "name": "志愿者上岗培训",
    "name_en": "Training for New Volunteers",
    "organiser": "市志愿服务总队",
    "outline": "服务中的安全与礼仪",
    "topics": TOPICS,
    "sessions": SESSIONS,
    "capacity": 3,
    "enrol_until": "2014-06-27",
    "qualification": "上岗证",
    "valid_months": 24,
    "test": TEST,
}


@dataclass
class School:
    house: House
    clock: PlayedClock
    people: list[str] = field(default_factory=list)
    """Numbers of volunteers, the even ones in ``health``, the others in ``clinic-two``."""

    def team_of(self, no: str) -> str:
        return ("health", "clinic-two")[self.people.index(no) % 2]

    def as_volunteer(self, no: str) -> dict[str, str]:
        return bearer(Role.VOLUNTEER, team_code=self.team_of(no), volunteer_no=no, sub=no)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: dict[str, str] | None = None,
        status: int = 200,
        **more: Any,
    ) -> Any:
        answer = await self.raw(method, path, body, who=who, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def raw(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        headers = (who or {}) | more.pop("headers", {})
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.house.client.request(
            method, f"/api/catalog{path}", headers=headers, **content, **more
        )

    async def course(
        self, *, bank: Sequence[Row] | None = None, opened: bool = True, **changes: Any
    ) -> str:
        made = await self.ask("POST", "/courses", COURSE | changes, status=201)
        if bank is None:
            bank = table()
        kept = await self.ask("POST", f"/courses/{made['id']}/questions?keep=true", xlsx(bank))
        assert kept["kept"], kept
        if opened:
            await self.ask("POST", f"/courses/{made['id']}/open")
        return str(made["id"])

    async def sessions(self, course: str) -> list[dict[str, Any]]:
        """As a form sends them back."""
        held = (await self.ask("GET", f"/courses/{course}"))["sessions"]
        return [
            {name: each[name] for name in each if name != "id"} | {"session_id": each["id"]}
            for each in held
        ]

    async def enrol(
        self, course: str, *numbers: str, who: dict[str, str] | None = None, status: int = 200
    ) -> Any:
        body = {"volunteer_nos": list(numbers)}
        return await self.ask("POST", f"/courses/{course}/enrolments", body, who=who, status=status)

    async def states(self, course: str) -> dict[str, str]:
        page = await self.ask("GET", f"/courses/{course}/enrolments?limit=500")
        return {each["volunteer_no"]: each["state"] for each in page["items"]}

    async def leave(self, course: str, no: str, who: dict[str, str] | None = None) -> Any:
        page = await self.ask("GET", f"/courses/{course}/enrolments?limit=500")
        (place,) = [each for each in page["items"] if each["volunteer_no"] == no]
        path = f"/course-enrolments/{place['id']}/leave"
        return await self.ask("POST", path, {"reason_code": "own_wish"}, who=who)

    async def leave_refused(self, course: str, no: str) -> None:
        place = (await self.ask("GET", f"/courses/{course}", who=self.as_volunteer(no)))["own"]
        path = f"/course-enrolments/{place['id']}/leave"
        body = {"reason_code": "own_wish"}
        refused = await self.ask("POST", path, body, who=self.as_volunteer(no), status=409)
        assert refused["code"] == "test_begun_by_trainee"

    async def told(self, kind: str) -> list[Any]:
        return [
            event
            for event in await self.house.published("catalog")
            if event.type == f"catalog.{kind}.v1"
        ]


async def enter_people(school: School, count: int) -> None:
    for turn in range(len(school.people), len(school.people) + count):
        said = {
            "team_code": ("health", "clinic-two")[turn % 2],
            "name": f"林志{turn + 1}",
            "phone": f"138{turn:08}",
            "consent_at": "2014-06-01T08:00:00+08:00",
            "consent_version": "v1",
        }
        made = await school.ask("POST", "/volunteers", said, status=201)
        school.people.append(made["no"])


@pytest.fixture
async def school(new_store_url: NewUrl) -> AsyncIterator[School]:
    """Both stores, one after the other."""
    clock = PlayedClock()
    settings = CatalogSettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await enter_corps(house)
        await put(house, "items/clinic", ITEM | {"qualification": "上岗证"})
        school = School(house, clock)
        await enter_people(school, 6)
        yield school
