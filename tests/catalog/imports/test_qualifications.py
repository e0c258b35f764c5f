"""A table of volunteers' qualifications: what it would grant is shown with its faults, and granted as a whole."""

from typing import Any

import pytest

from shared.contracts.catalog import QualificationGranted
from tests.catalog.corps import ITEM, enter_corps, put
from tests.catalog.imports.tables import NOTHING, rows_of, send, settled, start
from tests.support.house import House
from tests.support.workbooks import Cell, xlsx

HEAD: list[Cell] = ["编号", "姓名", "证书", "发证日期", "有效期至"]
LICENCE = "执业医师证"


async def volunteer(house: House, name: str) -> str:
    body = {
        "team_code": "health",
        "name": name,
        "phone": f"1380000{1000 + len(name)}",
        "consent_at": "2014-06-02T09:00:00+08:00",
        "consent_version": "v1",
    }
    made = await house.client.post("/api/catalog/volunteers", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["no"])


@pytest.fixture
async def corps(catalog: House) -> House:
    await enter_corps(catalog)
    await put(catalog, "items/licensed", ITEM | {"name": "内科门诊", "qualification": LICENCE})
    return catalog


async def held(house: House, no: str) -> list[tuple[str, str, str | None]]:
    answer = await house.client.get(f"/api/catalog/volunteers/{no}/qualifications")
    return [(one["name"], one["granted_on"], one["expires_on"]) for one in answer.json()]


async def import_of(house: House, *rows: list[Cell]) -> Any:
    return await send(house, "qualifications", xlsx([HEAD, *rows]))


async def test_a_table_grants_them_as_a_whole(corps: House) -> None:
    lin, chen = await volunteer(corps, "林晓燕"), await volunteer(corps, "陈国平四")
    made = await import_of(
        corps,
        [lin.lower(), "林晓燕", " 执业医师证 ", "2010年6月1日", "2099-5-31"],
        [chen, "陈国平", LICENCE, "2011.3.4", "长期"],
    )
    assert made["columns"] == {
        "volunteer_no": 0,
        "qualification": 2,
        "granted_on": 3,
        "expires_on": 4,
    }
    assert made["counts"] == NOTHING | {"new": 2}
    assert await held(corps, lin) == []
    await start(corps, made)
    assert (await settled(corps, made))["state"] == "done"
    assert await held(corps, lin) == [(LICENCE, "2010-06-01", "2099-05-31")]
    assert await held(corps, chen) == [(LICENCE, "2011-03-04", None)]
    granted = [
        event
        for event in await corps.published("catalog")
        if isinstance(event, QualificationGranted)
    ]
    assert {event.volunteer_no for event in granted} == {lin, chen}
    again = await import_of(
        corps,
        [lin, "", LICENCE, "2010-06-01", "2099-05-31"],
        [chen, "", LICENCE, "2011-03-04", "2098-01-01"],
    )
    assert again["counts"] == NOTHING | {"unchanged": 1, "changed": 1}
    (changed,) = await rows_of(corps, again, outcome="changed")
    assert [(one["field"], one["before"], one["after"]) for one in changed["changes"]] == [
        ("expires_on", "", "2098-01-01")
    ]


async def test_faults_are_said_by_the_forms_rules(corps: House) -> None:
    lin = await volunteer(corps, "林晓燕")
    made = await import_of(
        corps,
        ["V-999999", "", LICENCE, "2010-06-01", ""],
        [lin, "", "驾驶证", "2010-06-01", ""],
        [lin, "", LICENCE, "2014-07-01", ""],
        [lin, "", LICENCE, "2010-06-01", "2009-01-01"],
        [lin, "", LICENCE, "2010-06-01", "2011-01-01"],
        ["", "", LICENCE, "某日", ""],
        ["林晓燕", "", LICENCE, "", ""],
    )
    assert made["counts"] == NOTHING | {"faulty": 7}
    rows = await rows_of(corps, made)
    said = [[fault["code"] for fault in row["faults"]] for row in rows]
    assert said[0] == ["unknown_code"]
    assert said[1] == ["qualification_unknown"]
    assert "granted_ahead" in said[2]
    assert said[3][0] == "qualification_ends_first"
    assert said[4][0] == "qualification_over"
    assert set(said[5]) == {"cell_needed", "cell_not_a_day"}
    assert said[6][0].startswith("invalid.")
    for row in rows:
        for fault in row["faults"]:
            assert fault["rule"], fault
            assert fault["remedy"], fault
            assert "{" not in fault["rule"] + fault["remedy"]


async def test_one_row_of_two_about_the_same_is_left_out(corps: House) -> None:
    lin = await volunteer(corps, "林晓燕")
    made = await import_of(
        corps,
        [lin, "", LICENCE, "2010-06-01", ""],
        [lin, "", LICENCE, "2011-06-01", ""],
    )
    assert made["counts"] == NOTHING | {"new": 1, "faulty": 1}
    left = await corps.client.post(
        f"/api/catalog/imports/{made['id']}/left-out", json={"row": 3, "left_out": True}
    )
    assert left.json()["counts"] == NOTHING | {"new": 1, "left_out": 1}


async def test_what_changed_meanwhile_is_shown_before_anything_is_granted(corps: House) -> None:
    lin = await volunteer(corps, "林晓燕")
    made = await import_of(corps, [lin, "", LICENCE, "2010-06-01", ""])
    granted = await corps.client.post(
        f"/api/catalog/volunteers/{lin}/qualifications",
        json={"qualification": LICENCE, "granted_on": "2012-01-01", "expires_on": None},
    )
    assert granted.status_code in (200, 201), granted.text
    await start(corps, made)
    again = await settled(corps, made)
    assert (again["state"], again["counts"]) == ("draft", NOTHING | {"changed": 1})
    assert await held(corps, lin) == [(LICENCE, "2012-01-01", None)]
