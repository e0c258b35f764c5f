"""A hundred and ten trainees sit the test at once, and the process is killed in the middle: no answer is lost, and each
paper is marked as the test marks it by itself, from the table that it sent."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.kernel.access import Role
from tests.catalog.corps import enter_corps
from tests.catalog.courses.bank import choice, right_of, table
from tests.catalog.courses.conftest import COURSE, TEST
from tests.support.embedded import running_embedded
from tests.support.fixtures import Figures
from tests.support.private import free_port
from tests.support.tokens import EVERYTHING, bearer
from tests.support.tree import ROOT
from tests.support.waiting import until
from tests.support.workbooks import xlsx

TRAINEES = 110
PER_TOPIC = 24
DRAWN = 10
"""Of each of two topics."""
KILLED_AFTER = 700
"""Answers that were kept, of some 2,600 that are sent."""
PATIENCE = 90
RIGHT = right_of(table(PER_TOPIC))


async def _prepared(data: Path) -> tuple[str, list[str]]:
    """A course in which everybody has a place. Gives its id and the numbers of the trainees."""
    test = TEST | {
        "minutes": 300,
        "draw": [draw | {"questions": DRAWN} for draw in TEST["draw"]],
        "points_each": 5,
    }
    body = COURSE | {
        "capacity": TRAINEES,
        "qualification": None,
        "valid_months": None,
        "test": test,
    }
    async with running_embedded(data) as house:
        await enter_corps(house)
        ask = house.client.request

        async def made(path: str, **sent: Any) -> Any:
            answer = await ask("POST", f"/api/catalog{path}", **sent)
            assert answer.is_success, answer.text
            return answer.json()

        course = (await made("/courses", json=body))["id"]
        bank = xlsx(table(PER_TOPIC))
        assert (await made(f"/courses/{course}/questions?keep=true", content=bank))["kept"]
        await made(f"/courses/{course}/open")
        people = []
        for turn in range(TRAINEES):
            said = {
                "team_code": "health",
                "name": f"林志{turn + 1}",
                "consent_at": "2014-06-01T08:00:00+08:00",
                "consent_version": "v1",
                "phone": f"139{turn:08}",
            }
            people.append((await made("/volunteers", json=said))["no"])
        for first in range(0, TRAINEES, 100):
            some = people[first : first + 100]
            await made(f"/courses/{course}/enrolments", json={"volunteer_nos": some})
    return course, people


class Trainee:
    """Answers each question as the seed says, some twice; sends again what was not answered, as the page does."""

    def __init__(self, no: str, seed: int) -> None:
        self.no = no
        self.chance = random.Random(seed)
        self.headers = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no, sub=no)
        self.chosen: dict[int, list[int]] = {}
        self.sent = 0
        self.paper: Any = None
        self.result: Any = None

    async def sit(
        self, client: httpx.AsyncClient, course: str, kept: Callable[[], Awaitable[None]]
    ) -> None:
        self.paper = await self._ask(client, "POST", f"/courses/{course}/attempts")
        path = f"/test-attempts/{self.paper['id']}"
        for question in self.paper["questions"]:
            right = RIGHT[question["text"]]
            for _ in range(1 + (self.chance.random() < 0.2)):
                wrong = self.chance.random() < 0.4
                self.chosen[question["number"]] = choice(question, right, wrong=wrong)
                body = {"chosen": self.chosen[question["number"]]}
                await self._ask(client, "PUT", f"{path}/answers/{question['number']}", body)
                await kept()
        self.result = await self._ask(client, "POST", f"{path}/end")

    async def _ask(
        self, client: httpx.AsyncClient, method: str, path: str, body: Any = None
    ) -> Any:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(httpx.TransportError):
                    answer = await client.request(
                        method, f"/api/catalog{path}", json=body, headers=self.headers
                    )
                    if answer.status_code < 500:
                        assert answer.is_success, answer.text
                        self.sent += 1
                        return answer.json()
                await asyncio.sleep(0.2)  # the process is not there: a phone tries again

    def points(self) -> int:
        """By the table alone: the texts that were chosen, against those that are right."""
        points = 0
        for question in self.paper["questions"]:
            options = ["对", "错"] if question["kind"] == "true_false" else question["options"]
            chosen = {options[place] for place in self.chosen[question["number"]]}
            points += 5 * (chosen == RIGHT[question["text"]])
        return points


def _start(data: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.embedded", str(data), str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.long
async def test_a_hundred_and_ten_sit_at_once_and_a_killed_process_loses_nothing(
    tmp_path: Path, figures: Figures
) -> None:
    course, people = await _prepared(tmp_path)
    trainees = [Trainee(no, seed) for seed, no in enumerate(people)]
    port = free_port()
    kept = 0
    killed = asyncio.Event()
    process = _start(tmp_path, port)
    limits = httpx.Limits(max_connections=TRAINEES)
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits
        ) as client:

            async def count() -> None:
                nonlocal kept
                kept += 1
                if kept == KILLED_AFTER:
                    killed.set()

            async def ready() -> bool:
                with suppress(httpx.TransportError):
                    answer = await client.get("/api/catalog/health/ready")
                    return answer.status_code == 200
                return False

            await until(ready, seconds=60)
            sitting = asyncio.gather(*(each.sit(client, course, count) for each in trainees))
            either: set[asyncio.Future[Any]] = {sitting, asyncio.ensure_future(killed.wait())}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            assert killed.is_set(), sitting.exception()
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = _start(tmp_path, port)
            await sitting
            headers = bearer(*EVERYTHING)
            page = await client.get(
                f"/api/catalog/courses/{course}/enrolments?limit=500", headers=headers
            )
            stored = {each["volunteer_no"]: each for each in page.json()["items"]}
            for each in trainees:
                answer = await client.get(
                    f"/api/catalog/test-attempts/{each.paper['id']}", headers=each.headers
                )
                seen = {one["number"]: one["chosen"] for one in answer.json()["questions"]}
                assert seen == {number: sorted(chosen) for number, chosen in each.chosen.items()}
                assert each.result["points"] == each.points(), each.no
                assert stored[each.no]["points"] == each.points()
                assert each.result["passed"] == (each.points() >= 60)
                assert (stored[each.no]["certificate_no"] is not None) == each.result["passed"]
    finally:
        process.kill()
        process.wait()
    passed = [each for each in trainees if each.result["passed"]]
    assert 0 < len(passed) < TRAINEES
    numbers = [stored[each.no]["certificate_no"] for each in passed]
    assert len(set(numbers)) == len(passed)
    texts = {tuple(one["text"] for one in each.paper["questions"]) for each in trainees}
    assert len(texts) == TRAINEES, "everybody has a paper of their own"
    figures.note("answers that were kept while 110 sat at once, over a kill", kept)
