"""Opinions: who may give, change and withdraw them, until when, and what happens at the same moment."""

import asyncio

from tests.catalog.consultation.forum import (
    AGAINST,
    CLERK,
    EDITION,
    FOR,
    LEADER,
    MAYU,
    OFFICER,
    OTHER_OFFICER,
    Forum,
)

OPINIONS = f"{EDITION}/opinions"


async def test_opinions_are_numbered_and_each_reads_the_own_only(forum: Forum) -> None:
    first = await forum.say(AGAINST, by=OFFICER)
    second = await forum.say(FOR, by=LEADER)
    assert (first["number"], second["number"]) == (1, 2)
    assert (first["speaker"], second["speaker"]) == ("township", "team")
    assert (first["state"], first["answer"], first["note"]) == ("waiting", None, None)
    for who, numbers in ((OFFICER, [1]), (CLERK, [1]), (LEADER, [2]), (OTHER_OFFICER, [])):
        listed = await forum.ask("GET", OPINIONS, by=who)
        assert [each["number"] for each in listed["items"]] == numbers
    everything = await forum.ask("GET", OPINIONS)
    assert (everything["total"], len(everything["items"])) == (2, 2)
    foreign = f"/api/catalog/opinions/{first['id']}"
    assert (await forum.ask("GET", foreign, by=OTHER_OFFICER, status=404))["code"] == (
        "opinion.not_found"
    )


async def test_nobody_speaks_for_another(forum: Forum) -> None:
    refused = await forum.say(AGAINST | {"township_code": MAYU}, by=OFFICER, status=403)
    assert refused["field"] == "township_code"
    both = await forum.say(AGAINST | {"team_code": "health"}, by=OFFICER, status=422)
    assert both["code"] == "one_speaker"


async def test_an_item_that_the_draft_does_not_have_is_refused(forum: Forum) -> None:
    refused = await forum.say(AGAINST | {"item_code": "haircut"}, by=OFFICER, status=422)
    assert (refused["code"], refused["field"]) == ("item_not_on_draft", "item_code")


async def test_a_second_opinion_on_the_same_names_the_first(forum: Forum) -> None:
    await forum.say(AGAINST, by=OFFICER)
    again = await forum.say(AGAINST | {"text": "再说一遍"}, by=CLERK, status=409)
    assert again["code"] == "opinion_given_already"
    assert "1" in again["detail"]
    whole = {key: value for key, value in AGAINST.items() if key != "item_code"}
    assert (await forum.say(whole, by=CLERK))["item_code"] is None


async def test_of_those_that_come_at_the_same_moment_one_is_taken(forum: Forum) -> None:
    said = [forum.send("POST", OPINIONS, by=OFFICER, json=AGAINST) for _ in range(4)]
    others = [
        forum.send("POST", OPINIONS, by=LEADER, json=FOR),
        forum.send("POST", OPINIONS, by=OTHER_OFFICER, json=AGAINST | {"township_code": MAYU}),
    ]
    answers = await asyncio.gather(*said, *others)
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses[:4]) == [201, 409, 409, 409]
    assert statuses[4:] == [201, 201]
    listed = await forum.ask("GET", OPINIONS)
    assert sorted(each["number"] for each in listed["items"]) == [1, 2, 3]


async def test_an_opinion_is_changed_and_withdrawn_until_the_last_day(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    changed = await forum.change(given, "改为赶集日上午。", by=CLERK)
    assert (changed["text"], changed["stance"]) == ("改为赶集日上午。", "neither")
    await forum.change(given, "别人的", by=OTHER_OFFICER, status=404)
    forum.clock.move(days=13)  # 10 July, the last day
    await forum.change(given, "最后一天", by=OFFICER)
    forum.clock.move(days=1)
    late = await forum.change(given, "迟了", by=OFFICER, status=409)
    assert (late["code"], "7月10日" in late["detail"]) == ("consultation_over", True), late
    withdrawing = f"/api/catalog/opinions/{given['id']}/withdraw"
    assert (await forum.ask("POST", withdrawing, by=OFFICER, status=409))["code"] == (
        "consultation_over"
    )
    assert (await forum.say(FOR, by=LEADER, status=409))["code"] == "consultation_over"


async def test_what_is_withdrawn_is_deleted_and_makes_room(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    withdrawing = f"/api/catalog/opinions/{given['id']}/withdraw"
    gone = await forum.ask("POST", withdrawing, by=OFFICER)
    assert (gone["state"], gone["text"]) == ("withdrawn", "")
    again = await forum.ask("POST", withdrawing, by=OFFICER, status=409)
    assert (again["code"], again["state"]) == ("illegal_transition", "withdrawn")
    assert (await forum.say(AGAINST, by=OFFICER))["number"] == 2
    counts = await forum.ask("GET", f"{OPINIONS}/counts")
    assert (counts["total"], counts["waiting"]) == (1, 1)


async def test_nobody_overwrites_what_a_colleague_said_meanwhile(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    path = f"/api/catalog/opinions/{given['id']}"
    read = await forum.send("GET", path, by=OFFICER)
    await forum.change(given, "同事已改", by=CLERK)
    stale = await forum.change(
        given, "我也改", by=OFFICER, status=412, version=read.headers["etag"]
    )
    assert stale["code"] == "changed_meanwhile"


async def test_a_number_in_an_opinion_is_asked_about(forum: Forum) -> None:
    said = AGAINST | {"text": "请找张三 13800138000"}
    asked = await forum.say(said, by=OFFICER, status=409)
    assert [each["field"] for each in asked["errors"]] == ["text"]
    assert "138" not in str(asked)
    confirmed = {"params": {"confirm": "personal_data_in_text"}}
    assert (await forum.say(said, by=OFFICER, **confirmed))["number"] == 1
    assert "张三" not in str(await forum.house.published("catalog"))


async def test_the_list_is_filtered_and_paged(forum: Forum) -> None:
    await forum.say(AGAINST, by=OFFICER)
    await forum.say(FOR, by=LEADER)
    await forum.say(AGAINST | {"township_code": MAYU, "text": "周末更好"}, by=OTHER_OFFICER)
    for query, numbers in (
        ({"stance": "for"}, [2]),
        ({"speaker": "township"}, [1, 3]),
        ({"item_code": "-"}, [2]),
        ({"item_code": "clinic"}, [1, 3]),
        ({"q": "周末"}, [3]),
        ({"state": "answered"}, []),
        ({"drafted": "false"}, [1, 2, 3]),
    ):
        listed = await forum.ask("GET", OPINIONS, params=query)
        assert [each["number"] for each in listed["items"]] == numbers, query
    page = await forum.ask("GET", OPINIONS, params={"limit": 2})
    rest = await forum.ask("GET", OPINIONS, params={"limit": 2, "after": page["next_after"]})
    assert (page["total"], [each["number"] for each in rest["items"]]) == (3, [3])
