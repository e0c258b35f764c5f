"""What volunteers may do and until when, who is a novice or a minor, and what other services learn of it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from services.catalog.volunteers.domain import adult_on
from services.catalog.volunteers.tables import qualification, volunteer
from services.catalog.volunteers.use_cases.qualifications import announce_expiry
from services.catalog.volunteers.use_cases.service import flip_flags
from shared.contracts import Event
from shared.contracts.catalog import (
    QualificationExpired,
    QualificationExpiring,
    QualificationGranted,
    QualificationRevoked,
    VolunteerChanged,
)
from shared.kernel.access import Role
from tests.catalog.corps import ITEM, enter_corps, put
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import OVERWRITING, House, running_house
from tests.support.tokens import bearer

LICENCE = "执业医师证"
PERSON: dict[str, Any] = {
    "team_code": "health",
    "name": "林志远",
    "phone": "13800138000",
    "consent_at": "2014-06-01T08:00:00+08:00",
    "consent_version": "v1",
}
TERM = {"qualification": LICENCE, "granted_on": "2012-09-01", "expires_on": "2014-08-31"}
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="clinic-two")


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    """catalog on either store, with an item that needs a licence, and a clock that the test moves."""
    settings = CatalogSettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as found:
        await enter_corps(found)
        await put(found, "items/clinic", ITEM | {"qualification": LICENCE})
        yield found


async def ask(
    house: House, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any
) -> Any:
    answer = await house.client.request(method, f"/api/catalog{path}", json=body, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def enter(house: House, **changes: Any) -> str:
    return str((await ask(house, "POST", "/volunteers", PERSON | changes, status=201))["no"])


async def grant(house: House, no: str, *, status: int = 200, **changes: Any) -> Any:
    body = TERM | changes
    return await ask(house, "POST", f"/volunteers/{no}/qualifications", body, status=status)


async def said(house: House, kind: type[Event]) -> list[Any]:
    return [event for event in await house.published("catalog") if type(event) is kind]


async def note(
    house: House, no: str, *, status: int = 200, headers: Any = None, **body: Any
) -> Any:
    path = f"/volunteers/{no}/service"
    return await ask(house, "POST", path, body, status=status, headers=headers)


# --- qualifications -------------------------------------------------------------------------------
async def test_a_qualification_is_granted_and_renewed_and_said_once_each(house: House) -> None:
    no = await enter(house)
    # As a phone types it; it is stored as the item calls it.
    held = await grant(house, no, qualification=f" {LICENCE}\u200b")
    assert (held["name"], held["is_valid"]) == (LICENCE, True)
    assert await grant(house, no) == held
    renewed = await grant(house, no, granted_on="2014-06-20", expires_on="2016-08-31")
    assert renewed["id"] == held["id"]
    told = await said(house, QualificationGranted)
    assert [each.expires_on for each in told] == [date(2014, 8, 31), date(2016, 8, 31)]
    assert {(each.volunteer_no, each.team_code) for each in told} == {(no, "health")}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"qualification": "会唱歌"}, "qualification_unknown", "qualification"),
        ({"granted_on": "2014-06-28"}, "granted_ahead", "granted_on"),
        ({"expires_on": "2012-08-31"}, "qualification_ends_first", "expires_on"),
    ],
)
async def test_what_can_not_be_granted_is_refused_at_its_field(
    house: House, changes: dict[str, str], code: str, field: str
) -> None:
    no = await enter(house)
    refused = await grant(house, no, status=422, **changes)
    assert (refused["code"], refused["field"]) == (code, field)
    assert not await said(house, QualificationGranted)


async def test_one_that_has_expired_is_asked_about(house: House) -> None:
    no = await enter(house)
    asked = await grant(house, no, status=409, expires_on="2014-06-26")
    assert [each["code"] for each in asked["errors"]] == ["qualification_is_over"]
    path = f"/volunteers/{no}/qualifications"
    body = TERM | {"expires_on": "2014-06-26"}
    held = await ask(house, "POST", path, body, params={"confirm": "qualification_is_over"})
    assert not held["is_valid"]


async def test_a_revoked_one_is_held_no_more_until_it_is_granted_again(house: House) -> None:
    no = await enter(house)
    held = await grant(house, no)
    path = f"/volunteers/{no}/qualifications"
    body = {"reason_code": "other", "reason": "证书是借来的"}
    revoked = await ask(house, "POST", f"{path}/{held['id']}/revoke", body)
    assert (revoked["state"], revoked["is_valid"]) == ("revoked", False)
    await ask(house, "POST", f"{path}/{held['id']}/revoke", body, status=409)
    (told,) = await said(house, QualificationRevoked)
    assert (told.qualification, told.reason_code) == (LICENCE, "other")
    assert "借来" not in told.model_dump_json()
    assert (await grant(house, no))["is_valid"]
    assert [each["state"] for each in await ask(house, "GET", path)] == ["held"]


async def test_only_the_own_leader_grants(house: House) -> None:
    no = await enter(house)
    path = f"/volunteers/{no}/qualifications"
    await ask(house, "POST", path, TERM, headers=OTHER_LEADER, status=404)
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)
    await ask(house, "POST", path, TERM, headers=mine, status=403)
    await ask(house, "POST", path, TERM, headers=LEADER)
    assert len(await ask(house, "GET", path, headers=mine)) == 1


async def test_what_ends_is_said_once_before_and_once_after(
    house: House, clock: PlayedClock
) -> None:
    no = await enter(house)
    left = await enter(house, phone="13800138001")
    without_end = await enter(house, phone="13800138002")
    clock.move(days=-30)
    await grant(house, no)
    await grant(house, left)
    await grant(house, without_end, expires_on=None)
    await ask(house, "PUT", f"/volunteers/{left}", {"active": False}, headers=OVERWRITING)
    uow = house.uow("catalog")
    await announce_expiry(uow)  # 28 May: 95 days before
    assert not await said(house, QualificationExpiring)
    clock.move(days=36)  # 3 July: 59 days before
    await announce_expiry(uow)
    await announce_expiry(uow)
    told = await said(house, QualificationExpiring)
    assert [(each.volunteer_no, each.expires_on) for each in told] == [(no, date(2014, 8, 31))]
    tasks = await ask(house, "GET", "/tasks", headers=LEADER)
    waiting = [task for task in tasks["items"] if task["code"] == "qualification_to_renew"]
    assert [task["about"] for task in waiting] == [f"volunteer:{no}"]
    clock.move(days=60)
    await announce_expiry(uow)
    await announce_expiry(uow)
    assert [each.volunteer_no for each in await said(house, QualificationExpired)] == [no]
    await grant(house, no, granted_on="2014-08-01", expires_on="2016-08-31")
    await announce_expiry(uow)
    assert len(await said(house, QualificationExpired)) == 1


async def test_merged_entries_keep_the_longer_term(house: House) -> None:
    gone, kept = await enter(house), await enter(house, phone="13800138001")
    await grant(house, gone, expires_on="2018-08-31")
    await grant(house, kept)
    seen = await ask(house, "GET", f"/volunteers/{gone}/merging", params={"into": kept})
    body = {"into": kept, "take": [], "seen": seen["seen"]}
    await ask(house, "POST", f"/volunteers/{gone}/merge", body)
    (held,) = await ask(house, "GET", f"/volunteers/{kept}/qualifications")
    assert held["expires_on"] == "2018-08-31"
    assert (await said(house, QualificationGranted))[-1].volunteer_no == kept
    async with house.uow("catalog").reading() as session:
        assert await session.scalar(select(func.count()).select_from(qualification)) == 1


async def test_an_erased_person_holds_nothing(house: House) -> None:
    no = await enter(house)
    await grant(house, no)
    await ask(house, "POST", f"/volunteers/{no}/erase", {"reason": "本人要求"}, status=202)
    async with house.uow("catalog").reading() as session:
        assert not await session.scalar(select(func.count()).select_from(qualification))


# --- what matters for the work --------------------------------------------------------------------
async def test_a_minor_needs_a_guardian_and_comes_of_age(house: House, clock: PlayedClock) -> None:
    refused = await ask(
        house, "POST", "/volunteers", PERSON | {"born_on": "1996-07-01"}, status=422
    )
    assert (refused["code"], refused["field"]) == ("guardian_consent_needed", "guardian_consent_on")
    child = PERSON | {"born_on": "2000-06-28", "guardian_consent_on": "2014-06-01"}
    refused = await ask(house, "POST", "/volunteers", child, status=422)
    assert (refused["code"], refused["field"]) == ("too_young", "born_on")
    no = await enter(house, born_on="1996-07-01", guardian_consent_on="2014-06-01")
    assert (await said(house, VolunteerChanged))[-1].minor
    async with house.uow("catalog").reading() as session:
        row = (await session.execute(select(volunteer).where(volunteer.c.no == no))).one()
        assert "2014-07-01" not in str(row)
    clock.move(days=3)
    await flip_flags(house.uow("catalog"))
    assert (await said(house, VolunteerChanged))[-1].minor
    clock.move(days=1)
    await flip_flags(house.uow("catalog"))
    await flip_flags(house.uow("catalog"))
    told = [each.minor for each in await said(house, VolunteerChanged)]
    assert told == [True, False]
    async with house.uow("catalog").reading() as session:
        row = (await session.execute(select(volunteer).where(volunteer.c.no == no))).one()
        assert row.adult_on_sealed is None


def test_whoever_is_born_on_a_leap_day_comes_of_age_on_the_day_after() -> None:
    assert adult_on(date(2000, 2, 29)) == date(2018, 3, 1)
    assert adult_on(date(1996, 7, 1)) == date(2014, 7, 1)


async def test_novices_and_agreements_are_said(house: House, clock: PlayedClock) -> None:
    no = await enter(house, novice_until="2014-06-28")
    await note(
        house, no, agreement_until="2015-06-30", novice_until="2014-06-28", skills=["welfare"]
    )
    clock.move(days=2)
    await flip_flags(house.uow("catalog"))
    told = await said(house, VolunteerChanged)
    assert [(each.novice, each.agreement_until) for each in told] == [
        (True, None),
        (True, date(2015, 6, 30)),
        (False, date(2015, 6, 30)),
    ]
    unknown = await note(house, no, skills=["magic"], status=422)
    assert unknown["field"] == "skills"


async def test_volunteers_take_a_consent_back_and_change_nothing_else(house: House) -> None:
    no = await enter(house)
    await note(house, no, consents=["pictures", "name_in_public"], skills=["welfare"])
    mine = bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)
    shown = await note(house, no, consents=["pictures"], skills=["welfare"], headers=mine)
    assert shown["consents"] == ["pictures"]
    refused = await note(house, no, consents=[], skills=[], headers=mine, status=403)
    assert refused["field"] == "skills"
