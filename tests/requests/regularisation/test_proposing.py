"""What a township needs again and again is proposed once, to the team that served it, with figures that say why."""

import asyncio
from typing import Any

import pytest

from services.requests.regularisation import use_cases
from services.requests.regularisation.queries import Found, find_regular
from shared.contracts.catalog import TownshipRecoded
from shared.contracts.requests import RecurrenceProposed
from tests.requests.regularisation.needs import (
    CORPS,
    FIRST,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    TERMS,
    URL,
    Needs,
)
from tests.requests.township import GAOLOU, TOWNSHIP

NEW_CODE = "330381125001"


async def test_the_health_booth_with_the_long_queue_is_proposed_and_says_why(needs: Needs) -> None:
    proposal = await needs.health_booth()
    assert (proposal["township_code"], proposal["item_code"]) == (GAOLOU, "clinic")
    assert (proposal["team_code"], proposal["cadence"], proposal["residents"]) == (
        "health",
        "monthly",
        110,
    )
    assert proposal["points"] == {"repeated": 10, "queue": 30, "wishes": 25}
    seen = await needs.read(proposal["id"])
    assert seen["first_day"] == "2014-08-14", "a Thursday again, four weeks after the last one"
    evidence = seen["evidence"]
    assert evidence["queues"] == [
        {
            "stop_id": "s1",
            "on": FIRST.isoformat(),
            "arrived": 110,
            "served": 80,
            "longest": 40,
            "mean_wait_minutes": 50,
        }
    ]
    assert [each["order_id"] for each in evidence["ordered"]] == [
        made["id"] for made in needs.booths
    ]
    assert (evidence["gaps"], [each["number"] for each in evidence["wishes"]]) == ([20], [1])
    (told,) = [
        each
        for each in await needs.house.published("requests")
        if isinstance(each, RecurrenceProposed)
    ]
    assert (told.team_code, told.cadence, told.residents) == ("health", "monthly", 110)


async def test_the_team_finds_it_among_its_tasks_until_it_answers(needs: Needs) -> None:
    proposal = await needs.health_booth()
    found = (await needs.house.client.get("/api/requests/tasks", headers=LEADER)).json()
    assert found["counts"] == {"recurrence_to_answer": 1}
    (task,) = found["items"]
    assert task["about"] == f"recurrence_proposal:{proposal['id']}"
    assert (task["facts"]["township"], task["due_on"]) == ("高楼镇", proposal["due_on"])
    for who in (OTHER_LEADER, CORPS, OFFICER):
        other = (await needs.house.client.get("/api/requests/tasks", headers=who)).json()
        assert "recurrence_to_answer" not in other["counts"]
    declined = await needs.post(f"{proposal['id']}/decline", LEADER, reason_code="too_often")
    assert declined.status_code == 200, declined.text
    left = (await needs.house.client.get("/api/requests/tasks", headers=LEADER)).json()
    assert left["counts"] == {}


async def test_a_queue_alone_proposes_nothing_nor_does_one_order_after_another(
    needs: Needs,
) -> None:
    await needs.serve()
    await needs.measure(1)
    assert await needs.look() == 0
    for _ in range(3):
        await needs.pass_days(1)
        await needs.serve()
    assert await needs.look() == 0


async def test_what_comes_every_two_weeks_is_proposed_so(needs: Needs) -> None:
    for _ in range(5):
        assert await needs.look() == 0
        await needs.serve(residents=63)
        await needs.pass_days(14)
    assert await needs.look() == 1
    (proposal,) = await needs.proposals()
    assert (proposal["cadence"], proposal["residents"]) == ("fortnightly", 70)
    assert proposal["points"] == {"repeated": 20, "spacing": 45}
    assert (await needs.read(proposal["id"]))["evidence"]["gaps"] == [14, 14, 14, 14]


async def test_the_same_history_proposes_once_however_often_it_is_looked_at(needs: Needs) -> None:
    await needs.serve()
    await needs.measure(1)
    await needs.pass_days(20)
    await needs.wish()
    await needs.serve()
    made = await asyncio.gather(*(needs.look() for _ in range(4)), return_exceptions=True)
    assert sum(each for each in made if isinstance(each, int)) == 1
    assert await needs.look() == 0
    assert len(await needs.proposals()) == 1


async def test_what_is_confirmed_while_the_evidence_is_read_is_not_proposed_again(
    needs: Needs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two look side by side, and the slower one is overtaken by the answer to what the other proposed."""
    await needs.serve()
    await needs.measure(1)
    await needs.pass_days(20)
    await needs.wish()
    await needs.serve()

    async def find_slowly(*given: Any) -> list[Found]:
        found = await find_regular(*given)
        monkeypatch.setattr(use_cases, "find_regular", find_regular)
        await needs.look()
        (proposal,) = await needs.proposals()
        answer = await needs.post(f"{proposal['id']}/confirm", LEADER, **TERMS)
        assert answer.status_code == 200, answer.text
        assert found
        return found

    monkeypatch.setattr(use_cases, "find_regular", find_slowly)
    assert await needs.look() == 0
    assert [each["state"] for each in await needs.proposals()] == ["confirmed"]


async def test_a_queue_that_is_said_twice_counts_once_and_the_last_word_holds(
    needs: Needs,
) -> None:
    await needs.serve()
    await needs.measure(1)
    envelope = needs.house.envelope("stop:s1", needs.queue(1, longest_queue=60))
    for _ in range(3):
        assert await needs.house.broker.publish([envelope]) == [True]
    await needs.pass_days(20)
    await needs.wish()
    await needs.serve()
    await needs.look()
    (proposal,) = await needs.proposals()
    queues = (await needs.read(proposal["id"]))["evidence"]["queues"]
    assert [each["longest"] for each in queues] == [60]


async def test_a_queue_that_comes_late_under_a_former_code_counts_for_the_new_one(
    needs: Needs,
) -> None:
    await needs.serve()
    late = needs.queue(1)
    await needs.wish()
    recoded = TownshipRecoded(code=GAOLOU, new_code=NEW_CODE, valid_from=FIRST)
    entered = TOWNSHIP.model_copy(update={"code": NEW_CODE, "former_code": GAOLOU})
    await needs.house.hear(f"township:{NEW_CODE}", entered)
    await needs.house.hear(f"township:{GAOLOU}", recoded)
    await needs.house.hear("stop:s1", late)
    await needs.pass_days(20)
    await needs.serve(township_code=NEW_CODE)
    assert await needs.look() == 1
    (proposal,) = await needs.proposals()
    assert proposal["township_code"] == NEW_CODE
    assert proposal["points"] == {"repeated": 10, "queue": 30, "wishes": 25}


async def test_each_reads_what_concerns_them(needs: Needs) -> None:
    proposal = await needs.health_booth()
    assert [each["id"] for each in await needs.proposals(LEADER)] == [proposal["id"]]
    for who in (OTHER_LEADER, OFFICER):
        assert await needs.proposals(who) == []
        hidden = await needs.house.client.get(f"{URL}/{proposal['id']}", headers=who)
        assert (hidden.status_code, hidden.json()["code"]) == (
            404,
            "recurrence_proposal.not_found",
        )
    refused = await needs.post("search", LEADER)
    assert refused.status_code == 403
