"""What the tests of wishes have in common."""

from typing import Any

from shared.contracts.base import Point
from shared.contracts.catalog import EditionPublished, MenuItem, TownshipChanged
from shared.kernel.access import Role
from tests.requests.township import EDITION, GAOLOU
from tests.support.house import House
from tests.support.tokens import bearer

MAYU = "330381102000"
CORPS = bearer(Role.COORDINATOR)
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
ELSEWHERE = bearer(Role.OFFICER, township_code=MAYU)
NEXT = "winter-2014"
WISH: dict[str, Any] = {
    "township_code": GAOLOU,
    "what": "夜间义诊",
    "residents": 80,
    "timing": "每月一次",
    "purpose": "白天都在地里干活",
}
NAMES = {"item_name": "夜间义诊", "item_name_en": "Evening clinic"}
OTHER_TOWNSHIP = TownshipChanged(
    code=MAYU, name="马屿镇", name_en="Mayu Town", centre=Point(lat=27.79, lon=120.45)
)


def next_edition(*item_codes: str) -> EditionPublished:
    return EDITION.model_copy(
        update={
            "edition_id": NEXT,
            "title": "2014年冬季菜单",
            "items": tuple(
                MenuItem(
                    item_code=code,
                    name=code,
                    name_en=code,
                    category_code="livelihood",
                    volunteers_needed=2,
                )
                for code in item_codes
            ),
        }
    )


async def wish(house: House, who: dict[str, str] = OFFICER, **changes: Any) -> dict[str, Any]:
    answer = await house.client.post("/api/requests/wishes", json=WISH | changes, headers=who)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def group(house: House, group_id: str) -> dict[str, Any]:
    answer = await house.client.get(f"/api/requests/wish-groups/{group_id}", headers=CORPS)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def act(house: House, group_id: str, name: str, *wishes: dict[str, Any], **body: Any) -> Any:
    """What the corps does with a group; the answer, whatever it is."""
    url = f"/api/requests/wish-groups/{group_id}/{name}"
    confirm = body.pop("confirm", ())
    said = {"wish_ids": [each["id"] for each in wishes]} | body
    return await house.client.post(url, json=said, params={"confirm": confirm}, headers=CORPS)


async def states(house: House, *wishes: dict[str, Any]) -> list[str]:
    found = await house.client.get("/api/requests/wishes", headers=CORPS)
    by_id = {each["id"]: each["state"] for each in found.json()["items"]}
    return [by_id[each["id"]] for each in wishes]
