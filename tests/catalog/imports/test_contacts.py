"""Tables that also say whom one may call: of the entry of a row, one contact, who is added or corrected."""

from typing import Any

import pytest

from tests.catalog.imports.tables import AGENCIES, bring_in, rows_of, send, settled, start
from tests.support.house import House
from tests.support.workbooks import Cell, xlsx

HEADINGS: list[Cell] = ["代码", "名称", "英文名称", "联系人", "职务", "办公电话", "联系电话"]
BUREAU: list[Cell] = ["bureau", "卫生局", "Health Bureau"]
LIN: list[Cell] = ["林志远", "联络员", "0577-65812345", 13800138000.0]


def table(*contacts: list[Cell]) -> list[Any]:
    return [HEADINGS, *([*BUREAU, *contact] for contact in contacts)]


async def contacts(house: House) -> list[Any]:
    asked = {"holder": "agency", "code": "bureau"}
    found: list[Any] = (await house.client.get("/api/catalog/contacts", params=asked)).json()
    return found


async def number(house: House, contact_id: str) -> str:
    path = f"/api/catalog/contacts/{contact_id}/reveal"
    return str((await house.client.post(path, json={"field": "mobile_phone"})).json()["number"])


async def test_a_contact_comes_with_the_entry_and_again_unchanged(catalog: House) -> None:
    made = await send(catalog, "agencies", xlsx(table(LIN)))
    assert set(made["columns"]) == {
        *("code", "name", "name_en"),
        *("contact_name", "contact_duty", "contact_office_phone", "contact_mobile_phone"),
    }
    (row,) = await rows_of(catalog, made)
    shown = {change["field"]: change["after"] for change in row["changes"]}
    assert shown["contact_mobile_phone"] == "138****8000"
    await start(catalog, made)
    assert (await settled(catalog, made))["state"] == "done"
    (contact,) = await contacts(catalog)
    assert (contact["name"], contact["duty"]) == ("林志远", "联络员")
    assert await number(catalog, contact["id"]) == "13800138000"
    again = await send(catalog, "agencies", xlsx(table(LIN)))
    assert again["counts"]["unchanged"] == 1


async def test_who_is_known_by_name_is_corrected_and_another_added(catalog: House) -> None:
    await bring_in(catalog, "agencies", table(LIN))
    made = await send(catalog, "agencies", xlsx(table(["林志远", "", "", "13900139000"])))
    (row,) = await rows_of(catalog, made)
    assert [(each["field"], each["before"], each["after"]) for each in row["changes"]] == [
        ("contact_mobile_phone", "138****8000", "139****9000")
    ]
    await start(catalog, made)
    await settled(catalog, made)
    (contact,) = await contacts(catalog)
    assert (contact["duty"], contact["office_phone"]) == ("联络员", "057****2345"), (
        "empty: it stays"
    )
    assert await number(catalog, contact["id"]) == "13900139000"
    await bring_in(catalog, "agencies", table(["陈晓", "站长", "", "13700137000"]))
    assert [each["name"] for each in await contacts(catalog)] == ["林志远", "陈晓"]


async def test_a_table_without_such_columns_or_with_empty_ones_leaves_contacts_alone(
    catalog: House,
) -> None:
    await bring_in(catalog, "agencies", table(LIN))
    before = await contacts(catalog)
    for rows in (AGENCIES, table(["", "", "", ""])):
        assert (await send(catalog, "agencies", xlsx(rows)))["counts"]["unchanged"] == 1
    exported = await catalog.client.get("/api/catalog/agencies.xlsx")
    assert (await send(catalog, "agencies", exported.content))["counts"]["unchanged"] == 1
    assert await contacts(catalog) == before


@pytest.mark.parametrize(
    ("contact", "field", "code"),
    [
        (["林志远", "", "", "138****8000"], "contact_mobile_phone", "phone_masked"),
        (["林志远", "", "０５７７＊＊＊２３４５", ""], "contact_office_phone", "phone_masked"),
        (["林志远", "", "", "12345"], "contact_mobile_phone", "phone_malformed"),
        (["", "", "", "13800138000"], "contact_name", "cell_needed"),
        (["林志远", "", "", ""], "contact_mobile_phone", "contact_without_phone"),
        (["林" * 81, "", "", "13800138000"], "contact_name", "invalid.string_too_long"),
        (
            ["林志远", "电话13800138000", "", "13800138000"],
            "contact_duty",
            "invalid.personal_data_public",
        ),
    ],
)
async def test_a_faulty_contact_is_named(
    catalog: House, contact: list[Cell], field: str, code: str
) -> None:
    made = await send(catalog, "agencies", xlsx(table(contact)))
    (row,) = await rows_of(catalog, made)
    assert [(fault["field"], fault["code"]) for fault in row["faults"]] == [(field, code)]
    assert row["faults"][0]["remedy"]


async def test_contacts_that_changed_since_the_preview_are_looked_at_again(catalog: House) -> None:
    await bring_in(catalog, "agencies", table(LIN))
    made = await send(catalog, "agencies", xlsx(table(["林志远", "站长", "", "13900139000"])))
    (contact,) = await contacts(catalog)
    await catalog.client.post(f"/api/catalog/contacts/{contact['id']}/remove")
    await start(catalog, made)
    over = await settled(catalog, made)
    assert over["state"] == "draft"
    assert [each["state"] for each in await contacts(catalog)] == ["ended"]
