"""What can be ordered, and by whom, is copied from what catalog publishes."""

from shared.contracts.catalog import TownshipChanged
from tests.requests.township import EDITION, GAOLOU, TOWNSHIP
from tests.support.house import House


async def test_the_menu_and_the_townships_are_copied(requests: House) -> None:
    editions = (await requests.client.get("/api/requests/editions")).json()
    assert editions["next_after"] is None
    assert [edition["edition_id"] for edition in editions["items"]] == ["summer-2014"]
    edition = (await requests.client.get("/api/requests/editions/summer-2014")).json()
    assert edition == editions["items"][0]
    assert edition["title"] == EDITION.title
    assert edition["effective_on"] == "2014-06-01"
    assert edition["items"][0] == {
        "item_code": "clinic",
        "name": "健康义诊",
        "name_en": "Health check",
        "category_code": "livelihood",
        "volunteers_needed": 4,
        "minutes_per_resident": None,
        "mode": "booth",
        "residents_per_volunteer": None,
        "notice_days": 0,
        "weekly_capacity": None,
        "township_provides": [],
    }
    townships = (await requests.client.get("/api/requests/townships")).json()["items"]
    assert townships == [{"code": GAOLOU, "name": "高楼镇", "name_en": "Gaolou Town"}]


async def test_a_township_that_changes_its_name_is_known_by_the_new_one(requests: House) -> None:
    renamed = TownshipChanged(**TOWNSHIP.model_dump() | {"name": "高楼街道"})
    await requests.hear(f"township:{GAOLOU}", renamed)
    townships = (await requests.client.get("/api/requests/townships")).json()["items"]
    assert [township["name"] for township in townships] == ["高楼街道"]
