"""A team proposes a new item in its own words; the corps takes it over into the draft, or says why not."""

import asyncio
from typing import Any

import pytest

from shared.contracts.catalog import ItemProposalDeclined, ItemProposalTaken
from shared.kernel.access import Role
from tests.catalog.survey.conftest import EDITION, SURVEY, Asked
from tests.support.tokens import bearer

REPAIR = {
    "name": "小家电维修",
    "text": "带工具到村里修电饭煲、电扇，零件收成本价。",
    "volunteers": 3,
    "times_a_week": 1,
}
ITEM = {
    "code": "repair",
    "name": "小家电维修",
    "name_en": "Appliance repair",
    "category_code": "welfare",
    "teams": ["clinic-two"],
    "volunteers_needed": 3,
    "minutes_per_resident": 20,
    "weekly_capacity": 1,
}
NO = {"reason_code": "on_menu_already", "reason": "便民修理已有别的队承接。"}


async def propose(asked: Asked, said: dict[str, Any] = REPAIR, *, status: int = 201) -> Any:
    path = await asked.reply_of("clinic-two")
    return await asked.ask("POST", f"{path}/proposals", said, team="clinic-two", status=status)


def at(proposal: Any, step: str = "") -> str:
    return f"/api/catalog/item-proposals/{proposal['id']}{'/' if step else ''}{step}"


async def waiting(asked: Asked) -> int:
    """How much the corps is to decide on, by its tasks."""
    tasks = (await asked.ask("GET", "/api/catalog/tasks"))["items"]
    return sum(t["facts"]["count"] for t in tasks if t["code"] == "survey_to_take_over")


async def test_what_is_taken_over_is_on_the_draft_and_answered_for(asked: Asked) -> None:
    await asked.open()
    await asked.answer("clinic-two")
    before = await waiting(asked)
    proposal = await propose(asked)
    assert (proposal["state"], proposal["proposed_on"]) == ("waiting", "2014-06-27")
    assert await waiting(asked) == before + 1
    (seen,) = (await asked.ask("GET", SURVEY))["proposals"]
    assert (seen["text"], seen["team_code"]) == (REPAIR["text"], "clinic-two")
    taken = await asked.ask("POST", at(proposal, "take-over"), ITEM)
    assert (taken["state"], taken["item_code"]) == ("taken", "repair")
    assert (await asked.ask("GET", EDITION))["item_codes"][-1] == "repair"
    outcome = await asked.outcome("repair")
    (answer,) = outcome["answers"]
    assert (answer["line"]["times_a_week"], answer["line"]["volunteers"]) == (1, 3)
    assert (outcome["state"], await waiting(asked)) == ("unchanged", before)
    form = await asked.ask("GET", await asked.reply_of("clinic-two"), team="clinic-two")
    assert (form["is_answered"], form["proposals"][0]["state"]) == (True, "taken")
    (told,) = [
        e for e in await asked.house.published("catalog") if isinstance(e, ItemProposalTaken)
    ]
    assert (told.team_code, told.item_code) == ("clinic-two", "repair")


async def test_who_is_declined_reads_why_and_no_word_of_it_is_published(asked: Asked) -> None:
    await asked.open()
    proposal = await propose(asked)
    await asked.ask("POST", at(proposal, "decline"), {"reason_code": "other"}, status=422)
    await asked.ask("POST", at(proposal, "decline"), NO)
    found = await asked.ask("GET", at(proposal), team="clinic-two")
    assert (found["state"], found["reason"]) == ("declined", NO["reason"])
    events = await asked.house.published("catalog")
    (told,) = [event for event in events if isinstance(event, ItemProposalDeclined)]
    assert told.reason_code == "on_menu_already"
    assert not [event for event in events if "修" in str(event)]
    again = await asked.ask("POST", at(proposal, "take-over"), ITEM, status=409)
    assert (again["code"], again["state"]) == ("illegal_transition", "declined")
    assert (await propose(asked))["state"] == "waiting", "the place is free again"


async def test_a_team_proposes_nothing_twice_and_sees_its_own_only(asked: Asked) -> None:
    await asked.open()
    path = await asked.reply_of("clinic-two")
    who = bearer(Role.LEADER, team_code="clinic-two")
    spelled = REPAIR | {"name": "小 家电维修"}
    answers = await asyncio.gather(
        *(
            asked.house.client.post(f"{path}/proposals", json=said, headers=who)
            for said in (REPAIR, REPAIR, spelled)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (proposal,) = (await asked.ask("GET", path, team="clinic-two"))["proposals"]
    again = await propose(asked, status=409)
    assert (again["code"], again["field"]) == ("proposed_already", "name")
    await asked.ask("GET", at(proposal), team="health", status=404)
    await asked.ask("POST", at(proposal, "withdraw"), team="health", status=404)
    await asked.ask("POST", at(proposal, "withdraw"), team="clinic-two")
    assert (await asked.ask("GET", path, team="clinic-two"))["proposals"] == []
    assert (await asked.ask("GET", SURVEY))["proposals"] == []


async def test_of_two_decisions_at_the_same_moment_one_counts(asked: Asked) -> None:
    await asked.open()
    proposal = await propose(asked)
    client = asked.house.client
    answers = await asyncio.gather(
        client.post(at(proposal, "take-over"), json=ITEM),
        client.post(at(proposal, "take-over"), json=ITEM | {"code": "repair-2"}),
        client.post(at(proposal, "decline"), json=NO),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    decided = await asked.ask("GET", at(proposal))
    codes = (await asked.ask("GET", EDITION))["item_codes"]
    assert codes == ["clinic"] + ([decided["item_code"]] if decided["item_code"] else [])


async def test_an_item_that_exists_is_not_overwritten(asked: Asked) -> None:
    await asked.open()
    proposal = await propose(asked)
    refused = await asked.ask(
        "POST", at(proposal, "take-over"), ITEM | {"code": "clinic"}, status=412
    )
    assert refused["code"] == "exists_already"
    assert (await asked.ask("GET", at(proposal)))["state"] == "waiting"


@pytest.mark.parametrize("end", ["survey/end", "publish"])
async def test_after_the_survey_nothing_is_proposed_and_after_publishing_nothing_taken_over(
    asked: Asked, end: str
) -> None:
    await asked.open()
    proposal = await propose(asked)
    await asked.ask("POST", f"{EDITION}/{end}")
    assert (await propose(asked, REPAIR | {"name": "理发"}, status=409))[
        "code"
    ] == "survey_not_open"
    published = end == "publish"
    taken = await asked.ask(
        "POST", at(proposal, "take-over"), ITEM, status=409 if published else 200
    )
    assert taken.get("code") == ("survey_is_past" if published else None)
    if published:
        assert (await asked.ask("POST", at(proposal, "decline"), NO))["state"] == "declined"


async def test_a_number_in_the_words_is_asked_about(asked: Asked) -> None:
    await asked.open()
    doubted = await propose(asked, REPAIR | {"text": "找老陈 13800138000"}, status=409)
    assert [each["field"] for each in doubted["errors"]] == ["text"]
