"""A row that looks like an entry which is there under another code is shown so; the person goes on or leaves it out."""

from typing import Any

import pytest

from tests.catalog.imports.tables import (
    AGENCIES,
    NOTHING,
    bring_in,
    rows_of,
    send,
    settled,
    start,
)
from tests.support.house import House
from tests.support.workbooks import Cell, xlsx

CREDIT = "11330381MB1A00012J"
HEAD: list[Cell] = ["代码", "名称", "英文名称", "统一社会信用代码"]
TOWNSHIP_HEAD: list[Cell] = ["代码", "名称", "英文名称", "纬度", "经度"]


async def leave_out(house: House, made: Any, row: int, *, left_out: bool = True) -> Any:
    return await house.client.post(
        f"/api/catalog/imports/{made['id']}/left-out", json={"row": row, "left_out": left_out}
    )


@pytest.mark.parametrize(
    ("name", "credit", "reasons"),
    [
        ("（卫生局）", "", ["same_name"]),
        ("卫升局", "", ["same_sound"]),
        ("卫生健康局", CREDIT, ["same_credit_code"]),
    ],
)
async def test_an_agency_that_is_there_under_another_code_is_shown(
    catalog: House, name: str, credit: str, reasons: list[str]
) -> None:
    await bring_in(catalog, "agencies", [HEAD, ["bureau", "卫生局", "Health Bureau", CREDIT]])
    made = await send(
        catalog,
        "agencies",
        xlsx([HEAD, ["other", name, "X", credit], ["court", "法院", "Court", ""]]),
    )
    assert made["counts"] == NOTHING | {"alike": 1, "new": 1}
    (alike,) = await rows_of(catalog, made, outcome="alike")
    assert alike["alike"] == [{"code": "bureau", "name": "卫生局", "reasons": reasons}]


async def test_so_are_townships_teams_and_items(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(
        catalog, "townships", [TOWNSHIP_HEAD, ["330381125000", "高楼镇", "Gaolou", 27.8, 120.2]]
    )
    await bring_in(catalog, "categories", [["代码", "名称"], ["welfare", "民生"]])
    teams: list[list[Cell]] = [
        ["代码", "服务队名称", "所属单位", "人数"],
        ["health", "医疗队", "bureau", 12],
    ]
    await bring_in(catalog, "teams", teams)
    items: list[list[Cell]] = [
        ["代码", "名称", "类别代码", "服务队代码", "所需志愿者人数", "每人服务分钟数"],
        ["clinic", "义诊", "welfare", "health", 3, 10],
    ]
    await bring_in(catalog, "items", items)
    tables: tuple[tuple[str, list[list[Cell]]], ...] = (
        ("townships", [TOWNSHIP_HEAD, ["330381999000", "高 楼 镇", "Gaolou", 27.8, 120.2]]),
        ("teams", [teams[0], ["health-2", "医疗对", "bureau", 3]]),
        ("items", [items[0], ["clinic-2", "〔义诊〕", "welfare", "health", 3, 10]]),
    )
    for about, rows in tables:
        made = await send(catalog, about, xlsx(rows))
        (alike,) = await rows_of(catalog, made)
        assert (alike["outcome"], len(alike["alike"])) == ("alike", 1)


async def test_the_person_goes_on(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    made = await send(catalog, "agencies", xlsx([HEAD, ["other", "卫升局", "X", ""]]))
    await start(catalog, made)
    assert (await settled(catalog, made))["state"] == "done"
    listed = (await catalog.client.get("/api/catalog/agencies")).json()["items"]
    assert [each["code"] for each in listed] == ["bureau", "other"]


async def test_or_leaves_the_row_out(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    table = xlsx([HEAD, ["other", "卫升局", "X", ""], ["court", "法院", "Court", ""]])
    made = await send(catalog, "agencies", table)
    for _ in range(2):
        left = await leave_out(catalog, made, 2)
        assert left.json()["counts"] == NOTHING | {"new": 1, "left_out": 1}
    taken = await leave_out(catalog, made, 2, left_out=False)
    assert taken.json()["counts"] == NOTHING | {"new": 1, "alike": 1}
    await leave_out(catalog, made, 2)
    mapped = await catalog.client.post(
        f"/api/catalog/imports/{made['id']}/columns", json={"columns": made["columns"]}
    )
    assert mapped.json()["counts"] == NOTHING | {"new": 1, "left_out": 1}
    await start(catalog, made)
    done = await settled(catalog, made)
    assert (done["state"], done["counts"]) == ("done", NOTHING | {"new": 1, "left_out": 1})
    listed = (await catalog.client.get("/api/catalog/agencies")).json()["items"]
    assert [each["code"] for each in listed] == ["bureau", "court"]
    late = await leave_out(catalog, made, 3)
    assert late.status_code == 409


async def test_of_two_rows_about_one_entry_one_is_left_out(catalog: House) -> None:
    made = await send(
        catalog, "agencies", xlsx([HEAD, ["a", "卫生局", "A", ""], ["a", "法院", "B", ""]])
    )
    assert made["counts"] == NOTHING | {"new": 1, "faulty": 1}
    left = await leave_out(catalog, made, 3)
    assert left.json()["counts"] == NOTHING | {"new": 1, "left_out": 1}


async def test_a_row_that_the_file_has_not_is_refused(catalog: House) -> None:
    made = await send(catalog, "agencies", xlsx(AGENCIES))
    refused = await leave_out(catalog, made, 9)
    assert (refused.status_code, refused.json()["code"]) == (422, "import_row_unknown")


async def test_one_that_is_entered_meanwhile_is_shown_before_anything_is_written(
    catalog: House,
) -> None:
    made = await send(catalog, "agencies", xlsx([HEAD, ["other", "卫升局", "X", ""]]))
    assert made["counts"] == NOTHING | {"new": 1}
    await bring_in(catalog, "agencies", AGENCIES)
    await start(catalog, made)
    again = await settled(catalog, made)
    assert (again["state"], again["counts"]) == ("draft", NOTHING | {"alike": 1})
