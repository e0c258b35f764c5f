"""A form on which a clerk orders without a network: fetched, filled in, checked, brought in once."""

import asyncio
from io import BytesIO

import pytest

from shared.contracts.requests import ServiceOrdered
from shared.kernel.access import Role
from shared.sheets.reading import read_table
from tests.requests.order_forms.forms import (
    APPLIANCES,
    CLINIC,
    LAW,
    ask,
    enter,
    form,
    orders_of,
    preview,
)
from tests.requests.township import CAMPAIGN, GAOLOU
from tests.support.house import House
from tests.support.tokens import bearer
from tests.support.workbooks import Cell, xlsx

BLANK = "/api/requests/editions/summer-2014/order-form.xlsx"


async def test_rows_of_one_place_become_one_order_that_came_on_paper(requests: House) -> None:
    filled = form(CLINIC, LAW, APPLIANCES)
    said = await preview(requests, filled)
    (one,) = said["orders"]
    assert [line["item_code"] for line in one["lines"]] == ["clinic", "law-advice"]
    assert (one["wished_on"], one["number"]) == (["2014-06-28", "2014-06-29"], None)
    assert await orders_of(requests) == []
    (made,) = await enter(requests, filled)
    assert made == {"number": "2014-0001", "place": "文化礼堂", "is_new": True}
    (order,) = await orders_of(requests)
    assert (order["state"], order["assisted_how"], order["assisted_for"]) == (
        "submitted",
        "paper",
        "陈主任",
    )
    assert [line["expected_attendance"] for line in order["lines"]] == [120, 40]
    assert order["lines"][1]["remark"] == "请带宣传册"
    events = await requests.published("requests")
    assert [type(event) for event in events] == [ServiceOrdered]


async def test_the_same_form_twice_makes_no_second_order(requests: House) -> None:
    filled = form(CLINIC, LAW)
    await enter(requests, filled)
    said = await preview(requests, filled)
    assert said["orders"][0]["number"] == "2014-0001"
    # Saved anew, with its rows in another order and one order more.
    more: list[Cell] = ["appliances", "", 30, "", "", "老年活动中心", "", "", ""]
    first: list[Cell] = ["law-advice", "", 40, *CLINIC[3:8], "请带宣传册"]
    again = await enter(requests, form(more, first, [*CLINIC[:3], *[""] * 6]))
    assert [(one["number"], one["is_new"]) for one in again] == [
        ("2014-0002", True),
        ("2014-0001", False),
    ]
    assert len(await orders_of(requests)) == 2


