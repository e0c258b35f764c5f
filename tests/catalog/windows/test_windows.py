"""Windows, posts, holders and pledges: who enters what, what can't be, and who learns of whom."""

from datetime import date

from services.catalog.windows.domain import LONGEST_PLEDGE
from tests.catalog.corps import put
from tests.catalog.counter import (
    AUDITOR,
    CATALOG,
    COORDINATOR,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    WINDOW,
    Counter,
    enter_volunteer,
)
from tests.support.fixtures import on_sqlite


async def test_a_window_has_posts_that_one_person_holds_at_a_time(counter: Counter) -> None:
    first = await counter.hold(0, last_on="2014-07-10")
    path = f"window-posts/{counter.posts[0]}/holders"
    body = {"volunteer_no": counter.clerks[1], "first_on": "2014-07-10"}
    refused = await counter.ask(path, LEADER, **body)
    assert (refused.status_code, refused.json()["code"]) == (409, "post_held")
    assert counter.clerks[0] in refused.json()["detail"]
    slip = await counter.ask(
        path, LEADER, **body | {"first_on": "1950-07-11", "last_on": "1951-01-01"}
    )
    assert slip.json()["code"] == "confirmation_needed"
    await counter.did(path, LEADER, **body | {"first_on": "2014-07-11"})
    posts = await counter.read("windows/registry/posts", LEADER)
    assert [len(each["holders"]) for each in posts] == [2, 0]
    assert posts[0]["is_held"]
    held = {each["volunteer_no"]: each for each in posts[0]["holders"]}
    assert held[counter.clerks[0]]["name"] == "王小一"
    assert held[counter.clerks[0]]["is_current"]
    assert not held[counter.clerks[1]]["is_current"]
    window = await counter.read("windows/registry")
    assert (window["posts"], window["held"]) == (2, 1)
    await counter.did(f"holdings/{first}/end", LEADER, last_on="2014-07-05")
    late = await counter.ask(f"holdings/{first}/end", LEADER, last_on="2014-07-08")
    assert late.json()["code"] == "holding_over"


@on_sqlite
async def test_who_learns_who_holds_a_post(counter: Counter) -> None:
    """The corps and the own team by name, whoever audits by number, the person oneself, and nobody else."""
    await counter.hold(0)
    await counter.hold(1)
    path = "windows/registry/posts"

    async def seen(headers: dict[str, str]) -> list[tuple[str, str | None]]:
        posts = await counter.read(path, headers)
        return [(each["volunteer_no"], each["name"]) for post in posts for each in post["holders"]]

    one, two = counter.clerks
    assert await seen(COORDINATOR) == await seen(LEADER) == [(one, "王小一"), (two, "王小二")]
    assert await seen(AUDITOR) == [(one, None), (two, None)]
    assert await seen(counter.second) == [(two, "王小二")]
    assert await seen(OTHER_LEADER) == []
    answer = await counter.house.client.get(f"{CATALOG}/{path}", headers=OFFICER)
    assert answer.status_code == 403
    assert (await counter.read("windows", OFFICER))["items"][0]["held"] == 2


@on_sqlite
async def test_only_one_window_leads_and_only_a_team_s_own_hold_posts(counter: Counter) -> None:
    await put(counter.house, "windows/registry", WINDOW | {"leads": True})
    other = WINDOW | {"name": "出入境办证中心", "team_code": "permits", "leads": True}
    path = f"{CATALOG}/windows/permits"
    refused = await counter.house.client.put(path, json=other, headers={"If-None-Match": "*"})
    assert refused.json()["code"] == "window_leads_already"
    await put(counter.house, "windows/permits", other | {"leads": False})
    stranger = await enter_volunteer(counter.house, "permits", 4)
    answer = await counter.ask(
        f"window-posts/{counter.posts[0]}/holders",
        LEADER,
        volunteer_no=stranger,
        first_on="2014-07-01",
    )
    assert answer.json()["code"] == "holder_not_of_team"
    for action, body in (("posts", {"name": "三号", "name_en": "Three"}),):
        hidden = await counter.ask(f"windows/registry/{action}", OTHER_LEADER, **body)
        assert hidden.status_code == 404
    unknown = await counter.house.client.put(
        path, json=other | {"kind_code": "nowhere", "leads": False}, headers={"If-Match": "*"}
    )
    assert unknown.json()["code"] == "unknown_code"


