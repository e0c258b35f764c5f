"""Certificates over HTTP, on both stores: they follow dispatch's hours, are printed, verified and withdrawn."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from services.catalog.bootstrap import build
from services.catalog.records.tables import certificate as table
from services.catalog.records.use_cases.certificates import old_records
from services.catalog.settings import CatalogSettings
from shared.contracts.dispatch import HoursCorrected, HoursRecorded, HoursWithdrawn
from shared.kernel.access import Role
from shared.privacy.retention import prune_all
from tests.catalog.corps import enter_corps
from tests.support.clock import PlayedClock
from tests.support.excel import rows_of
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import bearer

NAME = "阿依·𠮷田㛃"
PERSON: dict[str, Any] = {
    "team_code": "health",
    "name": NAME,
    "phone": "13800138000",
    "consent_at": "2014-06-01T08:00:00+08:00",
    "consent_version": "v1",
}
OTHER_LEADER = bearer(Role.LEADER, team_code="clinic-two")
DAYS = {"first_on": "2014-06-27", "last_on": "2014-07-16"}
ANYBODY = {"Authorization": "", "Accept": "text/html"}


@pytest.fixture
async def house(new_store_url: NewUrl) -> AsyncIterator[House]:
    settings = CatalogSettings(database_url=new_store_url(), public_url="https://fuwu.example")
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=PlayedClock()
    ) as found:
        await enter_corps(found)
        yield found


@pytest.fixture
async def no(house: House) -> str:
    return str((await ask(house, "POST", "/volunteers", PERSON, status=201))["no"])


async def ask(
    house: House, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any
) -> Any:
    answer = await house.client.request(method, f"/api/catalog{path}", json=body, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def facts(no: str, hours: str = "a1", revision: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "stop_id": "s1",
        "plan_id": "p1",
        "township_code": "330381125000",
        "place": "高楼镇文化礼堂",
        "on": date(2014, 6, 27),
        "part": "morning",
        "assignment_id": "a1",
        "order_id": "o1",
        "line_id": "l1",
        "item_code": "clinic",
        "item_name": "医疗义诊",
        "item_name_en": "Clinic",
        "team_code": "health",
        "volunteers": 3,
        "hours_id": hours,
        "volunteer_no": no,
        "minutes": 180,
        "evidence": "checked",
        "hours_revision": revision,
    } | more


TIMES = {
    "starts_at": datetime(2014, 6, 27, 0, tzinfo=UTC),
    "ends_at": datetime(2014, 6, 27, 3, tzinfo=UTC),
}


async def served(house: House, no: str, hours: str = "a1", **more: Any) -> None:
    await house.hear("stop:s1", HoursRecorded(**facts(no, hours, **more), **TIMES))


async def issue(house: House, no: str, *, status: int = 201, **changes: str) -> Any:
    return await ask(house, "POST", f"/volunteers/{no}/certificates", DAYS | changes, status=status)


async def printed(house: House, certificate: Any) -> str:
    path = f"/api/catalog/certificates/{certificate['id']}/certificate.pdf"
    answer = await house.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


async def page_of(house: House, certificate: Any) -> str:
    """What anybody sees who scans the code: its address is in the store only."""
    async with house.uow("catalog").reading() as session:
        token = await session.scalar(select(table.c.token).where(table.c.id == certificate["id"]))
    answer = await house.client.get(f"/api/catalog/public/certificates/{token}", headers=ANYBODY)
    assert answer.status_code == 200, answer.text
    assert "<script" not in answer.text
    return answer.text


async def test_a_certificate_says_hours_by_class_and_never_a_sum(house: House, no: str) -> None:
    await served(house, no)
    await served(house, no, "a2", minutes=95, evidence="cosigned")
    await served(house, no, "a3", minutes=60, on=date(2014, 8, 1))
    made = await issue(house, no)
    assert made["number"] == "2014-000001"
    assert made["minutes"] == {"checked": 180, "cosigned": 95, "by_hand": 0}
    text = await printed(house, made)
    for words in (NAME, no, "2014-000001", "3 小时 0 分", "1 小时 35 分", "高楼镇文化礼堂"):
        assert words.replace(" ", "") in re.sub(r"\s", "", text), words
    assert "4小时35分" not in re.sub(r"\s", "", text)
    assert (await issue(house, no))["id"] == made["id"]
    other = await issue(house, no, last_on="2014-08-31")
    assert other["number"] == "2014-000002"


async def test_whoever_verifies_it_learns_of_corrections_and_withdrawal(
    house: House, no: str
) -> None:
    await served(house, no)
    made = await issue(house, no)
    page = await page_of(house, made)
    assert "有效" in page
    assert NAME not in page
    assert "阿" in page
    changed = facts(no, revision=2, minutes=200)
    await house.hear(
        "stop:s1", HoursCorrected(**changed, **TIMES, was_minutes=180, was_evidence="checked")
    )
    assert "记录已更正" in await page_of(house, made)
    (shown,) = await ask(house, "GET", f"/volunteers/{no}/certificates")
    assert shown["is_current"] is False
    again = await issue(house, no)
    assert again["number"] == "2014-000002"
    path = f"/certificates/{made['id']}/withdraw"
    body = {"reason_code": "records_wrong", "reason": "时长已更正"}
    await ask(house, "POST", path, body)
    assert "撤销" in await page_of(house, made)
    assert "有效" in await page_of(house, again)
    assert (await ask(house, "POST", path, body, status=409))["code"] == "illegal_transition"
    assert "已撤销" in re.sub(r"\s", "", await printed(house, made))


async def test_hours_that_count_no_more_are_not_certified_and_late_events_change_nothing(
    house: House, no: str
) -> None:
    await served(house, no)
    await house.hear("stop:s1", HoursWithdrawn(**facts(no, revision=2)))
    await house.hear("stop:s2", HoursRecorded(**facts(no), **TIMES))
    assert (await ask(house, "GET", f"/volunteers/{no}/records"))["records"] == []
    assert (await issue(house, no, status=409))["code"] == "nothing_served"
    refused = await issue(house, no, last_on="2014-06-01", status=422)
    assert refused["code"] == "certificate_days"


async def test_only_those_concerned_issue_and_read(house: House, no: str) -> None:
    await served(house, no)
    own = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)
    path = f"/api/catalog/volunteers/{no}/certificates"
    for who, status in (
        (own, 201),
        (OTHER_LEADER, 404),
        (bearer(Role.VOLUNTEER, team_code="health", volunteer_no="V-999999"), 404),
    ):
        answer = await house.client.post(path, json=DAYS, headers=who)
        assert answer.status_code == status
    (made,) = (await house.client.get(path, headers=own)).json()
    refused = await house.client.post(
        f"/api/catalog/certificates/{made['id']}/withdraw",
        json={"reason_code": "person_asked"},
        headers=own,
    )
    assert refused.status_code == 403
    answer = await house.client.get("/api/catalog/public/certificates/none", headers=ANYBODY)
    assert answer.status_code == 404


async def test_an_export_has_certificates_and_erasure_leaves_no_name_and_no_words(
    house: House, no: str
) -> None:
    await served(house, no)
    made = await issue(house, no)
    body = {"reason_code": "person_asked", "reason": "本人不想要了"}
    await ask(house, "POST", f"/certificates/{made['id']}/withdraw", body)
    await ask(house, "POST", f"/volunteers/{no}/export", status=202)
    part = await ask(house, "GET", f"/people/{no}/export")
    (shown,) = [each for each in part["records"] if each["kind"] == "certificate"]
    assert (shown["number"], shown["reason"]) == ("2014-000001", "本人不想要了")
    await ask(house, "POST", f"/volunteers/{no}/erase", {"reason": "本人来信要求"}, status=202)
    assert "不想要" not in await page_of(house, made)
    (kept,) = await ask(house, "GET", f"/volunteers/{no}/certificates")
    assert (kept["minutes"]["checked"], kept["reason"]) == (180, None)
    path = f"/certificates/{made['id']}/certificate.pdf"
    assert (await ask(house, "GET", path, status=409))["code"] == "certificate_of_nobody"


async def test_records_and_certificates_are_forgotten_after_ten_years(
    house: House, no: str
) -> None:
    await served(house, no)
    await issue(house, no)
    clock = house.uow("catalog").now
    service = house.services["catalog"]
    at = clock()
    prunes = old_records(10, lambda: at)
    assert await prune_all(service.database, prunes, at) == 0
    at += timedelta(days=3661)
    assert await prune_all(service.database, prunes, at) == 2
    assert await ask(house, "GET", f"/volunteers/{no}/certificates") == []


async def test_the_list_of_records_is_a_file_too(house: House, no: str) -> None:
    await served(house, no)
    await served(house, no, "a2", on=date(2014, 8, 1))
    contact = {"holder": "team", "code": "health", "name": "林海燕", "mobile_phone": "13800001234"}
    await ask(house, "POST", "/contacts", contact, status=201)
    path = "/records?first_on=2014-06-01&last_on=2014-06-30&team_code=health"
    found = await ask(house, "GET", path)
    assert [each["hours_id"] for each in found["items"]] == ["a1"]
    assert (await ask(house, "GET", "/records", headers=OTHER_LEADER))["items"] == []
    answer = await house.client.get(f"/api/catalog{path.replace('?', '.xlsx?')}")
    headings, row = rows_of(answer.content)
    told = dict(zip(headings, row, strict=True))
    assert (told["志愿者编号"], told["姓名"]) == (no, "阿*")
    assert told["负责人"] == "林*"
    assert (told["服务内容"], told["分钟"], told["类别"]) == ("医疗义诊", "180", "签到签退")
