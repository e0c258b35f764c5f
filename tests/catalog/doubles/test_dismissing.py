"""Likely doubles that are two: said once, kept with who and when, and proposed again for another reason."""

from typing import Any

from tests.catalog.corps import NAMES, put
from tests.support.house import House

PATH = "/api/catalog/doubles"


async def listed(corps: House, kind: str = "agencies") -> list[dict[str, Any]]:
    return list((await corps.client.get(PATH)).json()[kind])


async def say(corps: House, step: str, kind: str, pair: dict[str, Any], status: int = 200) -> Any:
    body = {"kind": kind, "code": pair["code"], "other_code": pair["other_code"]}
    if step == "dismiss":
        body["basis"] = pair["basis"]
    answer = await corps.client.post(f"{PATH}/{step}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_two_are_two_until_something_else_speaks_for_one(corps: House) -> None:
    await put(corps, "agencies/other", {"name": "卫 生 局（ 重 复）", "name_en": "x"})
    await put(corps, "agencies/sounds", {"name": "围生局", "name_en": "x"})
    (pair,) = await listed(corps)
    assert (pair["code"], pair["dismissed"]) == ("sounds", None)
    for _ in range(2):
        await say(corps, "dismiss", "agency", pair)
    (pair,) = await listed(corps)
    assert pair["dismissed"]["by"]
    assert pair["dismissed"]["on"] == "2014-06-27"

    # What is no matter for it changes nothing; another name does.
    await put(corps, "agencies/sounds", {"name": "围生局", "name_en": "another"})
    assert (await listed(corps))[0]["dismissed"]
    await put(corps, "agencies/sounds", {"name": "卫生局", "name_en": "another"})
    (again,) = await listed(corps)
    assert (again["reasons"], again["dismissed"]) == (["same_name"], None)
    refused = await say(corps, "dismiss", "agency", pair, status=409)
    assert refused["code"] == "double_changed"
    assert "重新载入" in refused["remedy"]
    await say(corps, "dismiss", "agency", again)
    assert (await listed(corps))[0]["dismissed"]

    # It is taken back, once or twice.
    for _ in range(2):
        await say(corps, "restore", "agency", again)
    assert (await listed(corps))[0]["dismissed"] is None


async def test_those_that_wait_come_before_those_that_are_two(corps: House) -> None:
    await put(corps, "teams/clinic-three", NAMES | {"agency_code": "bureau", "members": 5})
    pairs = await listed(corps, "teams")
    assert [pair["code"] for pair in pairs] == ["clinic-two", "health"]
    await say(corps, "dismiss", "team", pairs[0])
    after = await listed(corps, "teams")
    assert [(pair["code"], pair["dismissed"] is None) for pair in after] == [
        ("health", True),
        ("clinic-two", False),
    ]


async def test_only_a_pair_is_dismissed(corps: House) -> None:
    nobody = {"code": "health", "other_code": "bureau", "basis": "0"}
    assert (await say(corps, "dismiss", "team", nobody, status=409))["code"] == "double_changed"
