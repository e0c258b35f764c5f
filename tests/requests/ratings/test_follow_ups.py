"""A poor rating is followed up until it is closed with an answer; ratings are moderated with a reason, and replied to
once; below twenty nobody is ranked."""

from typing import Any

from services.requests.ratings.domain import LEAST_TO_RANK
from services.requests.ratings.use_cases.follow_ups import see_to_follow_ups
from shared.contracts.base import Event
from shared.contracts.requests import FollowUpClosed, FollowUpOpened, FollowUpOverdue
from tests.requests.ratings.conftest import Days
from tests.requests.ratings.rating import (
    CORPS,
    ELSEWHERE,
    LEADER,
    OFFICER,
    OTHER,
    follow_ups,
    path_of,
    rate,
    ratings,
    stand,
)
from tests.requests.township import Dispatch
from tests.support.house import House


async def told(house: House) -> list[Event]:
    kinds = (FollowUpOpened, FollowUpOverdue, FollowUpClosed)
    return [each for each in await house.published("requests") if isinstance(each, kinds)]


async def post(house: House, path: str, who: dict[str, str], **body: Any) -> Any:
    return await house.client.post(f"/api/requests/{path}", json=body or None, headers=who)


async def test_a_poor_rating_is_followed_up_until_it_is_answered(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    path = await path_of(house)
    await rate(house, path, 3, device="d")
    assert await follow_ups(house) == []
    await rate(house, path, 2, device="e", text="等了两个小时")
    (opened,) = await follow_ups(house)
    assert (opened["score"], opened["words"], opened["due_on"], opened["rater"]) == (
        2,
        "等了两个小时",
        "2014-07-04",
        "resident",
    )
    tasks = (await house.client.get("/api/requests/tasks", headers=CORPS)).json()
    assert tasks["counts"] == {"rating_to_follow_up": 1}
    assert tasks["items"][0]["due_on"] == "2014-07-04"
    for who in (OFFICER, LEADER):
        assert [each["id"] for each in await follow_ups(house, who)] == [opened["id"]]
        refused = await post(house, f"follow-ups/{opened['id']}/close", who, answer="好")
        assert refused.status_code == 403
    for who in (ELSEWHERE, OTHER):
        assert await follow_ups(house, who) == []
        hidden = await house.client.get(f"/api/requests/follow-ups/{opened['id']}", headers=who)
        assert hidden.status_code == 404
    closed = await post(house, f"follow-ups/{opened['id']}/close", CORPS, answer="下次增加两名医生")
    assert (closed.json()["state"], closed.json()["answer"]) == ("closed", "下次增加两名医生")
    again = await post(house, f"follow-ups/{opened['id']}/close", CORPS, answer="好")
    assert again.status_code == 409
    events = await told(house)
    assert [type(each) for each in events] == [FollowUpOpened, FollowUpClosed]
    assert "两" not in "".join(each.model_dump_json() for each in events)


async def test_a_township_that_judges_poorly_is_followed_up_once(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    await dispatch.says(
        dispatch.reported(0, "a0", 10), dispatch.reported(1, "a1", 10), dispatch.completed()
    )
    line = dispatch.order["lines"][0]["id"]
    path = f"orders/{dispatch.order['id']}/ratings"
    hidden = await post(house, path, ELSEWHERE, line_id=line, score=1)
    assert hidden.status_code == 404
    for _ in range(2):
        answer = await post(
            house, f"orders/{dispatch.order['id']}/ratings", OFFICER, line_id=line, score=1
        )
        assert answer.status_code == 200, answer.text
    (opened,) = await follow_ups(house)
    assert (opened["rater"], opened["score"], opened["team_code"]) == ("township", 1, "health")
    assert len(await told(house)) == 1


async def test_what_nobody_closes_in_time_is_said_once(days: Days) -> None:
    house = days.dispatch.house
    await stand(days.dispatch)
    await rate(house, await path_of(house), 1, device="d")
    days.clock.move(days=7)
    await see_to_follow_ups(house.uow("requests"))
    assert [type(each) for each in await told(house)] == [FollowUpOpened]
    days.clock.move(days=1)
    for _ in range(2):
        await see_to_follow_ups(house.uow("requests"))
    assert [type(each) for each in await told(house)] == [FollowUpOpened, FollowUpOverdue]


async def test_a_rating_is_hidden_with_a_reason_and_shown_again(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    await rate(house, await path_of(house), 1, device="d", text="骗子")
    (found,) = await ratings(house)
    path = f"ratings/{found['id']}"
    wordless = await post(house, f"{path}/hide", CORPS, reason_code="other")
    assert wordless.status_code == 422
    assert (await post(house, f"{path}/hide", LEADER, reason_code="insult")).status_code == 403
    hidden = await post(house, f"{path}/hide", CORPS, reason_code="insult")
    assert (hidden.json()["state"], hidden.json()["reason_code"]) == ("hidden", "insult")
    assert (await post(house, f"{path}/hide", CORPS, reason_code="insult")).status_code == 409
    assert await ratings(house, LEADER) == []
    assert len(await ratings(house)) == 1
    refused = await post(house, f"{path}/reply", LEADER, reply="对不起")
    assert refused.status_code == 409
    assert (await post(house, f"{path}/show", CORPS)).json()["state"] == "shown"
    assert len(await ratings(house, LEADER)) == 1


async def test_the_team_replies_once(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    await rate(house, await path_of(house), 4, device="d")
    (found,) = await ratings(house)
    path = f"ratings/{found['id']}/reply"
    assert (await post(house, path, OTHER, reply="谢谢")).status_code == 404
    assert (await post(house, path, LEADER, reply="谢谢")).json()["reply"] == "谢谢"
    again = await post(house, path, LEADER, reply="再谢")
    assert (again.status_code, again.json()["code"]) == (409, "replied_already")
    assert (await ratings(house, OFFICER))[0]["reply"] == "谢谢"


async def test_below_twenty_nobody_is_ranked(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    booths = {
        team: await path_of(house, booth) for team, booth in (("health", "a0"), ("justice", "a1"))
    }
    for team, count, score in (("health", LEAST_TO_RANK - 1, 5), ("justice", LEAST_TO_RANK, 4)):
        for number in range(count):
            headers = {"User-Agent": f"{team} {number}", "Authorization": ""}
            answer = await house.client.post(
                booths[team], data={"score": str(score)}, headers=headers
            )
            assert answer.status_code == 200
    url = "/api/requests/ratings/comparison"
    compared = (await house.client.get(url, headers=CORPS)).json()
    assert compared == {
        "least": LEAST_TO_RANK,
        "items": [
            {"code": "justice", "ratings": LEAST_TO_RANK, "average": 4.0},
            {"code": "health", "ratings": LEAST_TO_RANK - 1, "average": None},
        ],
    }
    (last, *_) = await ratings(house)
    await post(house, f"ratings/{last['id']}/hide", CORPS, reason_code="off_topic")
    compared = (await house.client.get(url, params={"by": "item"}, headers=CORPS)).json()
    assert [each["average"] for each in compared["items"]] == [None, None]
    assert (await house.client.get(url, headers=LEADER)).status_code == 403
