"""Every kind of fault is named: row, column, value, rule and remedy, in both languages, all of a row at once."""

from typing import Any

import pytest

from services.catalog.imports.domain.columns import FIELDS
from tests.catalog.imports.tables import AGENCIES, TEAMS, bring_in, rows_of, send
from tests.support.house import OVERWRITING, House
from tests.support.workbooks import xlsx

HEADINGS = [
    *("代码", "名称", "类别", "服务队", "所需人数", "每人分钟数", "服务方式", "镇街提供"),
    *("提前天数", "每周次数", "资质要求", "风险提示"),
]
GOOD = ["", "义诊", "民生服务", "甲队", "2", "5", "摆摊", "桌子", "0", "1", "", ""]
COLUMNS = dict(zip("ABCDEFGHIJKL", HEADINGS, strict=True))

FAULTS: list[tuple[str, str, str]] = [
    ("A", "义 诊!", "invalid.string_pattern_mismatch"),
    ("A", "3.30381E+11", "cell_digits_lost"),
    ("A", "twice", "cell_repeated"),
    ("B", "", "cell_needed"),
    ("B", "同名项目", "cell_name_ambiguous"),
    ("B", "很" * 81, "invalid.string_too_long"),
    ("B", "义诊 13800138000", "invalid.personal_data_public"),
    ("B", "义\x07诊", "invalid.control_character"),
    ("B", "义\ue000诊", "invalid.unknown_character"),
    ("B", "#REF!", "cell_formula_failed"),
    ("C", "", "cell_needed"),
    ("C", "没有这一类", "unknown_code"),
    ("D", "没有这个队", "unknown_code"),
    ("D", "甲队、甲队", "repeated_code"),
    ("D", "退出的队", "team_retired"),
    ("D", "同名队", "cell_name_ambiguous"),
    ("E", "若干", "cell_not_a_number"),
    ("E", "0", "invalid.greater_than_equal"),
    ("E", "101", "invalid.less_than_equal"),
    ("F", "2.5", "invalid.int_from_float"),
    ("G", "网上", "cell_no_choice"),
    ("H", "桌子、火炉", "cell_no_choice"),
    ("H", "桌子、桌子", "repeated_code"),
    ("I", "-1", "invalid.greater_than_equal"),
    ("J", "3/周", "cell_not_a_number"),
    ("K", "证 330381199001011234", "invalid.personal_data_public"),
    ("L", "险" * 501, "invalid.string_too_long"),
]


@pytest.fixture
async def corps(catalog: House) -> House:
    await bring_in(catalog, "agencies", AGENCIES)
    names = ["甲队", "退出的队"]
    await bring_in(catalog, "teams", [*TEAMS[:3], *([name, "卫生局", 5, ""] for name in names)])
    same = [["代码", "名称", "单位", "人数"], *([f"t{n}", "同名队", "卫生局", 5] for n in (1, 2))]
    await bring_in(catalog, "teams", same)
    await bring_in(catalog, "categories", [["代码", "名称"], ["welfare", "民生服务"]])
    items = [["代码", *HEADINGS[1:6]], *([f"i{n}", "同名项目", *GOOD[2:6]] for n in (1, 2))]
    await bring_in(catalog, "items", items)
    retired = await catalog.client.post(
        "/api/catalog/teams/tuichudedui/retire", headers=OVERWRITING
    )
    assert retired.status_code == 200, retired.text
    return catalog


def table() -> list[list[Any]]:
    rows = [HEADINGS, ["twice", "先有的", *GOOD[2:]]]
    for number, (column, value, _) in enumerate(FAULTS):
        row = [*GOOD]
        row[1] = f"项目{number}"
        row["ABCDEFGHIJKL".index(column)] = value
        rows.append(row)
    return rows


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_each_kind_of_fault_in_one_file_is_named(corps: House, language: str) -> None:
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in table())
    made = await send(corps, "items", text.encode("gb18030"), language=language)
    assert made["columns"].keys() >= {"code", "name", "teams", "risks"}
    assert len({code for _, _, code in FAULTS}) + len({at for at, _, _ in FAULTS}) > 20
    rows = await rows_of(corps, made, language=language)
    assert rows[0]["faults"] == []
    for row, (column, value, code) in zip(rows[1:], FAULTS, strict=True):
        (fault,) = row["faults"]
        assert (fault["column"], fault["code"], row["outcome"]) == (column, code, "faulty"), row
        assert fault["value"] == value
        assert fault["rule"]
        assert fault["remedy"]
        assert fault["label"]
        said = fault["rule"] + fault["remedy"]
        assert "{" not in said
        assert language == "en" or any("一" <= sign <= "鿿" for sign in said)


async def test_all_faults_of_a_row_are_named_at_once(corps: House) -> None:
    worst = [cell for _, cell, _ in FAULTS]
    row = ["义 诊!", "", "没有", "没有", "若干", "9999", "网上", "火炉", "-1", "0", "", worst[-1]]
    made = await send(corps, "items", xlsx([HEADINGS, row]))
    (said,) = await rows_of(corps, made)
    assert sorted(fault["column"] for fault in said["faults"]) == list("ABCDEFGHIJL")


async def test_a_new_township_needs_its_place(catalog: House) -> None:
    made = await send(catalog, "townships", "区划代码,镇街名称\n33038112500,高楼镇\n".encode())
    (row,) = await rows_of(catalog, made)
    assert {(one["field"], one["code"], one["column"]) for one in row["faults"]} == {
        ("code", "invalid.string_pattern_mismatch", "A"),
        ("lat", "cell_needed", None),
        ("lon", "cell_needed", None),
    }


def test_every_field_of_the_forms_can_be_imported() -> None:
    from services.catalog.imports.schemas.cells import BODIES

    for about, body in BODIES.items():
        own = [one.name for one in FIELDS[about] if not one.of_contact]
        coded = [] if about in ("volunteers", "qualifications") else ["code"]
        assert own == [*coded, *body.model_fields]
