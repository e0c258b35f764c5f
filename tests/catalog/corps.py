"""A corps to test with: two teams, an item of one of them, and a draft of the menu with that item."""

from typing import Any

from tests.support.house import House

NAMES = {"name": "卫生局", "name_en": "Health Bureau"}
ITEM: dict[str, Any] = NAMES | {
    "category_code": "welfare",
    "teams": ["health"],
    "volunteers_needed": 2,
    "minutes_per_resident": 5,
}
EDITION = {
    "title": "2014年夏季菜单",
    "effective_on": "2014-06-01",
    "retires_on": "2014-08-31",
    "item_codes": ["clinic"],
}


async def enter_corps(house: House) -> None:
    await put(house, "agencies/bureau", NAMES)
    await put(house, "categories/welfare", NAMES)
    for code in ("health", "clinic-two"):
        await put(house, f"teams/{code}", NAMES | {"agency_code": "bureau", "members": 5})
    await put(house, "items/clinic", ITEM)
    await put(house, "editions/summer-2014", EDITION)


async def put(house: House, path: str, body: dict[str, Any], *, status: int = 200) -> Any:
    current = await house.client.get(f"/api/catalog/{path}")
    headers = {"If-Match": current.headers["etag"]} if "etag" in current.headers else {}
    answer = await house.client.put(f"/api/catalog/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def post(house: House, path: str, *, status: int = 200) -> Any:
    answer = await house.client.post(f"/api/catalog/{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def state_of(house: House, path: str) -> str:
    return str((await house.client.get(f"/api/catalog/{path}")).json()["state"])
