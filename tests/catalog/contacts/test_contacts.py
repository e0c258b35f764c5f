"""Contacts: what is taken, what is shown to whom, what ends them, and what is left then."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.catalog.contacts.domain import MOST
from services.catalog.contacts.tables import SEALED, contact
from services.catalog.contacts.use_cases import end_expired_contacts
from services.catalog.successions.use_cases.townships import hand_over_townships
from shared.audit.tables import audit_log
from shared.kernel.access import Role
from tests.catalog.contacts.directory import (
    AUDITOR,
    CLERK,
    COORDINATOR,
    GAOLOU,
    LEADER,
    LIN,
    MOBILE,
    OFFICER,
    OTHER_LEADER,
    OTHER_OFFICER,
    TAOSHAN,
    Directory,
)
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer

TOWNSHIP = {"holder": "township", "code": GAOLOU}


async def stored(directory: Directory) -> list[Any]:
    uow = directory.house.uow("catalog")
    async with uow.reading() as session:
        return list(await session.execute(select(contact).order_by(contact.c.id)))


async def audited(directory: Directory) -> list[Any]:
    async with directory.house.uow("catalog").reading() as session:
        return list(await session.execute(select(audit_log).order_by(audit_log.c.id)))


async def test_a_contact_is_masked_and_sealed_and_a_number_shown_one_by_one(
    directory: Directory,
) -> None:
    entered = await directory.enter()
    assert entered == {
        "id": entered["id"],
        "holder": "team",
        "code": "health",
        "state": "current",
        "name": "林志远",
        "duty": "联络员",
        "office_phone": "057****2345",
        "mobile_phone": "138****8000",
        "entered_on": "2014-06-27",
        "valid_until": None,
        "ended_on": None,
    }
    assert (await directory.listed()).json() == [entered]
    (row,) = await stored(directory)
    for column in SEALED:
        assert getattr(row, column.name).startswith("v1.")
    assert MOBILE not in str(row)
    shown = await directory.ask(f"/{entered['id']}/reveal", field="mobile_phone")
    assert shown.json() == {"field": "mobile_phone", "number": MOBILE}
    office = await directory.ask(f"/{entered['id']}/reveal", field="office_phone")
    assert office.json()["number"] == "057765812345"
    entries = await audited(directory)
    acts = [entry.action for entry in entries if "contact" in entry.action]
    assert acts == [
        "enter_contact",
        "reveal_contact",
        "reveal_contact",
    ]
    assert not any(
        text in str(entry) for entry in entries for text in (MOBILE, "林志远", "65812345")
    )


async def test_no_event_and_no_log_says_a_word_of_contacts(
    directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(await directory.house.published("catalog"))
    entered = await directory.enter()
    await directory.ask(f"/{entered['id']}/reveal", field="mobile_phone")
    await directory.ask(f"/{entered['id']}/remove")
    assert len(await directory.house.published("catalog")) == before
    assert MOBILE not in caplog.text
    assert "林志远" not in caplog.text


@on_sqlite
async def test_who_reads_what(directory: Directory) -> None:
    """The corps all, a leader and an officer their own, an auditor masked, and nobody else anything."""
    team, town = await directory.enter(), await directory.enter(**TOWNSHIP)
    office = await directory.enter(holder="agency", code="bureau")
    ids = {"team": team["id"], "township": town["id"], "agency": office["id"]}
    own = {"team": LEADER, "township": OFFICER}
    codes = {"team": "health", "township": GAOLOU, "agency": "bureau"}
    for holder, contact_id in ids.items():
        for who in (COORDINATOR, AUDITOR, LEADER, OTHER_LEADER, OFFICER, OTHER_OFFICER):
            may = who in (COORDINATOR, AUDITOR) or own.get(holder) is who
            listed = await directory.listed(who, holder, codes[holder])
            assert listed.status_code == (200 if may else 404), (holder, listed.text)
            one = await directory.house.client.get(
                f"/api/catalog/contacts/{contact_id}", headers=who
            )
            assert one.status_code == listed.status_code
            shown = await directory.ask(f"/{contact_id}/reveal", who, field="mobile_phone")
            assert shown.status_code == (403 if who is AUDITOR else 200 if may else 404)
            if may:
                name = "林*" if who is AUDITOR else "林志远"
                assert [each["name"] for each in listed.json()] == [name] == [one.json()["name"]]
    for who in (CLERK, bearer(Role.VOLUNTEER, team_code="health", volunteer_no="V-000001")):
        assert (await directory.listed(who)).status_code == 403


async def test_an_officer_and_a_leader_keep_their_own_and_no_others(directory: Directory) -> None:
    await directory.enter(LEADER)
    mine = await directory.enter(OFFICER, **TOWNSHIP)
    for headers, said in (
        (OTHER_LEADER, {}),
        (OTHER_OFFICER, TOWNSHIP),
        (OFFICER, {"code": "health"}),
        (LEADER, {"holder": "agency", "code": "bureau"}),
    ):
        refused = await directory.ask(headers=headers, **LIN | said)
        assert (refused.status_code, refused.json()["field"]) == (403, "code")
    assert (await directory.correct(mine["id"], OFFICER, duty="站长")).json()["duty"] == "站长"
    for step in ("reveal", "remove"):
        body = {"field": "mobile_phone"} if step == "reveal" else {}
        away = await directory.ask(f"/{mine['id']}/{step}", OTHER_OFFICER, **body)
        assert away.status_code == 404
    assert (await directory.ask(f"/{mine['id']}/export", OFFICER)).status_code == 403
    assert (await directory.ask(f"/{mine['id']}/remove", OFFICER)).json()["state"] == "ended"


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"mobile_phone": "138****8000"}, "phone_masked", "mobile_phone"),
        ({"office_phone": "０５７７＊＊＊＊２３４５"}, "phone_masked", "office_phone"),
        ({"mobile_phone": "12345"}, "phone_malformed", "mobile_phone"),
        ({"office_phone": "65812345"}, "phone_malformed", "office_phone"),
        (
            {"mobile_phone": None, "office_phone": None},
            "contact_without_phone",
            "mobile_phone",
        ),
        ({"name": "\u200b"}, "name_missing", "name"),
        ({"valid_until": "2014-06-26"}, "day_is_past", "valid_until"),
        ({"duty": "电话13800138000"}, "invalid_request", None),
    ],
)
async def test_what_is_not_taken_is_said(
    directory: Directory, changes: Any, code: str, field: str | None
) -> None:
    entered = await directory.enter()
    for refused in (
        await directory.ask(**LIN | changes),
        await directory.correct(entered["id"], **changes),
    ):
        assert refused.status_code == 422, refused.text
        said = refused.json()
        if field is not None:
            assert (said["code"], said["field"]) == (code, field)
        del said["instance"]  # a number of its own, in which any three digits may stand
        assert "138" not in str(said)
    assert (await directory.listed()).json() == [entered]


async def test_what_is_left_out_stays_and_null_takes_away(directory: Directory) -> None:
    entered = await directory.enter()
    corrected = (await directory.correct(entered["id"], name="陈站长")).json()
    assert corrected == entered | {"name": "陈站长"}
    corrected = (await directory.correct(entered["id"], mobile_phone=None)).json()
    assert (corrected["mobile_phone"], corrected["office_phone"]) == (None, "057****2345")
    gone = await directory.ask(f"/{entered['id']}/reveal", field="mobile_phone")
    assert (gone.status_code, gone.json()["code"]) == (404, "contact_number.not_found")
    last = await directory.correct(entered["id"], office_phone=None)
    assert (last.status_code, last.json()["code"]) == (422, "contact_without_phone")


async def test_of_two_corrections_the_second_is_told(directory: Directory) -> None:
    entered = await directory.enter()
    path = f"/api/catalog/contacts/{entered['id']}"
    tag = (await directory.house.client.get(path, headers=COORDINATOR)).headers["etag"]
    matching = COORDINATOR | {"If-Match": tag}
    first = await directory.house.client.put(path, json={"duty": "站长"}, headers=matching)
    assert first.status_code == 200
    second = await directory.house.client.put(path, json={"duty": "干事"}, headers=matching)
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    blind = await directory.house.client.put(path, json={"duty": "干事"}, headers=COORDINATOR)
    assert blind.status_code == 428


async def test_a_second_contact_with_the_same_mobile_number_is_asked_about(
    directory: Directory,
) -> None:
    await directory.enter()
    await directory.enter(code="clinic-two")
    doubted = await directory.ask(**LIN | {"name": "陈晓"})
    assert (doubted.status_code, doubted.json()["code"]) == (409, "confirmation_needed")
    assert len((await directory.listed()).json()) == 1
    confirmed = await directory.ask("?confirm=contact_like_another", **LIN | {"name": "陈晓"})
    assert confirmed.status_code == 201


async def test_an_entry_has_only_so_many_also_when_several_are_entered_at_once(
    directory: Directory,
) -> None:
    numbers = [f"1380013{number:04}" for number in range(MOST + 3)]
    answers = await asyncio.gather(
        *(directory.ask(**LIN | {"mobile_phone": number}) for number in numbers)
    )
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(answers) - len(refused) == MOST == len((await directory.listed()).json())
    assert {answer.json()["code"] for answer in refused} == {"contacts_full"}


async def test_one_that_ends_leaves_its_days_and_nothing_of_the_person(
    directory: Directory,
) -> None:
    entered = await directory.enter()
    directory.clock.now = datetime(2014, 7, 2, 1, tzinfo=UTC)
    ended = (await directory.ask(f"/{entered['id']}/remove")).json()
    nothing = dict.fromkeys(("name", "duty", "office_phone", "mobile_phone"))
    assert ended == entered | nothing | {"state": "ended", "ended_on": "2014-07-02"}
    assert (await directory.listed()).json() == [ended]
    (row,) = await stored(directory)
    assert [getattr(row, column.name) for column in (*SEALED, contact.c.mobile_index)] == [None] * 5
    for step, body in (
        ("reveal", {"field": "mobile_phone"}),
        ("export", {}),
        ("remove", {}),
    ):
        again = await directory.ask(f"/{entered['id']}/{step}", **body)
        assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert (await directory.correct(entered["id"], duty="干事")).status_code == 409


async def test_a_contact_ends_on_the_day_after_its_last_and_once(directory: Directory) -> None:
    entered = await directory.enter(valid_until="2014-06-30")
    stays = await directory.enter(code="clinic-two", valid_until="2014-07-01")
    uow = directory.house.uow("catalog")
    directory.clock.now = datetime(2014, 6, 30, 15, 59, tzinfo=UTC)  # a minute to midnight
    await end_expired_contacts(uow)
    assert (await directory.listed()).json() == [entered]
    directory.clock.now = datetime(2014, 6, 30, 16, 1, tzinfo=UTC)
    await asyncio.gather(end_expired_contacts(uow), end_expired_contacts(uow))
    (ended,) = (await directory.listed()).json()
    assert (ended["state"], ended["name"], ended["ended_on"]) == ("ended", None, "2014-06-30")
    assert (await directory.listed(code="clinic-two")).json() == [stays]


async def test_contacts_go_with_a_township_to_its_new_code(directory: Directory) -> None:
    entered = await directory.enter(**TOWNSHIP)
    gone = await directory.enter(**TOWNSHIP | {"mobile_phone": "13900139000"})
    await directory.ask(f"/{gone['id']}/remove")
    new = "330381126000"
    path = f"/api/catalog/townships/{GAOLOU}/recode"
    body = {"new_code": new, "valid_from": "2014-07-01"}
    answer = await directory.house.client.post(path, json=body, headers=COORDINATOR)
    assert answer.status_code == 200
    directory.clock.now = datetime(2014, 7, 1, 1, tzinfo=UTC)
    for _ in range(2):
        await hand_over_townships(directory.house.uow("catalog"))
    assert (await directory.listed(holder="township", code=GAOLOU)).json() == []
    moved = (await directory.listed(holder="township", code=new)).json()
    assert [each["id"] for each in moved] == [entered["id"], gone["id"]]
    shown = await directory.ask(f"/{entered['id']}/reveal", field="mobile_phone")
    assert shown.json()["number"] == MOBILE, "it opens where it stands now"
    late = await directory.ask(**LIN | TOWNSHIP)
    assert (late.status_code, late.json()["code"]) == (409, "contact_at_former_code")


async def test_a_person_who_asks_gets_what_is_held_everywhere(directory: Directory) -> None:
    entered = await directory.enter()
    await directory.enter(holder="township", code=TAOSHAN, name="林志远", duty=None)
    await directory.enter(holder="agency", code="bureau", mobile_phone="13900139000")
    held = (await directory.ask(f"/{entered['id']}/export")).json()
    assert {(each["holder"], each["code"], each["mobile_phone"]) for each in held} == {
        ("team", "health", MOBILE),
        ("township", TAOSHAN, MOBILE),
    }
    (noted,) = [entry for entry in await audited(directory) if entry.action == "export_contact"]
    assert noted.changes.count('"exported":"person"') == 2


async def test_a_volunteers_export_and_erasure_cover_what_is_held_of_the_contact(
    directory: Directory,
) -> None:
    await directory.enter(mobile_phone=MOBILE)
    other = await directory.enter(mobile_phone="13900139000")
    client = directory.house.client
    said = {"team_code": "health", "name": "林志远", "phone": MOBILE}
    said |= {"consent_at": "2014-06-01T08:00:00+08:00", "consent_version": "2014-1"}
    no = (await client.post("/api/catalog/volunteers", json=said)).json()["no"]
    assert (await client.post(f"/api/catalog/volunteers/{no}/export")).status_code == 202
    part = (await client.get(f"/api/catalog/people/{no}/export")).json()
    assert [
        (record["code"], record["mobile_phone"])
        for record in part["records"]
        if record["kind"] == "contact"
    ] == [("health", MOBILE)]
    erased = await client.post(f"/api/catalog/volunteers/{no}/erase", json={"reason": "本人要求"})
    assert erased.status_code == 202
    states = {each["id"]: each["state"] for each in (await directory.listed()).json()}
    assert states.pop(other["id"]) == "current"
    assert list(states.values()) == ["ended"]
