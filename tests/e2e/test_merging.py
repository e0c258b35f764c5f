"""A team that played the circuit of 2014 turns out to be another one's double: all four services name the other one."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from cli.client import Client
from cli.reconcile import Reconciler
from tests.support.story import Told, embedded_system
from tests.support.waiting import until

GONE, KEPT = "justice", "justice-two"


async def read(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await http.get(f"/api/{path}", params={"limit": 500} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def booths_of(http: httpx.AsyncClient, team: str) -> list[Any]:
    page = await read(http, "dispatch/assignments", team_code=team)
    return sorted(each["id"] for each in page["items"])


async def lines_of(http: httpx.AsyncClient, team: str) -> list[Any]:
    orders = (await read(http, "requests/orders"))["items"]
    lines = []
    for order in orders:
        whole = (await http.get(f"/api/requests/orders/{order['id']}")).json()
        lines += [line["id"] for line in whole["lines"] if line["team_code"] == team]
    return sorted(lines)


async def messages_of(http: httpx.AsyncClient, team: str) -> list[Any]:
    page = await read(http, f"notify/recipients/team.{team}/messages")
    return [each["code"] for each in page["items"]]


async def has_news(http: httpx.AsyncClient) -> Any:
    answer = await http.get(f"/api/notify/recipients/team.{KEPT}/messages")
    codes = [each["code"] for each in answer.json().get("items", [])]
    return "message.team_merged" in codes


async def lines_have_moved(http: httpx.AsyncClient, expected: list[Any]) -> Any:
    return await lines_of(http, KEPT) == expected


async def booths_have_moved(http: httpx.AsyncClient, expected: list[Any]) -> Any:
    return await booths_of(http, KEPT) == expected


async def test_all_services_name_the_team_that_stays(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        team = (await http.get(f"/api/catalog/teams/{GONE}")).json()
        values = {
            field: team[field] for field in ("name", "name_en", "agency_code", "members", "area")
        }
        entered = await http.put(f"/api/catalog/teams/{KEPT}", json=values)
        assert entered.status_code == 200, entered.text
        booths, lines = await booths_of(http, GONE), await lines_of(http, GONE)
        told_before = await messages_of(http, GONE)
        assert booths
        assert lines
        compared = (
            await http.get(f"/api/catalog/teams/{GONE}/merging", params={"into": KEPT})
        ).json()
        merged = await http.post(
            f"/api/catalog/teams/{GONE}/merge",
            json={"into": KEPT, "values": values, "seen": compared["seen"]},
        )
        assert merged.status_code == 200, merged.text
        await until(partial(has_news, http))
        await until(partial(lines_have_moved, http, lines))
        await until(partial(booths_have_moved, http, booths))
        assert (await booths_of(http, GONE), await lines_of(http, GONE)) == ([], [])
        assert sorted(await messages_of(http, KEPT)) == sorted(
            [*told_before, "message.team_merged"]
        )
        assert await messages_of(http, GONE) == []
        items = (await read(http, "catalog/items"))["items"]
        named = {code for item in items for code in item["teams"]}
        supply = (await read(http, "dispatch/items"))["items"]
        assert {code for item in supply for code in item["teams"]} == named
        assert (GONE in named, KEPT in named) == (False, True)
        assert await Reconciler(Client(http)).look(0) == []
