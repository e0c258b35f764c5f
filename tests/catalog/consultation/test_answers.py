"""Answers: drafted, for many at once, published together; the edition is not published before."""

import asyncio

from shared.contracts.catalog import OpinionAnswered
from tests.catalog.consultation.forum import (
    AGAINST,
    EDITION,
    FOR,
    GAOLOU,
    LEADER,
    MAYU,
    OFFICER,
    OTHER_OFFICER,
    Forum,
)

OPINIONS = f"{EDITION}/opinions"


async def own(forum: Forum, by: dict[str, str]) -> dict[str, object]:
    (found,) = (await forum.ask("GET", OPINIONS, by=by))["items"]
    return dict(found)


async def test_one_text_answers_many_and_nobody_sees_it_before_it_is_published(
    forum: Forum,
) -> None:
    first = await forum.say(AGAINST, by=OFFICER)
    second = await forum.say(FOR, by=LEADER)
    drafted = await forum.answer("第 {编号} 号意见已采纳（no. {number}）。", first, second)
    assert [each["answer"] for each in drafted["items"]] == [
        "第 1 号意见已采纳（no. 1）。",
        "第 2 号意见已采纳（no. 2）。",
    ]
    seen = await own(forum, OFFICER)
    assert (seen["state"], seen["answer"]) == ("waiting", None)
    counts = await forum.ask("GET", f"{OPINIONS}/counts")
    assert (counts["waiting"], counts["drafted"], counts["answered"]) == (2, 2, 0)
    assert await forum.publish_answers() == {"published": 2, "waiting": 0}
    seen = await own(forum, OFFICER)
    assert (seen["state"], seen["answer"]) == ("answered", "第 1 号意见已采纳（no. 1）。")
    assert await forum.publish_answers() == {"published": 0, "waiting": 0}, "asked for twice"
    said = [e for e in await forum.house.published("catalog") if isinstance(e, OpinionAnswered)]
    assert [(e.number, e.speaker, e.township_code, e.team_code) for e in said] == [
        (1, "township", GAOLOU, None),
        (2, "team", None, "health"),
    ]
    assert "采纳" not in str(said), "the words stay in catalog"


