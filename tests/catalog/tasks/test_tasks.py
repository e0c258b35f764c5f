"""Drafts of the menu wait for the corps until they are published."""

from shared.kernel.access import Role
from tests.catalog.corps import EDITION, post
from tests.support.house import House
from tests.support.tokens import bearer

TASKS = "/api/catalog/tasks"


async def test_a_draft_waits_for_the_corps_until_it_is_published(corps: House) -> None:
    later = EDITION | {"title": "秋季目录", "effective_on": "2014-08-01"}
    drafted = await corps.client.put("/api/catalog/editions/autumn-2014", json=later)
    assert drafted.status_code == 200, drafted.text
    found = (await corps.client.get(TASKS)).json()
    assert found["counts"] == {"edition_to_publish": 2}
    assert [task["about"] for task in found["items"]] == [
        "edition:summer-2014",
        "edition:autumn-2014",
    ]
    assert found["items"][1] == {
        "code": "edition_to_publish",
        "about": "edition:autumn-2014",
        "facts": {"title": "秋季目录", "count": 1},
        "due_on": "2014-08-01",
        "is_shared": True,
        "holder": None,
    }
    await post(corps, "editions/summer-2014/publish")
    assert (await corps.client.get(TASKS)).json()["counts"] == {"edition_to_publish": 1}


async def test_drafts_wait_for_nobody_else(corps: House) -> None:
    for role in set(Role) - {Role.COORDINATOR}:
        answer = await corps.client.get(TASKS, headers=bearer(role))
        assert (answer.status_code, answer.json()) == (200, {"items": [], "counts": {}})


async def test_one_coordinator_takes_a_draft(corps: House) -> None:
    li, wang = (bearer(Role.COORDINATOR, sub=name) for name in ("li", "wang"))
    task = {"code": "edition_to_publish", "about": "edition:summer-2014"}
    taken = await corps.client.post(f"{TASKS}/take", json=task, headers=li)
    assert (taken.status_code, taken.json()["holder"]["is_mine"]) == (200, True)
    refused = await corps.client.post(f"{TASKS}/take", json=task, headers=wang)
    assert (refused.status_code, refused.json()["code"]) == (409, "task_held")
    (seen,) = (await corps.client.get(TASKS, headers=wang)).json()["items"]
    assert (seen["holder"]["subject"], seen["holder"]["is_mine"]) == ("li", False)
    for who, holder, count in ((li, "me", 1), (wang, "me", 0), (wang, "nobody", 0)):
        found = await corps.client.get(TASKS, params={"holder": holder}, headers=who)
        assert len(found.json()["items"]) == count
