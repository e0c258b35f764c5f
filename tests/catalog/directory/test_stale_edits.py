"""A stale edit of the directory or of a volunteer's entry is refused, and told the fields that differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from shared.kernel.access import Role
from tests.support.house import House
from tests.support.tokens import bearer

NAMES = {"name": "名称", "name_en": "Name"}
DAYS = {"starts_on": "2014-06-27", "ends_on": "2014-07-16"}
TEAM: dict[str, Any] = NAMES | {"agency_code": "bureau", "members": 12}
ITEM: dict[str, Any] = NAMES | {
    "category_code": "welfare",
    "teams": ["bureau"],
    "volunteers_needed": 2,
    "minutes_per_resident": 5,
}
EDITION = {
    "title": "夏季",
    "effective_on": "2014-06-01",
    "retires_on": "2014-08-31",
    "item_codes": ["clinic"],
}
NEW = "new-one"


@dataclass(frozen=True)
class Case:
    """Something to enter under ``path``, a change of it, and how the changed fields are called."""

    path: str
    body: Mapping[str, Any]
    change: Mapping[str, Any]
    labels: tuple[str, ...]


CASES = [
    Case(f"agencies/{NEW}", NAMES, {"name": "改名"}, ("名称",)),
    Case(f"categories/{NEW}", NAMES, {"name": "改名", "name_en": "Renamed"}, ("名称", "英文名称")),
    Case("townships/330381125000", NAMES | {"lat": 27.8, "lon": 120.3}, {"lat": 27.9}, ("纬度",)),
    Case(f"teams/{NEW}", TEAM, {"name": "改名", "members": 14}, ("名称", "队员人数")),
    Case(f"items/{NEW}", ITEM, {"teams": ["bureau", "legal"]}, ("服务队",)),
    Case(f"campaigns/{NEW}", NAMES | DAYS, {"ends_on": "2014-07-31"}, ("结束日期",)),
    Case(f"editions/{NEW}", EDITION, {"retires_on": "2014-09-30"}, ("截止日期",)),
]


@pytest.fixture
async def corps(catalog: House) -> House:
    """What the cases refer to. An agency and a team have the same code, for nothing forbids it."""
    for path, body in (
        ("agencies/bureau", NAMES),
        ("categories/welfare", NAMES),
        ("teams/bureau", TEAM),
        ("teams/legal", TEAM),
        ("items/clinic", ITEM),
    ):
        assert (await catalog.client.put(f"/api/catalog/{path}", json=body)).status_code == 200
    return catalog


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path.partition("/")[0])
async def test_a_stale_edit_overwrites_nothing_and_names_what_differs(
    corps: House, case: Case
) -> None:
    url, changed = f"/api/catalog/{case.path}", {**case.body, **case.change}

    async def put(body: Mapping[str, Any], **headers: str) -> Any:
        said = {name.replace("_", "-"): value for name, value in headers.items()} | {
            "Accept-Language": "zh-CN"
        }
        return await corps.client.put(url, json=dict(body), headers=said)

    nothing = await put(case.body, If_Match='"1-0123456789abcdef"')
    assert (nothing.status_code, nothing.json()["code"]) == (412, "nothing_to_replace")
    made = await put(case.body, If_None_Match="*")
    assert made.status_code == 200, made.text
    again = await put(case.body)
    assert (again.status_code, again.headers["ETag"]) == (200, made.headers["ETag"]), (
        "the same again is no overwrite"
    )
    for body in (case.body, changed):
        there = await put(body, If_None_Match="*")
        assert (there.status_code, there.json()["code"]) == (412, "exists_already")
    unsaid = await put(changed)
    assert (unsaid.status_code, unsaid.json()["code"], unsaid.json()["field"]) == (
        428,
        "if_match_needed",
        "If-Match",
    )
    read = await corps.client.get(url)
    assert (read.json(), read.headers["ETag"]) == (made.json(), made.headers["ETag"]), (
        "nothing was stored so far"
    )
    mine = await put(changed, If_Match=read.headers["ETag"])
    assert mine.status_code == 200, mine.text

    stale = await put(case.body, If_Match=read.headers["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert [error["field"] for error in stale.json()["errors"]] == list(case.change)
    assert tuple(error["label"] for error in stale.json()["errors"]) == case.labels
    assert f"与您要保存的不同的有：{'、'.join(case.labels)}。" in stale.json()["detail"]
    assert "改名" not in stale.text, "no values"
    same = await put(changed, If_Match=read.headers["ETag"])
    assert (same.status_code, "与您要保存的内容相同" in same.json()["detail"]) == (412, True)
    assert (await corps.client.get(url)).json() == mine.json()
    assert (await put(case.body, If_Match="*")).status_code == 200


async def test_an_agency_of_the_same_code_is_not_taken_for_the_team(corps: House) -> None:
    agency, team = "/api/catalog/agencies/bureau", "/api/catalog/teams/bureau"
    read = (await corps.client.get(team)).headers["ETag"]
    for name in ("一", "二"):
        tag = (await corps.client.get(agency)).headers["ETag"]
        assert (
            await corps.client.put(agency, json=NAMES | {"name": name}, headers={"If-Match": tag})
        ).is_success
    answer = await corps.client.put(team, json=TEAM | {"members": 13}, headers={"If-Match": read})
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == (await corps.client.get(team)).headers["ETag"]
    retired = await corps.client.post(
        f"{team}/retire", headers={"If-Match": answer.headers["ETag"]}
    )
    assert retired.status_code == 200, retired.text


async def test_a_closed_campaign_is_told_as_closed_to_whoever_read_it_open(corps: House) -> None:
    url = f"/api/catalog/campaigns/{NEW}"
    tag = (await corps.client.put(url, json=NAMES | DAYS)).headers["ETag"]
    assert (await corps.client.post(f"{url}/close", headers={"If-Match": tag})).is_success
    headers = {"If-Match": tag, "Accept-Language": "zh-CN"}
    for stale in (
        await corps.client.post(f"{url}/close", headers=headers),
        await corps.client.put(url, json=NAMES | DAYS | {"name": "改名"}, headers=headers),
    ):
        assert (stale.status_code, stale.json()["state"]) == (412, "closed")
        assert "：状态是“已结束点单”。" in stale.json()["detail"]


async def test_a_volunteer_s_entry_is_corrected_by_whoever_has_read_it(corps: House) -> None:
    made = await corps.client.post(
        "/api/catalog/volunteers",
        json={
            "team_code": "legal",
            "name": "林志远",
            "phone": "13800138000",
            "consent_at": "2014-06-01T08:00:00+08:00",
            "consent_version": "v1",
        },
    )
    assert made.status_code == 201, made.text
    url = f"/api/catalog/volunteers/{made.json()['no']}"
    leader = bearer(Role.LEADER, team_code="legal") | {"Accept-Language": "zh-CN"}
    tag = made.headers["ETag"]
    for phone in ("13900139000", "13800138000"):
        # The right number is answered like a wrong one: whoever tries numbers learns nothing.
        unsaid = await corps.client.put(url, json={"phone": phone}, headers=leader)
        assert (unsaid.status_code, unsaid.json()["code"]) == (428, "if_match_needed")
    assert (
        await corps.client.put(url, json={"team_code": "legal"}, headers=leader)
    ).status_code == 200
    mine = await corps.client.put(
        url, json={"phone": "13900139000"}, headers=leader | {"If-Match": tag}
    )
    assert (mine.status_code, mine.json()["phone"]) == (200, "139****9000")
    for phone in ("13900139000", "15900001111"):
        stale = await corps.client.put(
            url, json={"phone": phone, "active": False}, headers=leader | {"If-Match": tag}
        )
        assert (stale.status_code, [error["label"] for error in stale.json()["errors"]]) == (
            412,
            ["在册", "电话"],
        )
        assert phone not in stale.text
    assert (await corps.client.get(url)).json() == mine.json()
    stranger = bearer(Role.LEADER, team_code="bureau")
    for headers in (stranger, stranger | {"If-Match": tag}):
        assert (
            await corps.client.put(url, json={"active": False}, headers=headers)
        ).status_code == 404
