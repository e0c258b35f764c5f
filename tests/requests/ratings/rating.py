"""What the tests of ratings have in common."""

import re
from typing import Any

import httpx

from shared.contracts.dispatch import StopStarted
from shared.kernel.access import Role
from tests.requests.township import GAOLOU, Dispatch
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
ELSEWHERE = bearer(Role.OFFICER, township_code="330381102000")
LEADER = bearer(Role.LEADER, team_code="health")
OTHER = bearer(Role.LEADER, team_code="justice")
NOBODY = {"Authorization": ""}


async def stand(dispatch: Dispatch, *, started: bool = True) -> None:
    """Two booths at a stop, of two teams; the teams are there where ``started``."""
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.assigned(1, "a1", team="justice"))
    if started:
        await dispatch.says(StopStarted(**dispatch._stop("s1")))


async def signs(house: House, who: dict[str, str]) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/requests/signs", params={"stop_id": "s1"}, headers=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def path_of(house: House, assignment: str = "a0") -> str:
    """Where the code on the sign of a booth leads, in this process."""
    (url,) = [
        each["url"] for each in await signs(house, CORPS) if each["assignment_id"] == assignment
    ]
    return "/api/requests" + re.sub("^.*(?=/public/)", "", url)


async def rate(
    house: House, path: str, score: int, *, device: str = "", **form: str
) -> httpx.Response:
    headers = {"Accept": "text/html", "Authorization": "", "User-Agent": "WeChat"}
    if device:
        headers["Cookie"] = f"rater={device}"
    return await house.client.post(path, data={"score": str(score)} | form, headers=headers)


async def ratings(house: House, who: dict[str, str] = CORPS) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/requests/ratings", headers=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def follow_ups(house: House, who: dict[str, str] = CORPS) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/requests/follow-ups", headers=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