async def test_two_who_bring_the_same_form_in_at_once_make_one_order(requests: House) -> None:
    answers = await asyncio.gather(*(ask(requests, "", form(CLINIC)) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(await orders_of(requests)) == 1
    (made,) = await enter(requests, form(CLINIC))
    assert not made["is_new"]


async def test_a_fetched_form_says_what_it_is_for_and_comes_back_as_it_was(requests: House) -> None:
    answer = await requests.client.get(
        BLANK, params={"campaign_id": CAMPAIGN, "township_code": GAOLOU}
    )
    assert answer.status_code == 200, answer.text
    assert "UTF-8''" in answer.headers["content-disposition"]
    table = await read_table(answer.content)
    assert [list(row[:3]) for row in table.rows[1:4]] == [
        ["目录版次", "summer-2014", "2014年夏季菜单"],
        ["活动", CAMPAIGN, "红七月、服务月"],
        ["镇街", GAOLOU, "高楼镇"],
    ]
    nothing = await ask(requests, "/preview", answer.content)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "form_without_orders")
    rows = [list(row) for row in table.rows]
    rows[7][2:6] = ["50", "", "", "文化礼堂"]
    said = await preview(requests, xlsx(rows))
    assert [line["item_code"] for line in said["orders"][0]["lines"]] == ["clinic"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_form_is_fetched_in_either_language_and_read_in_both(
    requests: House, language: str
) -> None:
    answer = await requests.client.get(
        BLANK, params={"campaign_id": CAMPAIGN}, headers={"Accept-Language": language}
    )
    rows = [list(row) for row in (await read_table(answer.content)).rows]
    rows[3][2] = "高楼镇"
    rows[8][2:6] = ["50", "2014-06-30", "", "文化礼堂"]
    said = await preview(requests, xlsx(rows))
    assert said["township_code"] == GAOLOU
    assert [line["item_code"] for line in said["orders"][0]["lines"]] == ["law-advice"]


FAULTS: list[tuple[list[Cell], str, str, str]] = [
    (["clinic", "", "若干", "", "", "礼堂", "", "", ""], "C", "若干", "cell_not_a_number"),
    (["clinic", "", 0, "", "", "礼堂", "", "", ""], "C", "0", "invalid.greater_than_equal"),
    (["clinic", "", "", "", "", "礼堂", "", "", ""], "C", "", "cell_needed"),
    (["clinic", "", 5, "", "", "", "", "", ""], "F", "", "cell_needed"),
    (["clinic", "", 5, "7月3日", "", "", "", "", ""], "F", "", "form_place_needed"),
    (["clinic", "", 5, "下周三", "", "礼堂", "", "", ""], "D", "下周三", "cell_not_a_day"),
    (["clinic", "", 5, "6月31日", "", "礼堂", "", "", ""], "D", "6月31日", "cell_not_a_day"),
    (
        ["clinic", "", 5, "7月3日", "7月3日", "礼堂", "", "", ""],
        *("E", "7月3日", "day_wished_and_ruled_out"),
    ),
    (["no-such", "", 5, "", "", "礼堂", "", "", ""], "A", "no-such", "form_item_unknown"),
    (["", "没有的项目", 5, "", "", "礼堂", "", "", ""], "A", "", "form_item_unknown"),
    (["", "", 5, "", "", "礼堂", "", "", ""], "A", "", "cell_needed"),
    (
        ["clinic", "", 5, "", "", "电话13800138000", "", "", ""],
        *("F", "电话13800138000", "invalid.personal_data_public"),
    ),
    (["clinic", "", 5, "", "", "礼堂", "", "65812345", ""], "G", "", "phone_without_contact"),
    (["clinic", "", 5, "", "", "礼堂", "陈", "12", ""], "H", "12", "phone_malformed"),
    (["clinic", "", 5, "", "", "礼堂", "", "", "#REF!"], "I", "#REF!", "cell_formula_failed"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("row", "column", "value", "code"), FAULTS, ids=lambda it: str(it)[:20])
async def test_a_fault_is_named_with_row_column_value_rule_and_remedy(
    requests: House, row: list[Cell], column: str, value: str, code: str, language: str
) -> None:
    said = await preview(requests, form(row), headers={"Accept-Language": language})
    (faulty,) = said["faulty"]
    fault = next(one for one in faulty["faults"] if one["code"] == code)
    assert (faulty["row"], fault["column"], fault["value"]) == (8, column, value)
    assert fault["rule"]
    assert fault["remedy"]
    assert "{" not in fault["rule"] + fault["remedy"]
    assert said["orders"] == []
    refused = await ask(requests, "", form(CLINIC, row))
    assert (refused.status_code, refused.json()["code"]) == (409, "form_has_faults")
    assert await orders_of(requests) == []


async def test_rows_are_seen_together(requests: House) -> None:
    differs: list[Cell] = ["law-advice", "", 4, *CLINIC[3:6], "林主任", "", ""]
    said = await preview(requests, form(CLINIC, CLINIC, differs))
    assert [(row["row"], row["faults"][0]["code"]) for row in said["faulty"]] == [
        (9, "cell_repeated"),
        (10, "form_contact_differs"),
    ]


async def test_what_may_be_a_mistake_is_shown_and_asked(requests: House) -> None:
    past: list[Cell] = ["clinic", "", 5, "6月1日", "", "礼堂", "陈", "", "打 13800138000"]
    said = await preview(requests, form(past))
    (one,) = said["orders"]
    assert {(each["row"], each["code"], each["label"]) for each in one["questions"]} == {
        (8, "day_in_the_past", "希望日期"),
        (8, "personal_data_in_text", "备注"),
    }
    asked = await ask(requests, "", form(past))
    assert asked.status_code == 409
    assert {(each["code"], each["field"]) for each in asked.json()["errors"]} == {
        ("day_in_the_past", "rows[7].wished_on"),
        ("personal_data_in_text", "rows[7].remark"),
    }
    assert await orders_of(requests) == []
    codes = ["day_in_the_past", "personal_data_in_text"]
    await enter(requests, form(past), confirm=codes)
    assert len(await orders_of(requests)) == 1


async def test_an_order_like_one_under_way_is_asked_about(requests: House) -> None:
    await enter(requests, form(CLINIC))
    another: list[Cell] = ["clinic", "", 80, *CLINIC[3:6], "", "", ""]
    asked = await ask(requests, "", form(another))
    assert [each["code"] for each in asked.json()["errors"]] == ["order_like_another"]
    await enter(requests, form(another), confirm=["order_like_another"])
    assert len(await orders_of(requests)) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"edition": "no-such"}, "form_edition_unknown"),
        ({"campaign": "no-such"}, "form_campaign_unknown"),
        ({"township": "没有的镇"}, "form_township_unknown"),
        ({"township": ""}, "form_without_township"),
    ],
)
async def test_what_its_head_lacks_is_said(
    requests: House, changes: dict[str, str], code: str
) -> None:
    answer = await ask(requests, "/preview", form(CLINIC, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_officer_brings_in_the_own_township_s_forms_only(requests: House) -> None:
    own = bearer(Role.OFFICER, township_code=GAOLOU) | {"Accept-Language": "zh-CN"}
    other = bearer(Role.OFFICER, township_code="330381122000")
    refused = await ask(requests, "", form(CLINIC), headers=other)
    assert refused.status_code == 403
    wrong = await ask(requests, "", form(CLINIC), township_code="330381122000", headers=own)
    assert wrong.json()["code"] == "form_other_township"
    (made,) = await enter(requests, form(CLINIC, township="高楼镇"), headers=own)
    assert made["is_new"]


async def test_a_file_that_is_no_form_is_refused_in_words(requests: House) -> None:
    table = await ask(requests, "/preview", xlsx([["名称", "人数"], ["某队", 5]]))
    assert table.json()["code"] == "form_columns_missing"
    noise = await ask(requests, "/preview", BytesIO(b"%PDF-1.7\0").getvalue())
    assert noise.json()["code"] == "sheet_kind_unknown"
