"""Which coordinators others hand tasks to: announced by their pseudonymous ids, and named to coordinators."""

import pyotp
from sqlalchemy import delete, select

from services.catalog.accounts.tables import account
from services.catalog.accounts.use_cases.coordinators import announce_coordinators
from shared.audit.tables import audit_log
from shared.contracts.catalog import CoordinatorChanged
from shared.eventlog.tables import event_log
from shared.kernel.access import Role
from shared.tasks.tables import coordinator as announced
from tests.catalog.administering import ACCOUNTS, ask, coordinator, ensure
from tests.catalog.city import City, claims
from tests.catalog.corps import enter_corps

SECRET = pyotp.random_base32()


async def events(city: City) -> list[tuple[str, bool]]:
    return [
        (event.subject, event.active)
        for event in await city.house.published("catalog")
        if isinstance(event, CoordinatorChanged)
    ]


async def test_a_coordinator_is_announced_when_the_account_is_made_closed_and_opened(
    city: City,
) -> None:
    headers = await coordinator(city)
    own = claims(headers["Authorization"].removeprefix("Bearer "))["sub"]
    before = await events(city)
    assert (own, True) in before
    made = await ask(city, "", headers, login="王科长", roles=["coordinator"])
    wang = made.json()["id"]
    await ensure(city, "旁听", Role.SUBSCRIBER)
    for step in ("disable", "enable", "reset", "disable", "erase"):
        answer = await ask(city, f"/{wang}/{step}", headers)
        assert answer.status_code == 200, answer.text
    assert (await events(city))[len(before) :] == [
        (wang, True),
        (wang, False),
        (wang, True),
        (wang, False),
    ]


async def test_coordinators_know_each_other_by_name(city: City) -> None:
    headers = await coordinator(city)
    wang = await ensure(city, "王科长", Role.COORDINATOR, secret=SECRET)
    listed = (await city.house.client.get(f"{ACCOUNTS}/coordinators", headers=headers)).json()
    assert {"id": wang, "name": "王科长", "login": "王科长"} in listed
    assert {each["login"] for each in listed} == {"总队", "王科长"}
    await ask(city, f"/{wang}/disable", headers)
    listed = (await city.house.client.get(f"{ACCOUNTS}/coordinators", headers=headers)).json()
    assert [each["login"] for each in listed] == ["总队"]


async def test_accounts_from_before_the_event_are_announced_once(city: City) -> None:
    wang = await ensure(city, "王科长", Role.COORDINATOR, secret=SECRET)
    await ensure(city, "运维", Role.OPERATOR, secret=SECRET)
    uow = city.house.uow("catalog")
    before = await events(city)
    await announce_coordinators(uow)
    assert await events(city) == before
    async with uow.database.writing() as session:
        await session.execute(delete(announced))
    for _ in range(2):
        await announce_coordinators(uow)
        new = (await events(city))[len(before) :]
        assert len(new) == 2
        assert (wang, True) in new


async def test_a_closed_coordinator_has_no_draft_of_the_menu(city: City) -> None:
    """Catalog hears nothing of itself; its own tasks are freed in the same transaction."""
    headers = await coordinator(city)
    wang = await ensure(city, "王科长", Role.COORDINATOR, secret=SECRET)
    task = {"code": "edition_to_publish", "about": "edition:summer-2014"}
    client = city.house.client
    client.headers.update(headers)
    await enter_corps(city.house)
    handed = await client.post(
        "/api/catalog/tasks/hand-over", json=task | {"colleague": wang}, headers=headers
    )
    assert handed.status_code == 200, handed.text
    await ask(city, f"/{wang}/disable", headers)
    (waiting,) = (await client.get("/api/catalog/tasks", headers=headers)).json()["items"]
    assert waiting["holder"] is None


async def names(city: City, headers: dict[str, str]) -> dict[str, str]:
    listed = (await city.house.client.get(f"{ACCOUNTS}/coordinators", headers=headers)).json()
    return {each["login"]: each["name"] for each in listed}


async def test_colleagues_know_each_other_by_the_names_that_were_entered(city: City) -> None:
    headers = await coordinator(city)
    made = await ask(city, "", headers, login="wang", name=" 王科长 ", roles=["coordinator"])
    wang = made.json()["id"]
    assert await names(city, headers) == {"总队": "总队", "wang": "王科长"}
    renamed = await ask(city, f"/{wang}/name", headers, name="王处长")
    assert renamed.json()["name"] == "王处长"
    own = await ask(city, "/self/name", headers, name="李主任")
    assert (own.status_code, own.json()["name"]) == (200, "李主任")
    assert await names(city, headers) == {"总队": "李主任", "wang": "王处长"}
    await ask(city, f"/{wang}/name", headers, name=None)
    assert (await names(city, headers))["wang"] == "wang"


async def test_a_number_is_no_name_and_a_name_leaves_no_trace(city: City) -> None:
    """Names are sealed in the store, and neither the audit log nor an event has them."""
    headers = await coordinator(city)
    wang = (await ask(city, "", headers, login="wang", roles=["coordinator"])).json()["id"]
    refused = await ask(city, f"/{wang}/name", headers, name="13800000000")
    assert (refused.status_code, refused.json()["code"]) == (422, "name_holds_a_number")
    await ask(city, f"/{wang}/name", headers, name="欧阳科长")
    uow = city.house.uow("catalog")
    async with uow.database.reading() as session:
        stored = await session.scalar(select(account.c.name_sealed).where(account.c.id == wang))
        audited = (await session.scalars(select(audit_log.c.changes))).all()
        events = (await session.scalars(select(event_log.c.body))).all()
    assert stored
    assert "欧阳科长" not in f"{stored}{audited}{[body.decode() for body in events]}"
    assert "name_sealed" in str(audited)
