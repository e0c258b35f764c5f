"""From a file to the directory: what a coordinator sends, sees, and applies as a whole."""

from io import BytesIO
from zipfile import ZipFile

from shared.contracts.catalog import ServiceItemChanged, TeamChanged, TeamRegistered
from tests.catalog.imports.tables import (
    AGENCIES,
    NOTHING,
    TEAMS,
    bring_in,
    rows_of,
    send,
    settled,
    start,
)
from tests.support.house import House
from tests.support.workbooks import Cell, xlsx


async def test_a_table_as_offices_keep_it_becomes_teams(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    made = await send(catalog, "teams", xlsx(TEAMS))
    assert made["columns"] == {"name": 0, "agency_code": 1, "members": 2}
    assert made["counts"] == NOTHING | {"new": 2}
    assert (await catalog.client.get("/api/catalog/teams")).json()["items"] == []
    await start(catalog, made)
    assert (await settled(catalog, made))["state"] == "done"
    teams = (await catalog.client.get("/api/catalog/teams?sort=name")).json()["items"]
    assert [(team["name"], team["agency_code"], team["members"]) for team in teams] == [
        ("医疗卫生志愿服务队", "bureau", 12),
        ("法律援助志愿服务队", "bureau", 8),
    ]
    assert teams[1]["code"] == "falvyuanzhuzhiyuanfuwudui"
    events = await catalog.published("catalog")
    assert [type(event) for event in events] == [TeamRegistered, TeamRegistered]


async def test_the_same_table_again_changes_nothing_and_says_so(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    again = await send(catalog, "teams", xlsx(TEAMS))
    assert again["counts"]["unchanged"] == 2
    refused = await start(catalog, again, status=409)
    assert refused["code"] == "import_changes_nothing"


async def test_what_changes_is_shown_before_and_after(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    more: list[list[Cell]] = [
        *TEAMS[:3],
        ["医疗卫生志愿服务队", "卫生局", 20, ""],
        ["心理服务队", "卫生局", 6, ""],
    ]
    made = await send(catalog, "teams", xlsx(more))
    changed, new = await rows_of(catalog, made)
    assert (changed["row"], changed["outcome"], new["outcome"]) == (4, "changed", "new")
    assert changed["changes"] == [
        {"field": "members", "label": "队员人数", "before": "12", "after": "20"}
    ]
    await start(catalog, made)
    await settled(catalog, made)
    assert isinstance((await catalog.published("catalog"))[-2], TeamChanged | TeamRegistered)


async def test_one_faulty_row_keeps_all_rows_out(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    made = await send(catalog, "teams", xlsx([*TEAMS, ["少人的服务队", "教育局", "若干"]]))
    assert made["counts"]["faulty"] == 1
    (faulty,) = await rows_of(catalog, made, outcome="faulty")
    assert faulty["row"] == 6
    assert [(one["column"], one["value"], one["code"]) for one in faulty["faults"]] == [
        ("C", "若干", "cell_not_a_number"),
        ("B", "教育局", "unknown_code"),
    ]
    refused = await start(catalog, made, status=409)
    assert (refused["code"], "1" in refused["detail"]) == ("import_has_faults", True)
    assert (await catalog.client.get("/api/catalog/teams")).json()["items"] == []


async def test_faulty_rows_come_as_a_file_that_can_be_corrected_and_sent_again(
    catalog: House,
) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    made = await send(catalog, "teams", xlsx([*TEAMS, ["=cmd|' /C calc'!A0", "卫生局", "若干"]]))
    answer = await catalog.client.get(f"/api/catalog/imports/{made['id']}/faulty")
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet, "what begins like a formula is text"
    again = await send(catalog, "teams", answer.content)
    assert again["headings"] == ["服务队名称", "所属单位", "人数（人）", "备注", "问题与改法"]
    (row,) = await rows_of(catalog, again)
    assert row["cells"][:3] == ["=cmd|' /C calc'!A0", "卫生局", "若干"]
    assert row["cells"][4].startswith("队员人数 C：这里应填数字。")


async def test_columns_are_chosen_by_hand_where_headings_are_unusual(catalog: House) -> None:
    rows = [["甲", "乙", "丙"], ["welfare", "民生服务", "Welfare"]]
    made = await send(catalog, "categories", xlsx(rows))
    assert (made["columns"], made["counts"]["faulty"]) == ({}, 1)
    url = f"/api/catalog/imports/{made['id']}/columns"
    twice = await catalog.client.post(url, json={"columns": {"code": 0, "name": 0}})
    assert (twice.status_code, twice.json()["code"]) == (422, "import_column_twice")
    absent = await catalog.client.post(url, json={"columns": {"colour": 0, "name": 1}})
    assert absent.json()["code"] == "import_column_unknown"
    mapped = await catalog.client.post(url, json={"columns": {"code": 0, "name": 1, "name_en": 2}})
    assert mapped.json()["counts"] == NOTHING | {"new": 1}
    await start(catalog, made)
    await settled(catalog, made)
    entry = (await catalog.client.get("/api/catalog/categories/welfare")).json()
    assert entry == {"code": "welfare", "name": "民生服务", "name_en": "Welfare"}


async def test_items_name_teams_and_choices_in_words(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    await bring_in(catalog, "categories", [["代码", "名称"], ["welfare", "民生服务"]])
    await bring_in(
        catalog,
        "items",
        [
            [
                "项目名称",
                "类别",
                "服务队",
                "所需人数",
                "每人分钟数",
                "服务方式",
                "镇街提供",
                "提前天数",
            ],
            [
                "健康义诊",
                "民生服务",
                "医疗卫生志愿服务队、法律援助志愿服务队",
                2,
                5,
                "讲座",
                "桌、电源",
                "3天",
            ],
        ],
    )
    event = (await catalog.published("catalog"))[-1]
    assert isinstance(event, ServiceItemChanged)
    assert event.code == "jiankangyizhen"
    assert (event.mode, event.township_provides, event.notice_days) == (
        "lecture",
        ("tables", "power"),
        3,
    )
    assert len(event.teams) == 2


async def test_an_item_s_category_is_given_by_its_code_or_by_its_name(catalog: House) -> None:
    """A code means the entry that has it, also where another one is called so."""
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    await bring_in(
        catalog, "categories", [["代码", "名称"], ["welfare", "民生服务"], ["law", "welfare"]]
    )
    heading: list[Cell] = ["项目名称", "类别", "服务队", "所需人数", "每人分钟数"]
    team = "医疗卫生志愿服务队"
    items: list[list[Cell]] = [
        ["健康义诊", "welfare", team, 2, 5],
        ["血压测量", "民生服务", team, 2, 5],
    ]
    await bring_in(catalog, "items", [heading, *items])
    found = (await catalog.client.get("/api/catalog/items")).json()["items"]
    assert {item["name"]: item["category_code"] for item in found} == {
        "健康义诊": "welfare",
        "血压测量": "welfare",
    }
    made = await send(catalog, "items", xlsx([heading, ["理发", "beauty", team, 1, 10]]))
    assert made["counts"] == NOTHING | {"faulty": 1}
    ((fault,),) = [row["faults"] for row in await rows_of(catalog, made)]
    assert (fault["field"], fault["code"]) == ("category_code", "unknown_code")
    assert "beauty" in fault["rule"]


async def test_what_a_table_leaves_out_stays_as_it_is(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    await bring_in(catalog, "teams", [["服务队", "人数"], ["医疗卫生志愿服务队", 30]])
    (team,) = (await catalog.client.get("/api/catalog/teams?q=医疗")).json()["items"]
    assert (team["agency_code"], team["members"]) == ("bureau", 30)


async def test_a_township_code_that_excel_rounded_is_refused_and_one_as_a_number_is_not(
    catalog: House,
) -> None:
    rows: list[list[Cell]] = [
        ["区划代码", "镇街名称", "纬度", "经度"],
        [330381125000.0, "高楼镇", 27.8, 120.3],
    ]
    text = "区划代码,镇街名称,纬度,经度\n3.30381E+11,高楼镇,27.8,120.3\n"
    made = await send(catalog, "townships", xlsx(rows))
    assert made["counts"]["new"] == 1
    lost = await send(catalog, "townships", text.encode("gb18030"), language="en")
    (row,) = await rows_of(catalog, lost, language="en")
    assert [fault["code"] for fault in row["faults"]] == ["cell_digits_lost"]
    assert row["faults"][0]["remedy"].startswith("Format the column as text")


async def test_an_import_that_is_given_up_changes_nothing(catalog: House) -> None:
    made = await send(catalog, "agencies", xlsx(AGENCIES))
    url = f"/api/catalog/imports/{made['id']}"
    assert (await catalog.client.post(f"{url}/cancel")).json()["state"] == "cancelled"
    refused = await start(catalog, made, status=409)
    assert refused["code"] == "illegal_transition"
    assert (await catalog.client.get("/api/catalog/agencies")).json()["items"] == []


async def test_a_file_that_is_no_table_is_refused_in_words(catalog: House) -> None:
    answer = await catalog.client.post(
        "/api/catalog/imports?about=teams",
        content=b"%PDF-1.7\0",
        headers={"Accept-Language": "zh-CN"},
    )
    assert answer.status_code == 422
    assert answer.json()["title"] == "这不是表格文件"
    only = await catalog.client.post("/api/catalog/imports?about=teams", content="名称\n".encode())
    assert only.json()["code"] == "import_without_rows"


async def test_what_files_hold_is_sealed(catalog: House) -> None:
    rows = [["名称", "英文名称", "联系人", "电话"], ["卫生局", "Health", "陈一", "13800000000"]]
    made = await send(catalog, "agencies", xlsx(rows))
    (row,) = await rows_of(catalog, made)
    assert row["cells"][3] == "13800000000"
    database = catalog.services["catalog"].database
    async with database.reading() as session:
        connection = await session.connection()
        stored = (await connection.exec_driver_sql("SELECT * FROM import_row")).all()
    assert len(stored) == 1
    assert "13800000000" not in str(stored)
    assert "陈一" not in str(stored)
