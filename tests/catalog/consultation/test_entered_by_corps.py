"""The corps enters what it was told by telephone or letter, and it is known how that came."""

import pytest

from services.catalog.consultation.domain import grouped
from tests.catalog.consultation.forum import (
    AGAINST,
    COORDINATOR,
    EDITION,
    GAOLOU,
    LEADER,
    OFFICER,
    Forum,
)
from tests.catalog.consultation.test_residents import look_up

OPINIONS = f"{EDITION}/opinions"
RESIDENT = {"stance": "neither", "text": "请周末也来。", "came_by": "telephone"}


async def test_a_township_that_telephoned_reads_its_opinion_and_the_answer(forum: Forum) -> None:
    given = await forum.say(AGAINST | {"came_by": "telephone"}, by=COORDINATOR)
    assert (given["came_by"], given["said_on"], given["receipt"]) == (
        "telephone",
        "2014-06-27",
        None,
    )
    (own,) = (await forum.ask("GET", OPINIONS, by=OFFICER))["items"]
    assert (own["township_code"], own["came_by"]) == (GAOLOU, "telephone")
    forum.clock.move(days=3)
    await forum.answer("已采纳", given)
    await forum.publish_answers()
    (own,) = (await forum.ask("GET", OPINIONS, by=OFFICER))["items"]
    assert (own["answer"], own["answered_on"]) == ("已采纳", "2014-06-30")


async def test_how_it_came_is_asked_of_the_corps_alone(forum: Forum) -> None:
    refused = await forum.say(AGAINST, by=COORDINATOR, status=422)
    assert (refused["code"], refused["field"]) == ("came_by_missing", "came_by")
    assert (await forum.say(AGAINST, by=OFFICER))["came_by"] is None


@pytest.mark.parametrize("residents", [True, False])
async def test_a_resident_who_telephoned_gets_a_receipt(forum: Forum, residents: bool) -> None:
    """Also where residents have no page to speak on."""
    await forum.ask(
        "POST",
        f"{EDITION}/consultation/prolong",
        json={"until": "2014-07-10", "residents_may_speak": residents},
    )
    given = await forum.say(RESIDENT, by=COORDINATOR)
    assert (given["speaker"], given["number"]) == ("resident", 1)
    assert "还没有答复" in await look_up(forum, given["receipt"])
    await forum.answer("已安排周末场", given)
    await forum.publish_answers()
    assert "已安排周末场" in await look_up(forum, given["receipt"].lower())
    assert given["receipt"] not in str(
        await forum.ask("GET", f"/api/catalog/opinions/{given['id']}")
    )


async def test_what_is_entered_twice_is_asked_about(forum: Forum) -> None:
    await forum.say(RESIDENT, by=COORDINATOR)
    asked = await forum.say(RESIDENT, by=COORDINATOR, status=409)
    assert [(e["code"], e["field"]) for e in asked["errors"]] == [("opinion_like_another", "text")]
    confirmed = {"params": {"confirm": "opinion_like_another"}}
    assert (await forum.say(RESIDENT, by=COORDINATOR, **confirmed))["number"] == 2
    assert (await forum.say(RESIDENT | {"item_code": "clinic"}, by=COORDINATOR))["number"] == 3


@pytest.mark.parametrize("who", [OFFICER, LEADER])
async def test_nobody_else_enters_what_a_resident_said(forum: Forum, who: dict[str, str]) -> None:
    refused = await forum.say(RESIDENT, by=who, status=422)
    assert refused["code"] == "one_speaker"


def test_a_receipt_is_read_out_in_groups_of_four() -> None:
    assert grouped("K7QM3XWT9RPA") == "K7QM-3XWT-9RPA"
