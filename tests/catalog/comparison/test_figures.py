"""Figures come in by tables, whole or not at all; windows of one kind are compared, and what is too little is not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.kernel.access import Role
from tests.catalog.corps import enter_corps, post, put
from tests.support.clock import PlayedClock
from tests.support.excel import records_of, rows_of
from tests.support.fixtures import NewUrl, on_sqlite
from tests.support.house import House, running_house
from tests.support.tokens import bearer

HEAD = "窗口代码,月份,办件量,测了等候的人数,平均等候（分钟）,等候标准差（分钟）,评价人数,平均评分,评分标准差"
WINDOWS = {"north": "health", "south": "health", "east": "clinic-two", "visas": "health"}
TABLE = f"""2014年窗口数据
{HEAD}
north,2014-05,900,300,20.5,9,200,4.6,0.6
south,2014年5月,"1,000",400,8,7,220,4.5,0.7
east,2014/5,300,20,11,8,10,4.8,0.4
visas,2014-05,800,700,45,20,300,4.1,0.8
"""
MONTHS = {"first_month": "2014-05", "last_month": "2014-06"}
LEADER = bearer(Role.LEADER, team_code="health")


@pytest.fixture
async def house(new_store_url: NewUrl) -> AsyncIterator[House]:
    settings = CatalogSettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=PlayedClock()
    ) as found:
        await enter_corps(found)
        for kind in ("marriage", "visa"):
            await put(found, f"window-kinds/{kind}", {"name": "窗口", "name_en": "Window"})
        for code, team in WINDOWS.items():
            window = {
                "name": f"窗口{code}",
                "name_en": code,
                "kind_code": "visa" if code == "visas" else "marriage",
                "team_code": team,
                "place": "安阳路 1 号",
            }
            await put(found, f"windows/{code}", window)
            for number in range(2):
                body = {"name": f"{number + 1}号岗", "name_en": f"Post {number + 1}"}
                answer = await found.client.post(f"/api/catalog/windows/{code}/posts", json=body)
                assert answer.status_code == 201, answer.text
        yield found


async def send(house: House, table: str, *, status: int = 200, **more: Any) -> Any:
    path = "/api/catalog/window-figures/import"
    answer = await house.client.post(path, content=table.encode("gb18030"), **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(house: House, path: str, status: int = 200, **more: Any) -> Any:
    answer = await house.client.get(f"/api/catalog{path}", **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_windows_of_one_kind_are_compared_with_each_other_alone(house: House) -> None:
    checked = await send(house, TABLE, params={"only_check": "true"})
    assert (checked["new"], checked["is_stored"], checked["faulty"]) == (4, False, [])
    assert (await get(house, "/window-figures"))["total"] == 0
    assert (await send(house, TABLE))["is_stored"]
    again = await send(house, TABLE.replace("20.5", "21"))
    assert (again["changed"], again["unchanged"], again["new"]) == (1, 3, 0)

    found = await get(house, "/window-kinds/marriage/comparison", params=MONTHS, headers=LEADER)
    assert {each["code"]: each["served"] for each in found["windows"]} == {
        "north": 900,
        "south": 1000,
        "east": 300,
    }
    waiting, rated = found["measures"]
    (difference,) = waiting["differences"]
    assert (difference["lower"], difference["higher"]) == ("south", "north")
    assert difference["low"] < difference["difference"] == 13 < difference["high"]
    assert rated["differences"] == [], "4.6 and 4.5 of some 200 may be chance"
    (east,) = [each for each in waiting["windows"] if each["code"] == "east"]
    assert (east["status"], east["mean"], east["n"]) == ("too_few", None, 20)
    assert (found["made"], found["least"], found["error"]) == (2, 50, 0.05)
    visas = await get(house, "/window-kinds/visa/comparison", params=MONTHS)
    assert [each["code"] for each in visas["windows"]] == ["visas"]
    assert visas["measures"][0]["differences"] == []

    june = TABLE.replace("2014-05", "2014-06").replace("20.5", "10")
    await send(house, june.replace("2014年5月", "2014-06").replace("2014/5", "2014-06"))
    over_time = await get(house, "/windows/north/comparison", params=MONTHS)
    (change,) = over_time["measures"][0]["differences"]
    assert (change["lower"], change["higher"]) == ("2014-06", "2014-05")


async def test_a_window_of_one_post_is_not_compared(house: House) -> None:
    await send(house, TABLE)
    posts = await get(house, "/windows/north/posts")
    await post(house, f"window-posts/{posts[0]['id']}/close")
    found = await get(house, "/window-kinds/marriage/comparison", params=MONTHS)
    (north,) = [each for each in found["measures"][0]["windows"] if each["code"] == "north"]
    assert (north["status"], north["mean"]) == ("one_post", None)
    assert found["measures"][0]["differences"] == []
    over_time = await get(house, "/windows/north/comparison", params=MONTHS)
    assert {each["status"] for each in over_time["measures"][0]["windows"]} == {"one_post"}


@on_sqlite
async def test_faults_are_told_by_row_and_nothing_is_stored(house: House) -> None:
    table = f"""{HEAD}