async def test_a_note_is_for_the_corps_alone(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    body = {"opinion_ids": [given["id"]], "note": "与卫生局核实过"}
    noted = await forum.ask("POST", f"{EDITION}/answers", json=body)
    assert (noted["items"][0]["note"], noted["items"][0]["answer"]) == ("与卫生局核实过", None)
    await forum.answer("改到赶集日", given)
    await forum.publish_answers()
    assert (await own(forum, OFFICER))["note"] is None
    kept = (await forum.ask("GET", OPINIONS))["items"][0]
    assert (kept["note"], kept["answer"]) == ("与卫生局核实过", "改到赶集日")


async def test_what_is_changed_after_its_answer_was_drafted_is_looked_at_again(
    forum: Forum,
) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    await forum.answer("改到赶集日", given)
    await forum.change(given, "其实周末更好", by=OFFICER)
    assert await forum.publish_answers() == {"published": 0, "waiting": 1}
    assert (await forum.ask("GET", OPINIONS))["items"][0]["is_outdated"]
    await forum.answer("改到周末", given)
    assert await forum.publish_answers() == {"published": 1, "waiting": 0}


async def test_what_is_answered_is_neither_changed_nor_withdrawn_nor_answered_again(
    forum: Forum,
) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    await forum.answer("改到赶集日", given)
    await forum.publish_answers()
    for refused in (
        await forum.change(given, "再改", by=OFFICER, status=409),
        await forum.answer("另一个答复", given, status=409),
    ):
        assert (refused["code"], refused["state"]) == ("illegal_transition", "answered")
    assert (await forum.say(AGAINST, by=OFFICER))["number"] == 2, "and asks on"


async def test_an_answer_to_an_opinion_on_another_edition_is_refused_as_a_whole(
    forum: Forum,
) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    body = {"opinion_ids": [given["id"], "nothing"], "answer": "改到赶集日"}
    refused = await forum.ask("POST", f"{EDITION}/answers", json=body, status=404)
    assert refused["code"] == "opinion.not_found"
    assert (await forum.ask("GET", OPINIONS))["items"][0]["answer"] is None
    nothing = {"opinion_ids": [given["id"]]}
    refused = await forum.ask("POST", f"{EDITION}/answers", json=nothing, status=422)
    assert refused["code"] == "answer_or_note"


async def test_the_edition_is_published_when_every_opinion_is_answered(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    preview = await forum.ask("GET", f"{EDITION}/publication")
    assert [(each["code"], each["count"]) for each in preview["blockers"]] == [
        ("opinions_unanswered", 1)
    ]
    everything = {"confirm": ["opinions_unanswered", "consultation_not_over"]}
    blocked = await forum.ask("POST", f"{EDITION}/publish", status=409, params=everything)
    assert (blocked["code"], "1" in blocked["detail"]) == ("opinions_unanswered", True)
    await forum.answer("改到赶集日", given)
    blocked = await forum.ask("POST", f"{EDITION}/publish", status=409, params=everything)
    assert blocked["code"] == "opinions_unanswered", "a draft is no answer"
    await forum.publish_answers()
    preview = await forum.ask("GET", f"{EDITION}/publication")
    assert (preview["blockers"], preview["consultation_until"]) == ([], "2014-07-10")
    asked = await forum.ask("POST", f"{EDITION}/publish", status=409)
    assert [each["code"] for each in asked["errors"]] == ["consultation_not_over"]
    done = await forum.ask(
        "POST", f"{EDITION}/publish", params={"confirm": "consultation_not_over"}
    )
    assert done["state"] == "published"
    kept = await own(forum, OFFICER)
    assert (kept["text"], kept["answer"]) == (AGAINST["text"], "改到赶集日")
    assert (await forum.say(FOR, by=LEADER, status=409))["code"] == "consultation_closed"


async def test_after_the_last_day_publishing_asks_nothing(forum: Forum) -> None:
    forum.clock.move(days=14)
    assert (await forum.ask("POST", f"{EDITION}/publish"))["state"] == "published"


async def test_an_opinion_that_comes_while_the_edition_is_published_is_in_time_or_too_late(
    forum: Forum,
) -> None:
    publishing = forum.send(
        "POST", f"{EDITION}/publish", params={"confirm": "consultation_not_over"}
    )
    speaking = forum.send(
        "POST", OPINIONS, by=OTHER_OFFICER, json=AGAINST | {"township_code": MAYU}
    )
    published, spoke = await asyncio.gather(publishing, speaking)
    assert (published.status_code, spoke.status_code) in ((200, 409), (409, 201))


async def test_of_two_who_answer_the_second_is_told_what_the_first_wrote(forum: Forum) -> None:
    given, other = await forum.say(AGAINST, by=OFFICER), await forum.say(FOR, by=LEADER)
    path = f"/api/catalog/opinions/{given['id']}"
    read = [(await forum.ask("GET", f"/api/catalog/opinions/{o['id']}")) for o in (given, other)]
    seen = [each["seen"] for each in read]
    await forum.answer("先写的答复", given, seen=seen[:1])
    stale = await forum.answer("后写的答复", given, other, seen=seen, status=409)
    assert (stale["code"], stale["field"]) == ("opinions_changed", "seen")
    assert "1" in stale["detail"]
    now = await forum.ask("GET", path)
    assert now["answer"] == "先写的答复", "nothing was saved"
    assert (await forum.ask("GET", f"/api/catalog/opinions/{other['id']}"))["answer"] is None
    await forum.answer("后写的答复", given, other, seen=[now["seen"], seen[1]])
    again = await forum.ask("GET", path)
    await forum.change(given, "又改了主意", by=OFFICER)
    changed = await forum.answer("再答", given, seen=[again["seen"]], status=409)
    assert changed["code"] == "opinions_changed"
    assert (await forum.ask("GET", path, by=OFFICER))["seen"] is None
    uneven = await forum.answer("再答", given, seen=[], status=422)
    assert uneven["code"] == "seen_for_each"
