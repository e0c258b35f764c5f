"""Proposals of recurring services outlive merges of teams and townships: each has one answer, by who it is for now."""

import asyncio
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.bootstrap import build
from services.requests.regularisation import use_cases
from services.requests.regularisation.domain.rule import Thresholds
from services.requests.regularisation.queries import Found, find_regular
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import TeamMerged, TownshipRecoded
from shared.contracts.requests import RecurrenceProposed
from shared.kernel.access import Role
from tests.requests.regularisation.needs import (
    CORPS,
    FIRST,
    LEADER,
    OTHER_LEADER,
    TERMS,
    Needs,
)
from tests.requests.township import GAOLOU
from tests.requests.wishes.wishing import MAYU, act, wish
from tests.support.house import running_house
from tests.support.tokens import bearer
from tests.support.waiting import until


async def merge_teams(needs: Needs) -> None:
    merged = TeamMerged(code="health", name="卫生队", name_en="H", into_code="justice")
    await needs.house.hear("team:justice", merged)


async def join_townships(needs: Needs) -> None:
    joined = TownshipRecoded(code=MAYU, new_code=GAOLOU, valid_from=FIRST, joins=True)
    await needs.house.hear(f"township:{MAYU}", joined)


async def needed_in_both(needs: Needs) -> None:
    """Each of the two townships has a long queue, a wish and a second order."""
    for number, code in ((1, GAOLOU), (2, MAYU)):
        await needs.serve(township_code=code)
        await needs.measure(number)
    await needs.pass_days(20)
    for number, code in enumerate((GAOLOU, MAYU)):
        said = {"what": f"量血压第{number}次", "came_by": "phone", "township_code": code}
        made = await wish(needs.house, CORPS, **said)
        await act(
            needs.house,
            made["group_id"],
            "match",
            made,
            edition_id="summer-2014",
            item_code="clinic",
            confirm=["gathered_by_likeness"],
        )
        await needs.serve(township_code=code)


async def test_the_team_that_took_the_other_s_place_answers(needs: Needs) -> None:
    proposal = await needs.health_booth()
    await merge_teams(needs)
    assert [each["team_code"] for each in await needs.proposals()] == ["justice"]
    path = f"{proposal['id']}/confirm"
    assert (await needs.post(path, LEADER, **TERMS)).status_code == 404
    answer = await needs.post(path, OTHER_LEADER, **TERMS)
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed"), answer.text


async def test_what_is_handed_to_a_team_that_was_joined_is_its_successor_s(needs: Needs) -> None:
    proposal = await needs.health_booth()
    merged = TeamMerged(code="lawyers", name="律师队", name_en="L", into_code="justice")
    await needs.house.hear("team:justice", merged)
    answer = await needs.post(
        f"{proposal['id']}/hand-on", CORPS, confirm=["team_new_to_item"], team_code="lawyers"
    )
    assert answer.json()["team_code"] == "justice", answer.text
    told = [e for e in await needs.house.published("requests") if isinstance(e, RecurrenceProposed)]
    assert told[-1].team_code == "justice"


async def test_of_two_townships_that_are_one_the_same_is_proposed_once(needs: Needs) -> None:
    await needed_in_both(needs)
    assert await needs.look() == 2
    await join_townships(needs)
    waiting = await needs.proposals(state="proposed")
    assert [each["township_code"] for each in waiting] == [GAOLOU, GAOLOU]
    assert await needs.look() == 0
    (left,) = await needs.proposals(state="proposed")
    assert left["id"] == min(each["id"] for each in waiting), "the earlier one"
    answer = await needs.post(f"{left['id']}/confirm", LEADER, **TERMS)
    assert answer.status_code == 200, answer.text
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    series = await needs.house.client.get("/api/requests/recurring-orders", headers=officer)
    assert [each["township_code"] for each in series.json()["items"]] == [GAOLOU]
    assert await needs.look() == 0


async def test_a_township_that_is_joined_while_its_needs_are_read_is_proposed_nothing(
    needs: Needs, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = find_regular

    async def find_and_join(session: AsyncSession, today: date, limits: Thresholds) -> list[Found]:
        found = await find(session, today, limits)
        await join_townships(needs)
        return found

    await needed_in_both(needs)
    monkeypatch.setattr(use_cases, "find_regular", find_and_join)
    assert await needs.look() == 1
    assert [each["township_code"] for each in await needs.proposals()] == [GAOLOU]


async def test_the_service_does_the_days_work_by_itself(
    needs: Needs, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is built for everybody else: only the fixture leaves its daily work out."""
    await needed_in_both(needs)
    assert await needs.proposals() == []
    monkeypatch.undo()
    settings = RequestsSettings(database_url=store_url)
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=needs.clock
    ):

        async def has_proposed() -> bool:
            return len(await needs.proposals(state="proposed")) == 2

        await until(has_proposed)


async def test_of_two_that_wait_on_the_day_of_the_merge_one_can_be_confirmed(needs: Needs) -> None:
    await needed_in_both(needs)
    assert await needs.look() == 2
    await join_townships(needs)
    first, second = [each["id"] for each in await needs.proposals(state="proposed")]
    answers = await asyncio.gather(
        *(needs.post(f"{each}/confirm", LEADER, **TERMS) for each in (first, second))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = (answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["detail"]) == (
        "ordered_regularly",
        "这个镇街已经定期点了“健康义诊”，再确认一次就会重复安排。",
    )
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    series = await needs.house.client.get("/api/requests/recurring-orders", headers=officer)
    assert len(series.json()["items"]) == 1
    assert sorted(each["state"] for each in await needs.proposals()) == ["confirmed", "proposed"]
    assert await needs.look() == 0
    assert sorted(each["state"] for each in await needs.proposals()) == ["confirmed", "lapsed"]


async def test_what_one_of_them_has_regularly_is_not_proposed_for_both(needs: Needs) -> None:
    await needed_in_both(needs)
    await needs.look()
    first, _ = sorted(await needs.proposals(state="proposed"), key=lambda each: each["id"])
    await needs.post(f"{first['id']}/confirm", LEADER, **TERMS)
    await join_townships(needs)
    assert await needs.look() == 0
    assert await needs.proposals(state="proposed") == []
