"""Files of an order: attached, read by those who may see the order, taken away; and nothing is left over."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from services.requests.attachments.domain.attachment import FOLDER, MOST_OF_AN_ORDER, key_of
from services.requests.attachments.tables import KEPT, OLD_ATTACHMENTS, attachment
from services.requests.attachments.use_cases import remove_orphans
from shared.kernel.access import Role
from shared.kernel.ids import new_id
from shared.storage.folder import FolderStore
from shared.storage.orphans import ORPHANED
from shared.storage.port import FileStore, Stored
from tests.requests.attachments.files import jpeg, pdf, png
from tests.requests.attachments.test_content import HOSTILE
from tests.requests.township import GAOLOU, order, step
from tests.support.house import House
from tests.support.tokens import bearer


def files_of(house: House) -> FileStore:
    store: FileStore = house.services["requests"].api.state.files
    return store


async def kept(house: House) -> list[str]:
    return [each.key async for each in files_of(house).stored(FOLDER)]


async def attach(
    house: House, made: dict[str, Any], data: bytes, name: str = "公函.pdf", **headers: str
) -> Any:
    return await house.client.post(
        f"/api/requests/orders/{made['id']}/attachments",
        content=data,
        headers={"File-Name": quote(name)} | headers,
    )


def path_of(made: dict[str, Any], one: dict[str, Any]) -> str:
    return f"/api/requests/orders/{made['id']}/attachments/{one['id']}"


async def test_a_file_is_attached_read_and_taken_away(requests: House) -> None:
    made = await order(requests)
    answer = await attach(requests, made, pdf(), "西村\u202e平面图.pdf")
    assert answer.status_code == 201, answer.text
    one = answer.json()
    assert (one["name"], one["media_type"], one["made_by"]) == (
        "西村平面图.pdf",
        "application/pdf",
        "coordinator",
    )
    listed = await requests.client.get(f"/api/requests/orders/{made['id']}/attachments")
    assert listed.json() == [one]
    read = await requests.client.get(path_of(made, one))
    assert (read.content, read.headers["content-type"]) == (pdf(), "application/pdf")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert read.headers["cache-control"] == "private, no-store"
    assert read.headers["content-disposition"].startswith("attachment;")
    assert quote("西村平面图.pdf") in read.headers["content-disposition"]
    assert (await requests.client.delete(path_of(made, one))).status_code == 204
    assert (await requests.client.get(path_of(made, one))).status_code == 404
    assert await kept(requests) == []


async def test_only_those_read_it_who_may_see_the_order(requests: House) -> None:
    made, other = await order(requests), await order(requests, place="别处")
    one = (await attach(requests, made, png(), "照片.png")).json()
    elsewhere = bearer(Role.OFFICER, township_code="330381122000")
    own = bearer(Role.OFFICER, township_code=GAOLOU)
    for headers, status in ((own, 200), (elsewhere, 404), (bearer(Role.AUDITOR), 200)):
        assert (
            await requests.client.get(path_of(made, one), headers=headers)
        ).status_code == status
    assert (await requests.client.get(path_of(other, one))).status_code == 404
    assert (await attach(requests, made, png(), **elsewhere)).status_code == 404
    leader = bearer(Role.LEADER, team_code="health")
    assert (await requests.client.get(path_of(made, one), headers=leader)).status_code == 403


async def test_hostile_files_leave_nothing_behind(requests: House) -> None:
    made = await order(requests)
    for name, (data, code) in HOSTILE.items():
        answer = await attach(requests, made, data)
        assert (answer.status_code, answer.json()["code"]) == (422, code), name
    for wrong in ("%00", "%FF", quote("很" * 90)):
        answer = await attach(requests, made, pdf(), **{"File-Name": wrong})
        assert answer.status_code == 422, wrong
    assert await kept(requests) == []
    listed = await requests.client.get(f"/api/requests/orders/{made['id']}/attachments")
    assert listed.json() == []


async def test_an_order_takes_so_many_and_none_when_it_is_over(requests: House) -> None:
    made = await order(requests)
    answers = await asyncio.gather(
        *(attach(requests, made, jpeg()) for _ in range(MOST_OF_AN_ORDER + 3))
    )
    assert sorted(answer.status_code for answer in answers)[-3:] == [409] * 3
    assert len(await kept(requests)) == MOST_OF_AN_ORDER
    await step(requests, made["id"], "cancel", reason_code="not_needed")
    one = next(answer.json() for answer in answers if answer.is_success)
    over = await requests.client.delete(path_of(made, one))
    assert (over.status_code, over.json()["code"]) == (409, "attachment_order_over")


class Killed(FolderStore):
    """Whoever attaches a file is killed when it is stored, before a row names it."""

    async def put(self, key: str, content: bytes) -> None:
        await super().put(key, content)
        raise asyncio.CancelledError


class Aged(FolderStore):
    """All files are older than anybody takes to attach one."""

    async def stored(self, folder: str) -> AsyncIterator[Stored]:
        async for each in super().stored(folder):
            yield Stored(each.key, each.changed_at - ORPHANED - timedelta(hours=1))


async def test_a_killed_upload_leaves_no_orphan(requests: House, tmp_path: Path) -> None:
    state = requests.services["requests"].api.state
    folder = tmp_path / "files"
    made = await order(requests)
    state.files = Killed(folder)
    with pytest.raises(asyncio.CancelledError):
        await attach(requests, made, pdf())
    half = folder / f"{key_of(new_id())} {new_id()}.part"
    half.write_bytes(b"half")
    state.files = FolderStore(folder)
    one = (await attach(requests, made, pdf())).json()
    assert len(await kept(requests)) == 3
    uow = requests.uow("requests")
    await remove_orphans(uow, FolderStore(folder))
    assert len(await kept(requests)) == 3, "somebody may be attaching them just now"
    await remove_orphans(uow, Aged(folder))
    assert await kept(requests) == [key_of(one["id"])]


async def test_a_file_goes_with_its_time(requests: House, tmp_path: Path) -> None:
    made = await order(requests)
    old, new = [(await attach(requests, made, pdf())).json() for _ in range(2)]
    service = requests.services["requests"]
    now = service.uow.business_now()
    async with service.database.writing() as session:
        await session.execute(
            update(attachment)
            .where(attachment.c.id == old["id"])
            .values(made_at=now - KEPT - timedelta(days=1))
        )
        assert await OLD_ATTACHMENTS(session, now) == 1
    await remove_orphans(requests.uow("requests"), Aged(tmp_path / "files"))
    assert await kept(requests) == [key_of(new["id"])]
