"""What notify holds of persons: sealed addresses, a volunteer's post; and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from services.notify.inbox.domain.recipient import mask_address
from services.notify.inbox.jobs import old_messages
from services.notify.inbox.queries import address_place
from services.notify.inbox.tables import delivery, message, recipient
from shared.contracts.catalog import PersonErased, PersonExportRequested, VolunteerChanged
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.privacy.answering import KEPT
from shared.privacy.retention import BATCH, EXPIRED_PARTS, prune_all
from shared.privacy.tables import person_part
from tests.notify.conftest import NewNotify
from tests.notify.rui_an import GAOLOU, directory, messages, ordered, tell
from tests.support.house import House
from tests.support.tokens import bearer

NO = "V-000007"
POST = f"volunteer.{NO}"
TOWN = f"township.{GAOLOU}"
ADDRESS = "lin.zhiyuan@example.org"
STREAM = f"volunteer:{NO}"
ME = bearer(Role.VOLUNTEER, volunteer_no=NO)
EXPORT = f"/api/notify/people/{NO}/export"


async def joined(house: House) -> None:
    """The volunteer has a post, an address and a message with mail to come."""
    await house.hear(STREAM, VolunteerChanged(volunteer_no=NO, team_code="health", active=True))
    put = await house.client.put(f"/api/notify/recipients/{POST}", json=PREFERENCE)
    assert put.status_code == 200, put.text
    async with house.uow("notify").transaction() as tx:
        await tx.session.execute(insert(message).values(message_row("m1", POST, utc_now())))
        await tx.session.execute(
            insert(delivery).values(
                id="m1.email", message_id="m1", recipient_id=POST, channel="email", state="queued", attempts=0,
                due_at=utc_now(), event_seq=0, version=1,
            )
        )  # fmt: skip


PREFERENCE = {"language": "zh-CN", "email": ADDRESS}


def message_row(key: str, recipient_id: str, created_at: Any) -> dict[str, Any]:
    return {
        "id": key, "recipient_id": recipient_id, "code": "message.order_accepted", "params": {}, "about": "order:1",
        "created_at": created_at, "read_at": None, "event_seq": 0, "version": 1,
    }  # fmt: skip


async def stored_address(house: House, recipient_id: str) -> str | None:
    async with house.uow("notify").reading() as session:
        stored: str | None = await session.scalar(
            select(recipient.c.email_sealed).where(recipient.c.id == recipient_id)
        )
    return stored


async def count(house: House, table: Any) -> int:
    async with house.uow("notify").reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (ADDRESS, "l****@e****.org"),
        ("a@b", "a****@b****"),
        ("x@mail.ruian.gov.cn", "x****@m****.cn"),
    ],
)
def test_an_address_is_shown_masked(address: str, masked: str) -> None:
    assert mask_address(address) == masked


async def test_an_address_is_stored_sealed_for_its_row(anywhere: House) -> None:
    await tell(anywhere, *directory())
    await anywhere.client.put(
        f"/api/notify/recipients/{TOWN}", json={"language": "en", "email": ADDRESS}
    )
    stored = await stored_address(anywhere, TOWN)
    assert stored is not None
    assert stored.startswith("v1.")
    vault = anywhere.services["notify"].vault
    assert vault.open(stored, address_place(TOWN)) == ADDRESS


async def test_a_volunteer_has_a_post_until_leaving_takes_the_address(anywhere: House) -> None:
    await joined(anywhere)
    assert await stored_address(anywhere, POST) is not None
    await anywhere.hear(STREAM, VolunteerChanged(volunteer_no=NO, team_code="health", active=False))
    assert await stored_address(anywhere, POST) is None


async def test_an_export_holds_post_and_messages_for_seven_days(new_notify: NewNotify) -> None:
    ahead = timedelta(0)
    async with new_notify(clock=lambda: utc_now() + ahead) as house:
        await joined(house)
        assert (await house.client.get(EXPORT)).status_code == 404
        await house.hear(STREAM, PersonExportRequested(volunteer_no=NO, request_id="r1"))
        answer = PersonDataCollected(volunteer_no=NO, request_id="r1", records=2)
        assert (await house.published("notify"))[-1] == answer
        part = (await house.client.get(EXPORT, headers=ME)).json()
        assert [record["kind"] for record in part["records"]] == ["recipient", "message"]
        assert part["records"][0]["email"] == ADDRESS
        async with house.uow("notify").reading() as session:
            stored = await session.scalar(select(person_part.c.data_sealed))
        assert stored is not None
        assert stored.startswith("v1.")
        for stranger in (bearer(Role.VOLUNTEER, volunteer_no="V-000008"), bearer(Role.AUDITOR)):
            assert (await house.client.get(EXPORT, headers=stranger)).status_code in (403, 404)
        ahead = KEPT + timedelta(minutes=1)
        assert (await house.client.get(EXPORT)).status_code == 404
        service = house.services["notify"]
        assert await prune_all(service.database, [EXPIRED_PARTS], utc_now() + ahead) == 1
        assert await count(house, person_part) == 0


async def test_who_is_unknown_is_answered_too(anywhere: House) -> None:
    await anywhere.hear(STREAM, PersonExportRequested(volunteer_no=NO, request_id="r1"))
    await anywhere.hear(STREAM, PersonErased(volunteer_no=NO, request_id="r2"))
    assert (await anywhere.published("notify"))[-2:] == [
        PersonDataCollected(volunteer_no=NO, request_id="r1", records=0),
        PersonDataErased(volunteer_no=NO, request_id="r2", records=0),
    ]


async def test_erasure_takes_post_messages_mail_and_collected_parts(anywhere: House) -> None:
    await joined(anywhere)
    await anywhere.hear(STREAM, PersonExportRequested(volunteer_no=NO, request_id="r1"))
    await anywhere.hear(STREAM, PersonErased(volunteer_no=NO, request_id="r2"))
    answer = PersonDataErased(volunteer_no=NO, request_id="r2", records=3 + 2)
    assert (await anywhere.published("notify"))[-1] == answer
    assert [await count(anywhere, table) for table in (message, delivery)] == [0, 0]
    assert await stored_address(anywhere, POST) is None
    assert (await anywhere.client.get(f"/api/notify/recipients/{POST}/messages")).status_code == 404
    assert (await anywhere.client.get(EXPORT)).status_code == 404


async def test_old_messages_go_in_batches_and_new_ones_stay(anywhere: House) -> None:
    await tell(anywhere, *directory(), ordered())
    before = await messages(anywhere, "coordinator")
    old = utc_now() - timedelta(days=1100)
    number, kept = BATCH + 20, await count(anywhere, message)
    async with anywhere.uow("notify").transaction() as tx:
        rows = [message_row(f"old-{n}", "coordinator", old) for n in range(number)]
        await tx.session.execute(insert(message), rows)
        counted = {"unread": recipient.c.unread + number, "messages": recipient.c.messages + number}
        await tx.session.execute(
            update(recipient).where(recipient.c.id == "coordinator").values(counted)
        )
    service = anywhere.services["notify"]
    events = len(await anywhere.published("notify"))
    await prune_all(
        service.database, [old_messages(timedelta(days=1095))], utc_now()
    )  # the job may help
    assert await count(anywhere, message) == kept
    assert await prune_all(service.database, [old_messages(timedelta(days=1095))], utc_now()) == 0
    assert await messages(anywhere, "coordinator") == before
    listed = (await anywhere.client.get("/api/notify/recipients")).json()["items"]
    assert next(entry for entry in listed if entry["id"] == "coordinator")["unread"] == len(before)
    assert len(await anywhere.published("notify")) == events


async def test_no_column_of_the_store_could_hold_an_address_in_clear(anywhere: House) -> None:
    await joined(anywhere)
    async with anywhere.uow("notify").reading() as session:
        for table in (recipient, message, delivery):
            rows = (await session.execute(text(f"SELECT * FROM {table.name}"))).all()
            assert ADDRESS not in str(rows)
