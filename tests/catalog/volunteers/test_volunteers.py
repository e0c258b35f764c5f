"""Volunteers: what is taken, what is shown to whom, and what leaves catalog."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from stdnum.cn import ric

from services.catalog.contacts.domain import clean_name
from services.catalog.volunteers.tables import SEALED, volunteer
from services.catalog.volunteers.use_cases.personal_values import clean_identity
from shared.contracts.catalog import PersonErased, PersonExportRequested, VolunteerChanged
from shared.db.vault import add_key, reseal
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput
from shared.privacy.phones import clean_phone
from tests.support.house import OVERWRITING, House
from tests.support.tokens import bearer

IDENTITY = "33038119800101123" + ric.calc_check_digit("33038119800101123?")
LIN: dict[str, Any] = {
    "team_code": "health",
    "name": "林志远",
    "phone": "１３８ ００１３ ８０００",
    "identity": IDENTITY,
    "consent_at": "2014-06-01T08:00:00+08:00",
    "consent_version": "2014-1",
}
VOLUNTEERS = "/api/catalog/volunteers"
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="legal")
CLERK = bearer(Role.CLERK, township_code="330381101000")
AUDITOR = bearer(Role.AUDITOR)


def self_of(no: str) -> dict[str, str]:
    return bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)


@pytest.fixture
async def corps(catalog: House) -> House:
    """catalog with two teams."""
    names = {"name": "卫生局", "name_en": "Health"}
    assert (await catalog.client.put("/api/catalog/agencies/bureau", json=names)).status_code == 200
    for code in ("health", "legal"):
        body = {"name": "服务队", "name_en": "Team", "agency_code": "bureau", "members": 5}
        assert (
            await catalog.client.put(f"/api/catalog/teams/{code}", json=body)
        ).status_code == 200
    return catalog


async def enter(house: House, **changes: Any) -> str:
    response = await house.client.post(VOLUNTEERS, json=LIN | changes)
    assert response.status_code == 201, response.text
    return str(response.json()["no"])


async def post(
    house: House, path: str, body: dict[str, Any] | None = None, **headers: Any
) -> httpx.Response:
    return await house.client.post(f"{VOLUNTEERS}/{path}", json=body or {}, **headers)


REVEAL = {"field": "phone", "purpose": "contact", "reason": "通知改期"}


# --- values ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "008613800138000",
        "\u202a+86 138\u20110013\u20118000\u202c",  # as a phone's contacts hand it over
        "138\u200b0013\u200b8000",
        "138．0013．8000",
        "138.0013.8000",
        "（＋８６）１３８　００１３　８０００",
        "138—0013—8000",
        "\ufeff13800138000",
        "tel:+8613800138000",
    ],
)
def test_a_mobile_number_is_taken_however_it_is_typed(typed: str) -> None:
    assert clean_phone(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    ["0577-65812345", "（0577）6581 2345", "+86 577 6581\u20112345", "０５７７６５８１２３４５"],
)
def test_a_landline_is_taken_with_its_area_code(typed: str) -> None:
    assert clean_phone(typed) == "057765812345"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1380013800",
        "138001380000",
        "12800138000",
        "65812345",
        "１３８００１３８００a",
        "+852 9123 4567",
        "0577-65812345转801",
        "138FLOWERS",
        "400-820-8820",
        "\u200b",
    ],
)
def test_what_is_no_phone_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_phone(typed)
    assert refused.value.code == "phone_malformed"
    assert not refused.value.facts


def test_the_check_digit_is_that_of_the_standard() -> None:
    """The example of GB 11643-1999, annex A."""
    assert clean_identity("11010519491231002X") == "11010519491231002X"
    assert clean_identity("１１０１０５１９４９１２３１００２ｘ") == "11010519491231002X"
    assert clean_identity("440524188001010014") == "440524188001010014"


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a11010519491231002X\u202c",
        "\ufeff110105 19491231 002x",
        "110105-19491231-002Ｘ",
        "\u200b１１０１０５19491231002X",
    ],
)
def test_an_identity_number_is_taken_with_the_marks_that_pasting_brings(typed: str) -> None:
    assert clean_identity(typed) == "11010519491231002X"


def test_who_was_registered_after_a_division_was_made_keeps_the_number() -> None:
    """330381 exists since 1987; people born before have numbers that begin with it."""
    assert clean_identity(IDENTITY) == IDENTITY


@pytest.mark.parametrize(
    "name",
    [
        "\uf9f1",
        "隣",
        "阿依古丽·买买提",
        "𠮷田",
        "㛃",
        "葛\U000e0100",
        "欧阳　娜娜",
        "Zoe\u0308",
        "ﾐﾅ",
        "Ａｎｎａ",
    ],
)
def test_a_legal_name_stays_as_it_is(name: str) -> None:
    assert clean_name(f"\u202a\u200b {name}\ufeff　") == name


@pytest.mark.parametrize(
    ("name", "code"), [("\u200b\u2060 　", "name_missing"), ("林\ue000", "name_unreadable")]
)
def test_a_name_that_nobody_can_read_is_refused(name: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_name(name)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002",
        "110105194912310021",
        "11010519490231002X",
        "01010519491231002X",
        "1" * 18,
        "X" * 18,
    ],
)
def test_what_is_no_identity_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_identity(typed)
    assert refused.value.code == "identity_malformed"
    assert not refused.value.facts


def test_every_wrong_digit_is_noticed() -> None:
    for place in range(18):
        for digit in "0123456789":
            if digit != IDENTITY[place]:
                with pytest.raises(InvalidInput):
                    clean_identity(IDENTITY[:place] + digit + IDENTITY[place + 1 :])


# --- entering and showing -------------------------------------------------------------------------
async def test_a_volunteer_gets_a_number_and_is_shown_masked(corps: House) -> None:
    created = await corps.client.post(VOLUNTEERS, json=LIN)
    assert created.status_code == 201
    shown = created.json()
    assert shown == {
        "no": "V-000001",
        "team_code": "health",
        "state": "active",
        "name": "林*",
        "phone": "138****8000",
        "identity": f"3303**********{IDENTITY[-4:]}",
        "consent_at": "2014-06-01T00:00:00Z",
        "consent_version": "2014-1",
        "merged_into": None,
        "skills": [],
        "consents": [],
        "agreement_until": None,
        "novice_until": None,
        "novice": False,
        "minor": False,
        "guardian_consent_on": None,
    }
    assert (await corps.client.get(f"{VOLUNTEERS}/V-000001")).json() == shown
    assert (await corps.client.get(VOLUNTEERS)).json()["items"] == [shown]


async def test_numbers_do_not_repeat_under_load(corps: House) -> None:
    numbers = await asyncio.gather(
        *(enter(corps, phone=f"138001380{n:02}", identity=None) for n in range(12))
    )
    assert sorted(numbers) == [f"V-{n:06}" for n in range(1, 13)]


async def test_the_store_holds_sealed_values_only(corps: House) -> None:
    await enter(corps)
    async with corps.uow("catalog").reading() as session:
        row = (await session.execute(select(volunteer))).one()
    columns = [volunteer.c[f"{name}_sealed"] for name in ("name", "phone", "identity")]
    assert set(columns) <= set(SEALED)
    assert row.adult_on_sealed is None  # of adults no day of birth is kept
    assert all(getattr(row, column.name).startswith("v1.") for column in columns)
    assert IDENTITY not in str(row)
    assert "林" not in str(row)


async def test_an_identity_number_is_entered_once(corps: House) -> None:
    await enter(corps)
    twice = await corps.client.post(VOLUNTEERS, json=LIN | {"phone": "13900139000"})
    assert (twice.status_code, twice.json()["code"]) == (409, "identity_known")
    other = await enter(corps, identity=None)
    moved = await corps.client.put(f"{VOLUNTEERS}/{other}", json={"identity": IDENTITY})
    assert (moved.status_code, moved.json()["code"]) == (409, "identity_known")


async def test_a_leader_learns_nothing_of_a_person_of_another_team(corps: House) -> None:
    """Whose number it is, and where that person serves, is told to those who may see the entry."""
    no = await enter(corps)
    leader = bearer(Role.LEADER, team_code="legal")
    stranger = LIN | {"team_code": "legal", "name": "陈一"}
    refused = await corps.client.post(VOLUNTEERS, json=stranger, headers=leader)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_for_coordinator")
    assert no not in refused.text
    assert "已" not in refused.json()["detail"], "not that it is entered already"
    own = await corps.client.post(
        VOLUNTEERS, json=LIN, headers=bearer(Role.LEADER, team_code=LIN["team_code"])
    )
    assert (own.json()["code"], no in own.json()["detail"]) == ("identity_known", True)


@pytest.mark.parametrize("field", ["party_member", "political_status", "政治面貌"])
async def test_party_membership_has_no_field(corps: House, field: str) -> None:
    for response in (
        await corps.client.post(VOLUNTEERS, json=LIN | {field: "是"}),
        await corps.client.put(f"{VOLUNTEERS}/V-000001", json={field: "是"}),
    ):
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert (error["field"], error["code"]) == (field, "invalid.extra_forbidden")
        assert "是" not in error["detail"]
    document = (await corps.client.get("/api/catalog/openapi.json")).text
    assert "party" not in document
    assert "political" not in document


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"phone": "12345"}, "phone", "phone_malformed"),
        ({"identity": "330381198001011234"}, "identity", "identity_malformed"),
        ({"name": "　 "}, "name", "name_missing"),
        ({"team_code": "nobody"}, "team_code", "unknown_code"),
        (
            {"consent_at": (utc_now() + timedelta(days=1)).isoformat()},
            "consent_at",
            "consent_ahead",
        ),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_stored(
    corps: House, change: dict[str, str], field: str, code: str
) -> None:
    refused = await corps.client.post(VOLUNTEERS, json=LIN | change)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        code,
        field,
    )
    assert (await corps.client.get(VOLUNTEERS)).json()["items"] == []
    assert not [
        event for event in await corps.published("catalog") if isinstance(event, VolunteerChanged)
    ]


# --- who ------------------------------------------------------------------------------------------
async def test_a_leader_reaches_the_own_team_only(corps: House) -> None:
    no = await enter(corps)
    assert (await corps.client.get(f"{VOLUNTEERS}/{no}", headers=LEADER)).status_code == 200
    for method, path, body in (
        ("GET", no, None),
        ("PUT", no, {"phone": "13900139000"}),
        ("POST", f"{no}/reveal", REVEAL),
    ):
        refused = await corps.client.request(
            method, f"{VOLUNTEERS}/{path}", json=body, headers=OTHER_LEADER
        )
        assert refused.status_code == 404, path
    assert (await corps.client.get(VOLUNTEERS, headers=OTHER_LEADER)).json()["items"] == []
    assert len((await corps.client.get(VOLUNTEERS, headers=LEADER)).json()["items"]) == 1
    for body in (LIN | {"identity": None, "team_code": "legal"},):
        foreign = await corps.client.post(VOLUNTEERS, json=body, headers=LEADER)
        assert (foreign.status_code, foreign.json()["field"]) == (403, "team_code")
    away = await corps.client.put(f"{VOLUNTEERS}/{no}", json={"team_code": "legal"}, headers=LEADER)
    assert (away.status_code, away.json()["field"]) == (403, "team_code")


async def test_a_volunteer_sees_the_own_entry_and_corrects_the_phone_alone(corps: House) -> None:
    no, other = await enter(corps), await enter(corps, identity=None)
    me = self_of(no)
    assert [v["no"] for v in (await corps.client.get(VOLUNTEERS, headers=me)).json()["items"]] == [
        no
    ]
    assert (await corps.client.get(f"{VOLUNTEERS}/{other}", headers=me)).status_code == 404
    corrected = await corps.client.put(
        f"{VOLUNTEERS}/{no}", json={"phone": "15900001111"}, headers=OVERWRITING | me
    )
    assert corrected.json()["phone"] == "159****1111"
    for field, value in {
        "name": "王芳",
        "identity": IDENTITY,
        "team_code": "legal",
        "active": False,
    }.items():
        refused = await corps.client.put(f"{VOLUNTEERS}/{no}", json={field: value}, headers=me)
        assert (refused.status_code, refused.json()["field"]) == (403, field)


async def test_others_have_no_business_here(corps: House) -> None:
    no = await enter(corps)
    for path in ("", f"/{no}", f"/{no}/requests"):
        assert (await corps.client.get(VOLUNTEERS + path, headers=CLERK)).status_code == 403
    assert (await corps.client.get(f"{VOLUNTEERS}/{no}", headers=AUDITOR)).status_code == 200
    assert (await post(corps, f"{no}/reveal", REVEAL, headers=AUDITOR)).status_code == 403
    assert (await post(corps, f"{no}/erase", {"reason": "要求"}, headers=LEADER)).status_code == 403


# --- clear values ---------------------------------------------------------------------------------
async def test_a_clear_value_is_given_for_a_stated_purpose(corps: House) -> None:
    no = await enter(corps, identity=None)
    assert (await post(corps, f"{no}/reveal", REVEAL)).json() == {
        "field": "phone",
        "value": "13800138000",
    }
    assert (await post(corps, f"{no}/reveal", REVEAL | {"field": "name"})).json()[
        "value"
    ] == "林志远"
    missing = await post(corps, f"{no}/reveal", REVEAL | {"field": "identity"})
    assert (missing.status_code, missing.json()["code"]) == (404, "personal_value.not_found")
    for body in ({"field": "phone"}, REVEAL | {"purpose": "curiosity"}, REVEAL | {"reason": ""}):
        assert (await post(corps, f"{no}/reveal", body)).status_code == 422


@pytest.mark.parametrize(
    "reason",
    [
        "联系林志远",
        "联系林\u200b志远",
        "电话13800138000",
        "电话１３８．００１３．８０００",
        "一三八零零一三八零零零",
        "拨打 138-0013-8000",
        f"核对 {IDENTITY}",
    ],
)
async def test_a_reason_must_not_name_the_person(corps: House, reason: str) -> None:
    no = await enter(corps)
    for path, body in (
        (f"{no}/reveal", REVEAL | {"reason": reason}),
        (f"{no}/erase", {"reason": reason}),
    ):
        refused = await post(corps, path, body)
        assert (refused.status_code, refused.json()["code"]) == (422, "reason_is_personal")
        assert reason not in refused.text


async def test_values_stay_readable_when_the_keys_rotate(corps: House) -> None:
    no = await enter(corps)
    service = corps.services["catalog"]
    add_key(service.vault.file, f"k{utc_now():%H%M%S%f}")
    assert (await post(corps, f"{no}/reveal", REVEAL)).json()["value"] == "13800138000"
    assert await reseal(service.database, service.vault, service.sealed) == 3
    assert await reseal(service.database, service.vault, service.sealed) == 0
    assert (await post(corps, f"{no}/reveal", REVEAL)).json()["value"] == "13800138000"
    twice = await corps.client.post(VOLUNTEERS, json=LIN)
    assert twice.json()["code"] == "identity_known"


# --- leaving, export, erasure ---------------------------------------------------------------------
async def test_events_tell_number_team_and_state_and_nothing_else(corps: House) -> None:
    no = await enter(corps)
    await corps.client.put(f"{VOLUNTEERS}/{no}", json={"phone": "15900001111"}, headers=OVERWRITING)
    await corps.client.put(f"{VOLUNTEERS}/{no}", json={"team_code": "legal"}, headers=OVERWRITING)
    for _ in range(2):
        await corps.client.put(f"{VOLUNTEERS}/{no}", json={"active": False}, headers=OVERWRITING)
    said = [
        event for event in await corps.published("catalog") if isinstance(event, VolunteerChanged)
    ]
    assert said == [
        VolunteerChanged(volunteer_no=no, team_code="health", active=True),
        VolunteerChanged(volunteer_no=no, team_code="legal", active=True),
        VolunteerChanged(volunteer_no=no, team_code="legal", active=False),
    ]


async def test_an_export_lies_ready_here_at_once_and_waits_for_the_others(corps: House) -> None:
    no = await enter(corps)
    asked = await post(corps, f"{no}/export", headers=self_of(no))
    assert asked.status_code == 202
    request = asked.json()
    assert (request["answers"], request["awaited"]) == (
        {"catalog": 1},
        ["dispatch", "notify", "requests"],
    )
    part = (await corps.client.get(f"/api/catalog/people/{no}/export", headers=self_of(no))).json()
    assert part["request_id"] == request["id"]
    (entry,) = part["records"]
    assert (entry["name"], entry["phone"], entry["identity"]) == ("林志远", "13800138000", IDENTITY)
    for stranger in (self_of("V-000009"), CLERK, LEADER, AUDITOR):
        refused = await corps.client.get(f"/api/catalog/people/{no}/export", headers=stranger)
        assert refused.status_code in (403, 404)
    assert (await corps.published("catalog"))[-1] == PersonExportRequested(
        volunteer_no=no, request_id=request["id"]
    )


async def test_an_erased_volunteer_is_a_number_and_nothing_else(corps: House) -> None:
    no = await enter(corps)
    await post(corps, f"{no}/export")
    without = await post(corps, f"{no}/erase")
    assert (without.status_code, without.json()["code"]) == (422, "reason_needed")
    done = await post(corps, f"{no}/erase", {"reason": "本人书面要求"})
    assert done.status_code == 202
    assert done.json()["answers"] == {"catalog": 2}
    shown = (await corps.client.get(f"{VOLUNTEERS}/{no}")).json()
    assert (shown["state"], shown["name"], shown["phone"], shown["identity"]) == (
        "erased",
        None,
        None,
        None,
    )
    assert (await corps.client.get(f"/api/catalog/people/{no}/export")).status_code == 404
    for path, body in (
        (f"{no}/reveal", REVEAL),
        (f"{no}/erase", {"reason": "再次"}),
        (f"{no}/export", {}),
    ):
        refused = await post(corps, path, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert (
        await corps.client.put(f"{VOLUNTEERS}/{no}", json={"phone": "13900139000"})
    ).status_code == 409
    said = (await corps.published("catalog"))[-2:]
    assert said == [
        VolunteerChanged(volunteer_no=no, team_code="health", active=False),
        PersonErased(volunteer_no=no, request_id=done.json()["id"]),
    ]
    async with corps.uow("catalog").reading() as session:
        row = (await session.execute(select(volunteer))).one()
    assert (row.name_sealed, row.phone_sealed, row.identity_sealed, row.identity_index) == (
        None,
    ) * 4
    assert await enter(corps) == "V-000002"


async def test_the_person_may_erase_without_a_reason(corps: House) -> None:
    no = await enter(corps)
    assert (await post(corps, f"{no}/erase", headers=self_of(no))).status_code == 202
