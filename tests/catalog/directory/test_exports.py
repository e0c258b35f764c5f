"""Lists of catalog as Excel files: what the list shows to whoever asks, with every field that an import needs."""

from typing import Any

import pytest
from sqlalchemy import insert

from services.catalog.directory.tables import agency
from shared.http.exports import AT_A_TIME
from shared.kernel.access import Role
from tests.catalog.administering import PHONE, coordinator, ensure
from tests.catalog.city import City
from tests.catalog.corps import ITEM, NAMES, put
from tests.support.excel import EXCEL, records_of
from tests.support.house import House
from tests.support.tokens import bearer

ENGLISH = {"Accept-Language": "en"}


async def exported(
    house: House, path: str, headers: dict[str, str] | None = None, **query: Any
) -> list[dict[str, str]]:
    answer = await house.client.get(f"/api/catalog/{path}.xlsx", params=query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, EXCEL), answer.text
    return records_of(answer.content)


async def test_teams_are_exported_as_the_list_is_filtered_and_sorted(corps: House) -> None:
    await put(corps, "agencies/court", {"name": "法院", "name_en": "Court"})
    legal = {"name": "法律援助队", "name_en": "", "agency_code": "court", "members": 3}
    await put(corps, "teams/legal", legal | {"name_en": "Legal aid"})
    assert await exported(corps, "teams", agency_code="court") == [
        {
            "代码": "legal",
            "名称": "法律援助队",
            "英文名称": "Legal aid",
            "单位代码": "court",
            "单位": "法院",
            "队员人数": "3",
            "服务区域（镇街代码）": "",
            "状态": "在册",
        }
    ]
    assert [row["代码"] for row in await exported(corps, "teams")] == [
        "clinic-two",
        "health",
        "legal",
    ]
    (row,) = await exported(corps, "teams", ENGLISH, q="法律")
    assert (row["Agency"], row["State"], row["English name"]) == ("Court", "active", "Legal aid")


async def test_items_have_every_field_that_is_entered(corps: House) -> None:
    provided = {"mode": "lecture", "township_provides": ["tables", "power"], "notice_days": 7}
    await put(corps, "items/talk", ITEM | provided | {"name": "=1+1", "teams": ["health"]})
    talk = next(row for row in await exported(corps, "items", ENGLISH) if row["Code"] == "talk")
    assert talk == {
        "Code": "talk",
        "Name": "=1+1",
        "English name": NAMES["name_en"],
        "Category code": "welfare",
        "Category": NAMES["name_en"],
        "Team codes": "health",
        "Volunteers needed": "2",
        "Minutes per resident": "5",
        "How it is served": "Lecture",
        "Days it is ordered ahead": "7",
        "What the township provides": "tables, power",
        "Adults only": "no",
        "Written agreement needed": "no",
    }


async def test_campaigns_and_editions_are_exported(corps: House) -> None:
    (edition,) = await exported(corps, "editions")
    assert (edition["代码"], edition["状态"], edition["项目代码"]) == (
        "summer-2014",
        "草稿",
        "clinic",
    )
    for code, name, year in (("july-2013", "红七月", 2013), ("july-2014", "夏令营", 2014)):
        days = {"starts_on": f"{year}-07-01", "ends_on": f"{year}-07-31"}
        await put(corps, f"campaigns/{code}", {"name": name, "name_en": code} | days)
    campaigns = await exported(corps, "campaigns", sort="-starts_on")
    assert [row["代码"] for row in campaigns][-2:] == ["july-2014", "july-2013"]
    assert [float(row["开始日期"]) for row in campaigns][-2:] == [41821, 41456]


async def test_a_list_of_several_pages_is_exported_to_its_end(corps: House) -> None:
    added = [f"bureau-{number:04}" for number in range(2 * AT_A_TIME)]
    common = {"name": "局", "name_en": "Bureau", "event_seq": 0, "version": 1}
    many = [{"code": code} | common for code in added]
    async with corps.services["catalog"].database.writing() as session:
        await session.execute(insert(agency), many)
    codes = [row["代码"] for row in await exported(corps, "agencies")]
    assert codes == ["bureau", *added]


async def test_what_the_list_refuses_its_file_refuses(corps: House) -> None:
    client = corps.client
    assert (await client.get("/api/catalog/teams.xlsx", params={"sort": "age"})).status_code == 422
    assert (await client.get("/api/catalog/teams.xlsx", params={"limit": 1})).status_code == 422
    stranger = await client.get("/api/catalog/teams.xlsx", headers={"Authorization": ""})
    assert stranger.status_code == 401


async def test_accounts_are_exported_to_those_who_administer_them(city: City) -> None:
    headers = await coordinator(city)
    await ensure(city, PHONE, Role.CLERK, township_code="330381113000")
    path = "/api/catalog/accounts/search.xlsx"
    answer = await city.house.client.post(path, json={"role": "clerk"}, headers=headers)
    assert answer.status_code == 200, answer.text
    (row,) = records_of(answer.content)
    assert float(row.pop("建立时间")) > 40_000
    assert row == {
        "登录名": PHONE,
        "角色": "帮办员",
        "镇街代码": "330381113000",
        "状态": "可用",
    }


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OFFICER, Role.LEADER, Role.VOLUNTEER])
async def test_accounts_are_nobody_elses(corps: House, role: Role) -> None:
    scope = {Role.OFFICER: {"township_code": "330381113000"}, Role.LEADER: {"team_code": "health"}}
    answer = await corps.client.post(
        "/api/catalog/accounts/search.xlsx", json={}, headers=bearer(role, **scope.get(role, {}))
    )
    assert answer.status_code == 403
