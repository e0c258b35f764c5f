"""Lists of the directory: searched, filtered, ordered, counted, and read page by page."""

from typing import Any

from tests.catalog.corps import NAMES, post, put
from tests.support.house import House

TOWNS = {
    "330381113000": ("高楼镇", "Gaolou"),
    "330381104000": ("马屿镇", "Mayu"),
    "330381109000": ("陶山镇", "Taoshan"),
    "330381108000": ("湖岭镇", "Huling"),
}


async def listed(house: House, path: str, **query: str | int) -> Any:
    answer = await house.client.get(f"/api/catalog/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def names(house: House, path: str, **query: str | int) -> list[str]:
    return [entry["name_en"] for entry in (await listed(house, path, **query))["items"]]


async def enter_towns(house: House) -> None:
    for code, (name, name_en) in TOWNS.items():
        body = {"name": name, "name_en": name_en, "lat": 27.7, "lon": 120.3}
        await put(house, f"townships/{code}", body)


async def test_a_list_is_searched_by_either_name_and_by_code(catalog: House) -> None:
    await enter_towns(catalog)
    assert await names(catalog, "townships", q="陶山") == ["Taoshan"]
    assert await names(catalog, "townships", q="TAO") == ["Taoshan"]
    assert await names(catalog, "townships", q="381108") == ["Huling"]
    assert await names(catalog, "townships", q="%") == [], "a sign is not a pattern"
    assert (await listed(catalog, "townships", q="镇", limit=1))["total"] == len(TOWNS)


async def test_pages_in_the_order_of_names_hold_each_entry_once(catalog: House) -> None:
    await enter_towns(catalog)
    await put(catalog, "townships/330381999000", NAMES | {"name": "高楼镇", "lat": 27, "lon": 120})
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await listed(catalog, "townships", sort="name", limit=2, **after)
        assert page["total"] == len(TOWNS) + 1
        seen += [entry["code"] for entry in page["items"]]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    assert sorted(seen) == sorted([*TOWNS, "330381999000"])
    same = [code for code in seen if code in ("330381113000", "330381999000")]
    assert same == sorted(same), "equal names are in the order of their codes"


async def test_teams_are_filtered_by_agency_and_state(corps: House) -> None:
    await put(corps, "agencies/court", NAMES)
    await put(corps, "teams/legal", NAMES | {"agency_code": "court", "members": 3})
    await post(corps, "teams/clinic-two/retire")
    assert (await listed(corps, "teams", agency_code="court"))["total"] == 1
    active = await listed(corps, "teams", state="active", sort="name")
    assert [team["code"] for team in active["items"]] == ["health", "legal"]


async def test_items_are_found_by_category_and_by_team(corps: House) -> None:
    assert (await listed(corps, "items", team_code="health"))["total"] == 1
    assert (await listed(corps, "items", team_code="heal"))["total"] == 0
    assert (await listed(corps, "items", category_code="welfare", q="卫生"))["total"] == 1
    assert (await listed(corps, "items", category_code="other"))["total"] == 0


async def test_campaigns_and_editions_begin_with_the_latest(corps: House) -> None:
    days = {"starts_on": "2015-01-01", "ends_on": "2015-02-01"}
    await put(corps, "campaigns/winter", NAMES | days | {"themes": []})
    found = await listed(corps, "campaigns", sort="-starts_on", state="open")
    starts = [each["starts_on"] for each in found["items"]]
    assert starts == sorted(starts, reverse=True)
    assert (await listed(corps, "editions", q="夏季", state="draft"))["total"] == 1
    assert (await listed(corps, "editions", state="published"))["total"] == 0


async def test_entries_are_found_by_pinyin_and_by_initials(catalog: House) -> None:
    for code, name in (("culture", "文化局"), ("health", "卫生局")):
        body = {"name": name, "name_en": code.title()}
        await catalog.client.put(f"/api/catalog/agencies/{code}", json=body)
    for typed in ("wenhua", "whj", "WenHuaJu", "文化"):
        found = (await catalog.client.get("/api/catalog/agencies", params={"q": typed})).json()
        assert [entry["code"] for entry in found["items"]] == ["culture"], typed
    renamed = {"name": "文广新局", "name_en": "Culture"}
    await catalog.client.put(
        "/api/catalog/agencies/culture", json=renamed, headers={"If-Match": "*"}
    )
    assert (await catalog.client.get("/api/catalog/agencies?q=wgxj")).json()["total"] == 1
    assert (await catalog.client.get("/api/catalog/agencies?q=whj")).json()["total"] == 0
