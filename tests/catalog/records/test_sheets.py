"""Paper for the day of service, on both stores: names of who stands at a stop, for those who may know them."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from services.catalog.bootstrap import build
from services.catalog.records.tables import stop_booth
from services.catalog.records.use_cases.copies import BOOTHS_KEPT, old_booths
from services.catalog.settings import CatalogSettings
from shared.contracts.dispatch import AssignmentDeclined, RosterChanged, TeamAssigned, TeamReleased
from shared.kernel.access import Role
from shared.privacy.retention import prune_all
from tests.catalog.corps import enter_corps, put
from tests.catalog.successions.merging import merge
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import bearer

RARE = "阿依·𠮷田㛃"
GAOLOU = {"name": "高楼镇", "name_en": "Gaolou", "lat": 27.8, "lon": 120.3}
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="clinic-two")
STOP = "stop:s1"


@pytest.fixture
async def house(new_store_url: NewUrl) -> AsyncIterator[House]:
    settings = CatalogSettings(database_url=new_store_url(), public_url="https://fuwu.example")
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=PlayedClock()
    ) as found:
        await enter_corps(found)
        await put(found, "townships/330381125000", GAOLOU)
        team = {"name": "义诊二队", "name_en": "Clinic Two", "agency_code": "bureau", "members": 5}
        await put(found, "teams/clinic-two", team)
        yield found


async def ask(
    house: House, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any
) -> Any:
    answer = await house.client.request(method, f"/api/catalog{path}", json=body, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def person(house: House, name: str, number: int, team_code: str = "health") -> str:
    entry = {
        "team_code": team_code,
        "name": name,
        "phone": f"1380013{number:04}",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }
    return str((await ask(house, "POST", "/volunteers", entry, status=201))["no"])


def booth(name: str = "a1", **more: Any) -> dict[str, Any]:
    return {
        "stop_id": "s1",
        "plan_id": "p1",
        "township_code": "330381125000",
        "place": "高楼镇文化礼堂",
        "on": date(2014, 6, 27),
        "part": "morning",
        "assignment_id": name,
        "order_id": "o1",
        "line_id": f"l{name}",
        "item_code": "clinic",
        "item_name": "医疗义诊",
        "item_name_en": "Clinic",
        "team_code": "health",
        "volunteers": 3,
    } | more


async def assigned(house: House, name: str = "a1", **more: Any) -> None:
    await house.hear(STOP, TeamAssigned(**booth(name, **more), revision=1))


async def rostered(
    house: House,
    *numbers: str,
    name: str = "a1",
    revision: int = 1,
    standby: tuple[str, ...] = (),
    why: str = "rostered",
    **more: Any,
) -> None:
    event = RosterChanged(
        **booth(name, **more),
        volunteer_nos=numbers,
        was_volunteer_nos=(),
        standby_nos=standby,
        reason_code=why,
        revision=revision,
    )
    await house.hear(STOP, event)


async def pages(
    house: House, sheet: str, *, status: int = 200, who: dict[str, str] | None = None
) -> list[str]:
    """The text of each page, without the spaces of the setting."""
    path = f"/api/catalog/stops/s1/{sheet}.pdf"
    answer = await house.client.get(path, headers=who or {})
    assert answer.status_code == status, answer.text
    if status != 200:
        return [answer.json()["code"]]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    read = PdfReader(BytesIO(answer.content)).pages
    for page in read:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    return [re.sub(r"\s", "", page.extract_text()) for page in read]


async def shown(house: House) -> list[tuple[str, str, str]]:
    """What the audit log says of names that were printed: kind, number and sheet."""
    entries = await ask(house, "GET", "/audit")
    return [
        (change["kind"], change["key"], change["noted"]["purpose"])
        for entry in entries
        if entry["action"] == "print_sheets"
        for change in entry["changes"]
        if change["noted"]["shown"] == "name"
    ]


async def test_a_duty_roster_says_who_stands_where_and_which_places_are_free(house: House) -> None:
    one, ready = await person(house, RARE, 1), await person(house, "林小雨", 2)
    contact = {"holder": "team", "code": "health", "name": "陈海燕", "mobile_phone": "13800001234"}
    await ask(house, "POST", "/contacts", contact, status=201)
    await assigned(house)
    await rostered(house, one, standby=(ready,))
    (text,) = await pages(house, "duty-roster", who=LEADER)
    words = "值班表 2014年6月27日周五上午 高楼镇文化礼堂 高楼镇 医疗义诊 卫生局 陈海燕"
    for word in [*words.split(), "需3人，已排1人", "打印于"]:
        assert word in text, word
    assert f"1{one}{RARE}在岗" in text
    assert "2待定3待定" in text
    assert f"{ready}林小雨候补" in text


async def test_a_sign_in_sheet_has_a_row_for_each_and_a_page_for_each_team(house: House) -> None:
    one, other = await person(house, RARE, 1), await person(house, "王芳", 2, "clinic-two")
    await assigned(house)
    await assigned(house, "a2", team_code="clinic-two", item_name="免费理发")
    await rostered(house, one)
    await rostered(house, other, name="a2", team_code="clinic-two", item_name="免费理发")
    second, first = await pages(house, "sign-in-sheet")
    for text in (first, second):
        for word in ("签到表", "到岗时间签名离岗时间签名备注", "总队补录", "双方确认"):
            assert word in text, word
    assert f"{one}{RARE}" in first
    assert "王芳" not in first
    assert f"{other}王芳" in second
    assert "免费理发" in second


async def test_a_leader_gets_the_own_teams_booths_and_the_rest_get_nothing(house: House) -> None:
    one, other = await person(house, RARE, 1), await person(house, "王芳", 2, "clinic-two")
    await assigned(house)
    await rostered(house, one)
    assert await pages(house, "duty-roster", status=404, who=OTHER_LEADER) == [
        "stop_sheet.not_found"
    ]
    await assigned(house, "a2", team_code="clinic-two")
    await rostered(house, other, name="a2", team_code="clinic-two")
    (theirs,) = await pages(house, "duty-roster", who=OTHER_LEADER)
    assert "王芳" in theirs
    assert one not in theirs
    for role in (Role.VOLUNTEER, Role.AUDITOR, Role.OFFICER, Role.CLERK):
        who = bearer(role, team_code="health", volunteer_no=one, township_code="330381125000")
        assert await pages(house, "sign-in-sheet", status=403, who=who) == ["forbidden"]


async def test_every_name_that_was_printed_is_in_the_audit_log(house: House) -> None:
    one, other = await person(house, RARE, 1), await person(house, "王芳", 2, "clinic-two")
    contact = {"holder": "team", "code": "health", "name": "陈海燕", "mobile_phone": "13800001234"}
    made = await ask(house, "POST", "/contacts", contact, status=201)
    await assigned(house)
    await rostered(house, one, other)
    assert await shown(house) == []
    (text,) = await pages(house, "sign-in-sheet", who=LEADER)
    assert f"{other}—" in text  # of another team by now, so not this leader's to know
    assert "王芳" not in text
    assert set(await shown(house)) == {
        ("volunteer", one, "sign_in_sheet"),
        ("contact", made["id"], "sign_in_sheet"),
    }
    await pages(house, "duty-roster")
    assert ("volunteer", other, "duty_roster") in await shown(house)


async def test_whoever_was_erased_is_a_dash(house: House) -> None:
    one, gone = await person(house, RARE, 1), await person(house, "王芳", 2)
    await assigned(house)
    await rostered(house, one, gone)
    reason = {"reason": "本人来信要求"}
    await ask(house, "POST", f"/volunteers/{gone}/erase", reason, status=202)
    (text,) = await pages(house, "duty-roster")
    assert f"{gone}—在岗" in text
    assert "王芳" not in text
    assert ("volunteer", gone, "duty_roster") not in await shown(house)


async def test_merged_people_and_teams_are_those_that_stayed(house: House) -> None:
    one, twin = await person(house, RARE, 1), await person(house, "林小雨", 2)
    await assigned(house)
    await rostered(house, twin)
    await merge(house, "volunteers", twin, one, take=[])
    values = {
        "name": "义诊二队",
        "name_en": "Clinic Two",
        "agency_code": "bureau",
        "members": 5,
        "area": [],
    }
    await merge(house, "teams", "health", "clinic-two", values=values)
    (text,) = await pages(house, "duty-roster", who=OTHER_LEADER)
    assert "义诊二队" in text
    assert f"{one}{RARE}" in text
    assert twin not in text
    assert await pages(house, "duty-roster", status=404, who=LEADER) == ["stop_sheet.not_found"]


async def test_sheets_follow_moves_changes_and_booths_that_are_given_up(house: House) -> None:
    one, two = await person(house, RARE, 1), await person(house, "林小雨", 2)
    await assigned(house)
    await rostered(house, one, revision=2)
    await rostered(house, two, revision=1)  # an older state
    moved: dict[str, Any] = {"on": date(2014, 7, 1), "part": "afternoon"}
    await assigned(house, **moved)
    (text,) = await pages(house, "duty-roster")
    assert "2014年7月1日周二下午" in text
    assert one in text
    assert two not in text
    await rostered(house, two, revision=3, why="swapped", **moved)
    (text,) = await pages(house, "duty-roster")
    assert two in text
    assert one not in text
    await house.hear(STOP, TeamReleased(**booth(**moved), reason_code="stop_moved"))
    await rostered(house, revision=4, why="booth_released", **moved)
    assert await pages(house, "duty-roster", status=404) == ["stop_sheet.not_found"]
    await assigned(house, "a2")
    await pages(house, "duty-roster")
    await house.hear(STOP, AssignmentDeclined(**booth("a2"), reason_code="busy"))
    assert await pages(house, "duty-roster", status=404) == ["stop_sheet.not_found"]


async def test_a_sheet_is_in_english_too_and_text_is_no_markup(house: House) -> None:
    one = await person(house, "Wang #Fang", 1)
    place = "*礼堂* $x$ #pagebreak()"
    await assigned(house, place=place)
    await rostered(house, one, place=place)
    english = LEADER | {"Accept-Language": "en"}
    (text,) = await pages(house, "duty-roster", who=english)
    for word in ("Dutyroster", "Fri27June2014,morning", "Gaolou", "HealthBureau", "Clinic"):
        assert word in text, word
    assert "*礼堂*$x$#pagebreak()" in text
    assert "Wang#Fang" in text


async def test_booths_are_forgotten_sixty_days_after_their_day(house: House) -> None:
    await assigned(house)
    service = house.services["catalog"]
    at = house.uow("catalog").now() + BOOTHS_KEPT
    prunes = [old_booths(lambda: at)]
    assert await prune_all(service.database, prunes, at) == 0
    at += timedelta(days=1)
    assert await prune_all(service.database, prunes, at) == 1
    async with house.uow("catalog").reading() as session:
        assert await session.scalar(select(func.count()).select_from(stop_booth)) == 0
