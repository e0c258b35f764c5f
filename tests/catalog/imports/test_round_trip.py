"""What a list is exported as imports again, and changes nothing."""

from typing import Any

import pytest

from tests.catalog.corps import ITEM, NAMES, put
from tests.catalog.imports.tables import NOTHING, bring_in, rows_of, send
from tests.support.house import House
from tests.support.workbooks import xlsx

GAOLOU, HULING = "330381125000", "330381122000"
CENTRE: dict[str, Any] = {"lat": 27.8136, "lon": 120.2775}
OFFICES = {
    "population": 52_318,
    "area_km2": 161.5,
    "valid_from": "2011-04-01",
    "valid_to": "2030-12-31",
}
ENTRIES: dict[str, dict[str, Any]] = {
    "agencies/bureau": NAMES | {"credit_code": "11330381MB1A00012J"},
    "agencies/court": {"name": "法院", "name_en": "Court"},
    "categories/welfare": {"name": "民生", "name_en": "Welfare"},
    f"townships/{GAOLOU}": CENTRE | OFFICES | {"name": "高楼镇", "name_en": "Gaolou"},
    f"townships/{HULING}": CENTRE | {"name": "湖岭镇", "name_en": "Huling", "area_km2": 30},
    "teams/health": NAMES | {"agency_code": "bureau", "members": 12, "area": [HULING, GAOLOU]},
    "teams/legal": {"name": "法律队", "name_en": "Legal", "agency_code": "court", "members": 3},
    "items/clinic": ITEM
    | {"teams": ["health", "legal"], "mode": "lecture", "township_provides": ["tables", "power"]}
    | {"qualification": "执业医师证", "risks": "暑天中暑", "notice_days": 3, "weekly_capacity": 4},
    "items/talk": ITEM | {"name": "=1+1", "residents_per_volunteer": 30},
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_an_exported_list_of_any_kind_imports_unchanged(
    catalog: House, language: str
) -> None:
    for path, body in ENTRIES.items():
        await put(catalog, path, body)
    for about in ("agencies", "categories", "townships", "teams", "items"):
        headers = {"Accept-Language": language}
        file = await catalog.client.get(f"/api/catalog/{about}.xlsx", headers=headers)
        assert file.status_code == 200, file.text
        made = await send(catalog, about, file.content, language=language)
        count = sum(path.startswith(about) for path in ENTRIES)
        same = NOTHING | {"unchanged": count}
        assert made["counts"] == same, await rows_of(catalog, made)
        fields = {field["name"] for field in made["fields"]}
        own = {name for name in fields if not name.startswith("contact_")}
        assert own == set(made["columns"]), "each field has its column; contacts leave by no file"


async def test_a_table_changes_what_offices_keep(catalog: House) -> None:
    for path, body in ENTRIES.items():
        await put(catalog, path, body)
    rows = [
        ["区划代码", "常住人口（人）", "面积", "启用日期", "停用日期"],
        [GAOLOU, "53,000人", "161.5平方公里", "2011年4月1日", ""],
    ]
    made = await bring_in(catalog, "townships", rows)
    (row,) = await rows_of(catalog, made)
    assert [(one["field"], one["before"], one["after"]) for one in row["changes"]] == [
        ("population", "52318", "53000"),
        ("valid_to", "2030-12-31", ""),
    ]
    township = (await catalog.client.get(f"/api/catalog/townships/{GAOLOU}")).json()
    assert (township["population"], township["valid_to"]) == (53_000, None)
    await bring_in(catalog, "teams", [["服务队", "服务区域"], ["法律队", "高楼镇、湖岭镇"]])
    team = (await catalog.client.get("/api/catalog/teams/legal")).json()
    assert team["area"] == [GAOLOU, HULING]
    await bring_in(catalog, "teams", [["服务队", "服务区域"], ["法律队", ""]])
    team = (await catalog.client.get("/api/catalog/teams/legal")).json()
    assert team["area"] == []


async def test_faults_of_the_new_fields_are_named_by_cell(catalog: House) -> None:
    for path, body in ENTRIES.items():
        await put(catalog, path, body)
    townships = [
        ["区划代码", "人口", "面积", "代码启用日期", "代码停用日期"],
        [GAOLOU, "很多", "-3", "2014-13-01", ""],
        [HULING, "", "", "2014-07-01", "2014-06-30"],
    ]
    found = await _faults(catalog, "townships", townships)
    assert found == [
        [
            ("B", "cell_not_a_number"),
            ("C", "invalid.greater_than"),
            ("D", "cell_not_a_day"),
        ],
        [("E", "validity_backwards")],
    ]
    agencies = [["代码", "信用代码"], ["bureau", "11330381MB1A000127"]]
    assert await _faults(catalog, "agencies", agencies) == [[("B", "invalid.credit_code")]]
    teams = [["代码", "服务区域"], ["legal", "高楼镇、马屿镇"], ["health", "高楼镇,高楼镇"]]
    assert await _faults(catalog, "teams", teams) == [
        [("B", "unknown_code")],
        [("B", "repeated_code")],
    ]


async def _faults(house: House, about: str, table: list[list[str]]) -> list[Any]:
    made = await send(house, about, xlsx(table))
    rows = await rows_of(house, made, outcome="faulty")
    assert all(fault["rule"] and fault["remedy"] for row in rows for fault in row["faults"])
    return [[(fault["column"], fault["code"]) for fault in row["faults"]] for row in rows]
