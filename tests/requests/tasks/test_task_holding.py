"""Coordinators share the orders to accept: one takes it, hands it over, delegates it; on both stores."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from services.requests.bootstrap import build
from services.requests.orders.queries.tasks import SHARED_KINDS
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import AccessRevoked, CoordinatorChanged
from shared.contracts.requests import TaskHolderChanged
from shared.eventlog.tables import event_log
from shared.kernel.access import Role
from shared.tasks.retention import KEPT, EndedTasks
from shared.tasks.tables import task_holding
from tests.requests.township import EDITION, GAOLOU, JULY, TOWNSHIP, order, step
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.tokens import bearer

LI, WANG, CHEN = (bearer(Role.COORDINATOR, sub=name) for name in ("li", "wang", "chen"))


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
async def corps(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await house.hear(f"township:{TOWNSHIP.code}", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        for name in ("li", "wang", "chen"):
            await announce(house, name)
        yield house


async def announce(house: House, name: str, *, active: bool = True) -> None:
    await house.hear(f"account:{name}", CoordinatorChanged(subject=name, active=active))


async def submitted(house: House, **changes: Any) -> dict[str, str]:
    """The task that a new order makes."""
    made = await order(house, **changes)
    await step(house, made["id"], "submit")
    return {"code": "order_to_accept", "about": f"order:{made['id']}"}


async def act(
    house: House, who: dict[str, str], name: str, task: dict[str, str], **body: Any
) -> Any:
    answer = await house.client.post(f"/api/requests/tasks/{name}", json=task | body, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()["holder"]


async def refused(
    house: House, who: dict[str, str], name: str, task: dict[str, str], **body: Any
) -> tuple[int, str, str | None]:
    answer = await house.client.post(f"/api/requests/tasks/{name}", json=task | body, headers=who)
    said = answer.json()
    assert {"title", "detail", "remedy"} <= said.keys()
    return answer.status_code, said["code"], said.get("field")


async def listed(house: House, who: dict[str, str], **holder: str) -> list[dict[str, Any]]:
    answer = await house.client.get("/api/requests/tasks", params=holder, headers=who)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["counts"].get("order_to_accept", 0) == len(found["items"])
    return list(found["items"])


async def holder_of(house: House, who: dict[str, str]) -> Any:
    (task,) = await listed(house, who)
    return task["holder"]


async def test_everybody_sees_who_has_taken_it(corps: House) -> None:
    task = await submitted(corps)
    assert await holder_of(corps, LI) is None
    taken = await act(corps, LI, "take", task)
    assert (taken["subject"], taken["is_mine"]) == ("li", True)
    seen = await holder_of(corps, WANG)
    assert seen == taken | {"is_mine": False}
    await act(corps, LI, "give-back", task)
    assert await holder_of(corps, WANG) is None


async def test_of_those_who_take_it_at_once_one_has_it(corps: House) -> None:
    task = await submitted(corps)
    people = {name: bearer(Role.COORDINATOR, sub=name) for name in ("li", "wang", "chen")}
    answers = dict(
        zip(
            people,
            await asyncio.gather(
                *(
                    corps.client.post("/api/requests/tasks/take", json=task, headers=who)
                    for who in people.values()
                )
            ),
            strict=True,
        )
    )
    codes = sorted((answer.status_code, answer.json().get("code")) for answer in answers.values())
    assert codes == [(200, None), (409, "task_held"), (409, "task_held")]
    (winner,) = [name for name, answer in answers.items() if answer.status_code == 200]
    assert (await holder_of(corps, LI))["subject"] == winner


async def test_a_colleague_takes_over_what_she_knows_who_has(corps: House) -> None:
    task = await submitted(corps)
    await act(corps, LI, "take", task)
    stale = await refused(corps, WANG, "take", task, instead_of="chen")
    assert stale == (409, "task_held", "about")
    taken = await act(corps, WANG, "take", task, instead_of="li")
    assert taken["subject"] == "wang"


async def test_a_delegated_task_returns_on_the_day_after(corps: House, clock: PlayedClock) -> None:
    task = await submitted(corps)
    handed = await act(corps, LI, "hand-over", task, colleague="wang", until_on="2014-06-28")
    assert (handed["subject"], handed["given_by"]) == ("wang", "li")
    assert (handed["until_on"], handed["returns_to"]) == ("2014-06-28", "li")
    assert [len(await listed(corps, who, holder="me")) for who in (LI, WANG)] == [0, 1]
    clock.move(days=1, hours=14)  # a quarter to midnight in China
    assert (await holder_of(corps, WANG))["is_mine"]
    clock.move(hours=1)
    returned = await holder_of(corps, LI)
    assert (returned["subject"], returned["until_on"], returned["given_by"]) == ("li", None, None)
    assert [len(await listed(corps, who, holder="me")) for who in (LI, WANG)] == [1, 0]
    assert await refused(corps, WANG, "give-back", task) == (409, "task_held", "about")
    assert await act(corps, LI, "give-back", task) is None


async def test_a_list_shows_what_is_mine_or_nobodys(corps: House) -> None:
    mine, hers, nobodys = [
        await submitted(corps, place=f"文化广场 {number} 号") for number in range(3)
    ]
    await act(corps, LI, "take", mine)
    await act(corps, WANG, "take", hers)
    for holder, wanted in (("me", mine), ("nobody", nobodys)):
        (task,) = await listed(corps, LI, holder=holder)
        assert task["about"] == wanted["about"]
    assert len(await listed(corps, LI)) == 3
    strange = await corps.client.get("/api/requests/tasks?holder=wang", headers=LI)
    assert (strange.status_code, strange.json()["field"]) == (422, "holder")


async def test_mine_is_found_behind_the_first_that_are_listed(corps: House) -> None:
    made = [await submitted(corps, place=f"文化广场 {number} 号") for number in range(21)]
    await act(corps, LI, "take", made[-1])
    (task,) = await listed(corps, LI, holder="me")
    assert task["about"] == made[-1]["about"]


async def test_what_is_done_can_be_taken_no_more(corps: House) -> None:
    task = await submitted(corps)
    await act(corps, LI, "take", task)
    await step(corps, task["about"].removeprefix("order:"), "accept")
    assert await listed(corps, LI, holder="me") == []
    assert await refused(corps, WANG, "take", task) == (404, "task.not_found", "task_id")


async def test_refusals_name_the_field(corps: House) -> None:
    task = await submitted(corps)
    other = {"code": "order_draft", "about": task["about"]}
    assert await refused(corps, LI, "take", other) == (422, "task_not_shared", "code")
    strange = task | {"about": "edition:summer-2014"}
    assert (await refused(corps, LI, "take", strange))[:2] == (404, "task.not_found")
    for colleague, code in (("li", "colleague_is_self"), ("zhao", "no_such_colleague")):
        said = await refused(corps, LI, "hand-over", task, colleague=colleague)
        assert said == (422, code, "colleague")
    said = await refused(corps, LI, "hand-over", task, colleague="wang", until_on="2014-06-26")
    assert said == (422, "delegated_until_past", "until_on")
    assert await holder_of(corps, LI) is None


async def test_nobody_but_a_coordinator_takes_a_task(corps: House) -> None:
    task = await submitted(corps)
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    assert (await refused(corps, officer, "take", task))[:2] == (403, "forbidden")


async def test_what_a_closed_account_had_is_free_again(corps: House) -> None:
    hers, lent, borrowed = [
        await submitted(corps, place=f"文化广场 {number} 号") for number in range(3)
    ]
    await act(corps, WANG, "take", hers)
    await act(corps, LI, "hand-over", lent, colleague="wang", until_on="2014-07-03")
    await act(corps, WANG, "hand-over", borrowed, colleague="li", until_on="2014-07-03")
    await announce(corps, "wang", active=False)
    holders = {task["about"]: task["holder"] for task in await listed(corps, LI)}
    assert holders[hers["about"]] is None
    assert (holders[lent["about"]]["subject"], holders[lent["about"]]["until_on"]) == ("li", None)
    assert holders[borrowed["about"]]["returns_to"] is None
    said = await refused(corps, LI, "hand-over", lent, colleague="wang")
    assert said == (422, "no_such_colleague", "colleague")
    # Her token still counts where her sign-out has not arrived yet.
    assert (await refused(corps, WANG, "take", hers))[:2] == (403, "forbidden")
    await announce(corps, "wang")
    assert (await act(corps, WANG, "take", hers))["subject"] == "wang"


async def test_the_event_twice_late_and_out_of_order(corps: House) -> None:
    task = await submitted(corps)
    stream = "account:zhou"
    made = CoordinatorChanged(subject="zhou", active=True)
    closed = CoordinatorChanged(subject="zhou", active=False)
    signed_out = AccessRevoked(subject="zhou", before=datetime(2014, 6, 27, tzinfo=UTC))
    first, second, third = (
        corps.envelope(stream, event, seq=seq)
        for seq, event in enumerate((made, signed_out, closed), start=1)
    )
    assert await corps.broker.publish([third, second]) == [True, True]
    said = await refused(corps, LI, "hand-over", task, colleague="zhou")
    assert said == (422, "no_such_colleague", "colleague")
    assert await corps.broker.publish([first, first, third]) == [True, True, True]
    said = await refused(corps, LI, "hand-over", task, colleague="zhou")
    assert said == (422, "no_such_colleague", "colleague")
    opened = corps.envelope(stream, made, seq=4)
    assert await corps.broker.publish([opened, opened]) == [True, True]
    assert (await act(corps, LI, "hand-over", task, colleague="zhou"))["subject"] == "zhou"


async def test_whoever_is_closed_while_tasks_are_handed_to_her_has_none(corps: House) -> None:
    tasks = [await submitted(corps, place=f"文化广场 {number} 号") for number in range(6)]
    await asyncio.gather(
        *(
            corps.client.post(
                "/api/requests/tasks/hand-over", json=task | {"colleague": "wang"}, headers=LI
            )
            for task in tasks
        ),
        announce(corps, "wang", active=False),
    )
    assert [task["holder"] for task in await listed(corps, LI)] == [None] * 6


async def test_the_audit_log_says_who_handed_what_to_whom(corps: House) -> None:
    task = await submitted(corps)
    await act(corps, LI, "hand-over", task, colleague="wang")
    log = (await corps.client.get("/api/requests/audit")).json()
    (entry,) = [entry for entry in log if entry["action"] == "hand_task_over"]
    (change,) = entry["changes"]
    assert (entry["subject"], change["key"]) == ("li", f"order_to_accept/{task['about']}")
    assert (change["before"]["holder"], change["after"]["holder"]) == (None, "wang")


async def test_holdings_of_what_is_done_are_deleted_after_their_time(
    corps: House, clock: PlayedClock
) -> None:
    done, waits = [await submitted(corps, place=f"文化广场 {number} 号") for number in range(2)]
    for task in (done, waits):
        await act(corps, LI, "take", task)
    await step(corps, done["about"].removeprefix("order:"), "accept")
    prune = EndedTasks(SHARED_KINDS, clock)

    async def pruned() -> tuple[int, int]:
        async with corps.uow("requests").database.writing() as session:
            count = await prune(session, clock())
            kept = await session.scalar(select(func.count()).select_from(task_holding))
        return count, kept or 0

    assert await pruned() == (0, 2)
    clock.move(seconds=(KEPT + timedelta(minutes=1)).total_seconds())
    assert await pruned() == (1, 1)
    assert await pruned() == (0, 1)
    assert (await holder_of(corps, LI))["is_mine"]


async def told(house: House) -> list[tuple[str, str, str, str | None]]:
    """The colleagues who are told of changes so far: by which step, by whom, and until when."""
    return [
        (
            event.step,
            event.told_id,
            event.by_id,
            event.until_on.isoformat() if event.until_on else None,
        )
        for event in await house.published("requests")
        if isinstance(event, TaskHolderChanged)
    ]


async def test_the_colleague_is_told_and_nobody_of_what_is_ones_own_doing(corps: House) -> None:
    task = await submitted(corps)
    await act(corps, LI, "take", task)
    await act(corps, LI, "give-back", task)
    await refused(corps, LI, "hand-over", task, colleague="zhao")
    assert await told(corps) == []
    for _ in range(2):  # the same request again
        await act(corps, LI, "hand-over", task, colleague="wang", until_on="2014-07-03")
    await act(corps, WANG, "give-back", task)
    await refused(corps, WANG, "give-back", task)
    await act(corps, CHEN, "take", task, instead_of="li")
    await act(corps, CHEN, "hand-over", task, colleague="wang")
    assert await told(corps) == [
        ("handed_over", "wang", "li", "2014-07-03"),
        ("given_back", "li", "wang", None),
        ("taken_over", "li", "chen", None),
        ("handed_over", "wang", "chen", None),
    ]


async def test_a_task_that_comes_back_after_its_holding_went_is_told_again(
    corps: House, clock: PlayedClock
) -> None:
    """Each change is a stream of its own, so no consumer takes it for one of before."""
    task = await submitted(corps)
    for _ in range(2):
        await act(corps, LI, "hand-over", task, colleague="wang")
        async with corps.uow("requests").transaction() as tx:
            await tx.session.execute(delete(task_holding))
    this = event_log.c.type == TaskHolderChanged.type
    async with corps.uow("requests").database.reading() as session:
        rows = (await session.execute(select(event_log).where(this))).all()
    assert len({row.aggregate_id for row in rows}) == len(rows) == 2
    assert {row.aggregate_seq for row in rows} == {1}