async def test_a_pledge_waits_for_the_corps_and_goes_back_with_a_reason(counter: Counter) -> None:
    held = await counter.hold(1)
    path = f"holdings/{held}/pledge"
    long = await counter.ask(path, counter.second, text="快" * (LONGEST_PLEDGE + 1))
    assert long.status_code == 422
    assert str(LONGEST_PLEDGE) in str(long.json()["errors"])
    assert (await counter.ask(path, counter.first, text="别人的")).status_code == 404
    await counter.did(path, counter.second, text="微笑服务，一次办好")
    tasks = (await counter.read("tasks"))["items"]
    (task,) = [each for each in tasks if each["code"] == "pledges_to_decide"]
    assert task["about"] == "window:registry"
    returned = await counter.did(
        f"{path}/return", reason_code="too_vague", reason="请写明几分钟办好"
    )
    assert (returned["pledge_state"], returned["reason"]) == ("returned", "请写明几分钟办好")
    assert (await counter.ask(f"{path}/approve")).json()["code"] == "illegal_transition"
    own = (await counter.read("tasks", counter.second))["items"]
    assert [each["code"] for each in own] == ["pledge_to_make"]
    await counter.did(path, LEADER, text="十分钟内办好登记")
    await counter.did(f"{path}/approve")
    (mine,) = await counter.read("own-posts", counter.second)
    assert mine["holder"]["pledge_state"] == "approved"
    assert mine["window_name"] == WINDOW["name"]
    said = await counter.events("PledgeApproved", "PledgeReturned")
    assert [each.type for each in said] == [
        "catalog.pledge_returned.v1",
        "catalog.pledge_approved.v1",
    ]
    assert not any("十分钟" in each.model_dump_json() for each in said)


async def test_a_closed_window_ends_its_posts_and_stays_for_what_was(counter: Counter) -> None:
    await counter.hold(0)
    await counter.hold(1, first_on="2014-07-20")
    await counter.did("windows/registry/close")
    posts = await counter.read("windows/registry/posts")
    ends = {each["last_on"] for post in posts for each in post["holders"]}
    assert ends == {"2014-06-27", "2014-07-20"}
    again = await counter.ask(
        f"window-posts/{counter.posts[0]}/holders",
        volunteer_no=counter.clerks[0],
        first_on="2014-08-01",
    )
    assert again.json()["code"] == "illegal_transition"
    await counter.did("windows/registry/reopen")


async def test_whoever_is_erased_holds_no_post_and_leaves_no_words(counter: Counter) -> None:
    held = await counter.hold(1)
    await counter.did(f"holdings/{held}/pledge", counter.second, text="微笑服务")
    answer = await counter.ask(f"volunteers/{counter.clerks[1]}/erase", reason="本人申请删除")
    assert answer.is_success, answer.text
    posts = await counter.read("windows/registry/posts")
    (left,) = posts[1]["holders"]
    assert (left["pledge"], left["pledge_state"], left["name"]) == (None, "none", None)
    assert date.fromisoformat(left["last_on"]) == date(2014, 6, 27)


async def test_merged_teams_and_volunteers_take_posts_and_windows_along(counter: Counter) -> None:
    double = await enter_volunteer(counter.house, "registry", 7)
    await counter.did(
        f"window-posts/{counter.posts[0]}/holders", volunteer_no=double, first_on="2014-06-27"
    )
    seen = (await counter.read(f"volunteers/{double}/merging", into=counter.clerks[0]))["seen"]
    await counter.did(f"volunteers/{double}/merge", into=counter.clerks[0], take=[], seen=seen)
    posts = await counter.read("windows/registry/posts")
    assert [each["volunteer_no"] for each in posts[0]["holders"]] == [counter.clerks[0]]