north,2014-05,900,300,20,9,200,4.6,0.6
north,2014-05,900,300,20,9,200,4.6,0.6
nobody,2014-05,1,,,,,,
south,2014-07,1,,,,,,
south,五月,1,,,,,,
south,2014-04,100,300,20,9,0,,
south,2014-03,100,50,,9,60,5.6,0.6
south,2014-02,很多,,,,,,
"""
    for language, word in (("zh-CN", "月份"), ("en", "month")):
        said = await send(house, table, headers={"Accept-Language": language})
        assert not said["is_stored"]
        codes = {each["row"]: {one["code"] for one in each["faults"]} for each in said["faulty"]}
        assert codes == {
            3: {"cell_repeated"},
            4: {"window_not_yours"},
            5: {"month_ahead"},
            6: {"cell_not_a_month"},
            7: {"more_than_served"},
            8: {"mean_missing", "invalid.less_than_equal"},
            9: {"cell_not_a_number"},
        }
        (fault,) = said["faulty"][3]["faults"]
        assert (fault["column"], fault["value"]) == ("B", "五月")
        assert word in fault["rule"].lower() + fault["label"].lower()
        assert fault["remedy"]
    assert (await get(house, "/window-figures"))["total"] == 0
    missing = await send(house, "代码,办件量\nnorth,1\n", status=422)
    assert missing["code"] == "figure_columns_missing"
    assert "月份" in missing["detail"]


async def test_a_leader_enters_the_own_windows_and_reads_no_others_rows(house: House) -> None:
    mixed = await send(house, TABLE, headers=LEADER)
    assert [each["row"] for each in mixed["faulty"]] == [5]
    await send(house, f"{HEAD}\neast,2014-05,1,,,,,,\n", status=403, headers=LEADER)
    assert (
        await send(
            house, TABLE.replace("east", "north", 1).replace("2014/5", "2014-04"), headers=LEADER
        )
    )["is_stored"]
    await send(house, f"{HEAD}\neast,2014-05,1,,,,,,\n")
    assert (await get(house, "/window-figures", headers=LEADER))["total"] == 4
    assert (await get(house, "/window-figures"))["total"] == 5
    answer = await house.client.get(
        "/api/catalog/window-figures/template.xlsx", headers=LEADER | {"Accept-Language": "zh-CN"}
    )
    rows = records_of(answer.content)
    assert [each["窗口代码"] for each in rows] == ["north", "south", "visas"]
    answer = await house.client.get("/api/catalog/window-figures.xlsx")
    again = await house.client.post("/api/catalog/window-figures/import", content=answer.content)
    assert again.json()["unchanged"] == 5, "what was exported can be imported"
    assert len(rows_of(answer.content)) == 6
    await get(house, "/window-kinds/nothing/comparison", 404, params=MONTHS)
    reversed_months = {"first_month": "2014-06", "last_month": "2014-05"}
    await get(house, "/windows/north/comparison", 422, params=reversed_months)
