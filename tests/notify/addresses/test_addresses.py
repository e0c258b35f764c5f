"""An address counts when its code was entered: codes that expire, are guessed, and are asked for too often."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from services.notify.addresses import use_cases
from services.notify.addresses.domain import (
    DAY,
    GOOD_FOR,
    MOST_A_DAY,
    MOST_TRIES,
    PAUSE,
    AddressChannel,
    AddressClaim,
    CodeSpent,
    CodeWrong,
)
from services.notify.addresses.queries import AddressView, claim_place, list_addresses
from services.notify.addresses.tables import (
    OLD_CLAIMS,
    OLD_REQUESTS,
    address_claim,
    code_request,
)
from services.notify.inbox.tables import recipient
from services.notify.preferences.tables import preference
from shared.contracts.catalog import PersonErased, PersonExportRequested, VolunteerChanged
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput, NotFound, TooMany
from shared.privacy.retention import prune_all
from tests.notify.channels.desk import Desk, desk
from tests.notify.rui_an import GAOLOU, HULING, accepted, directory, ordered
from tests.support.house import House
from tests.support.tokens import bearer

TOWN, OTHER = f"township.{GAOLOU}", f"township.{HULING}"
MOBILE = "13800138000"
NO = "V-000007"
POST = f"volunteer.{NO}"
ME = bearer(Role.VOLUNTEER, volunteer_no=NO)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notify.db"


async def claim(
    ours: Desk, address: str = MOBILE, post: str = TOWN, channel: AddressChannel = "sms"
) -> str:
    """Asks for a code; returns the one that came."""
    service = ours.service
    await use_cases.claim_address(
        service.uow,
        service.texts,
        service.api.state.channels,
        post,
        channel=channel,
        address=address,
    )
    (code,) = re.findall(r"验证码 ([0-9]{6})，", ours.arrived("sms")[-1].text)
    return str(code)


async def confirm(ours: Desk, code: str, post: str = TOWN) -> list[AddressView]:
    return await use_cases.confirm_address(ours.service.uow, post, channel="sms", code=code)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_nothing_but_the_code_goes_to_an_address_before_it_is_confirmed(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        await ours.with_gateway()
        code = await claim(ours, "＋86 138-0013-8000")
        await ours.tell(accepted())
        assert await ours.deliveries("sms") == []
        (shown,) = await list_addresses(ours.service.uow, TOWN)
        assert (shown.address, shown.state) == ("138****8000", "unconfirmed")
        (confirmed,) = await confirm(ours, code)
        assert (confirmed.channel, confirmed.state) == ("sms", "confirmed")
        async with ours.service.uow.reading() as session:
            stored = await session.scalar(
                select(recipient.c.mobile_sealed).where(recipient.c.id == TOWN)
            )
            assert stored is not None
            assert stored.startswith("v1.")
            assert await session.scalar(select(func.count()).select_from(address_claim)) == 0
        with pytest.raises(CodeSpent):
            await confirm(ours, code)


async def test_a_code_ends_after_ten_minutes(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_gateway()
        code = await claim(ours)
        ours.clock.now += GOOD_FOR - timedelta(seconds=1)
        with pytest.raises(CodeWrong):
            await confirm(ours, another(code))
        ours.clock.now += timedelta(seconds=1)
        with pytest.raises(CodeSpent):
            await confirm(ours, code)
        assert await list_addresses(ours.service.uow, TOWN) == []
        assert await prune_all(ours.service.database, [OLD_CLAIMS], ours.clock() + DAY) == 0
        ours.clock.now += DAY + timedelta(seconds=1)
        assert await prune_all(ours.service.database, [OLD_CLAIMS, OLD_REQUESTS], ours.clock()) == (
            2
        )


async def test_a_code_that_is_guessed_at_is_spent_even_for_the_right_one(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_gateway()
        code = await claim(ours)
        for _ in range(MOST_TRIES):
            with pytest.raises(CodeWrong):
                await confirm(ours, another(code))
        with pytest.raises(CodeSpent):
            await confirm(ours, code)
        ours.clock.now += PAUSE
        newer = await claim(ours)
        if newer != code:
            with pytest.raises(CodeWrong):
                await confirm(ours, code)
        await confirm(ours, newer)


async def test_codes_are_not_asked_for_too_often(sqlite: str) -> None:
    """Neither by one recipient, nor to one address by several of them."""
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_gateway()
        await claim(ours)
        ours.clock.now += PAUSE - timedelta(seconds=1)
        with pytest.raises(TooMany) as soon:
            await claim(ours)
        assert soon.value.code == "address_code_too_soon"
        for _ in range(MOST_A_DAY - 1):
            ours.clock.now += PAUSE
            await claim(ours)
        ours.clock.now += PAUSE
        for post, address in ((TOWN, "13800138001"), (OTHER, MOBILE)):
            with pytest.raises(TooMany) as often:
                await claim(ours, address, post)
            assert often.value.code == "address_code_too_often"
        ours.clock.now += DAY
        await claim(ours)
        assert len(ours.arrived("sms")) == MOST_A_DAY + 1


async def test_what_no_code_can_reach_is_refused(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        with pytest.raises(NotFound):
            await claim(ours)
        await ours.with_gateway()
        for wrong, code in (("0577-65812345", "mobile_needed"), ("138", "phone_malformed")):
            with pytest.raises(InvalidInput) as refused:
                await claim(ours, wrong)
            assert (refused.value.code, refused.value.field) == (code, "address")
        await ours.with_gateway(secret="wrong")
        with pytest.raises(use_cases.CodeNotSent):
            await claim(ours)


async def test_a_code_that_was_not_sent_leaves_the_confirmed_address_alone(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_gateway()
        await ours.reachable_by(TOWN, mobile=MOBILE)
        await claim(ours, "13900139000")
        states = [
            (each.address, each.state) for each in await list_addresses(ours.service.uow, TOWN)
        ]
        assert states == [("138****8000", "confirmed"), ("139****9000", "unconfirmed")]
        assert await use_cases.remove_address(ours.service.uow, TOWN, channel="sms") == [], (
            "both are forgotten"
        )


async def test_over_http_only_the_own_addresses_are_seen_and_masked(notify: House) -> None:
    stream = f"volunteer:{NO}"
    await notify.hear(stream, VolunteerChanged(volunteer_no=NO, team_code="health", active=True))
    url = f"/api/notify/recipients/{POST}/addresses"
    body = {"channel": "sms", "address": MOBILE}
    refused = await notify.client.post(url, json=body, headers=ME)
    assert refused.json()["code"] == "channel.not_found", "nobody has set up the gateway"
    entered = {"language": "zh-CN", "email": "lin@example.org"}
    unconfirmed = await notify.client.put(
        f"/api/notify/recipients/{POST}", json=entered, headers=ME
    )
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (
        422,
        "address_needs_code",
    )
    put = await notify.client.put(f"/api/notify/recipients/{POST}", json=entered)
    assert put.status_code == 200
    (shown,) = (await notify.client.get(url, headers=ME)).json()
    assert shown == {
        "channel": "email", "address": "l****@e****.org", "state": "confirmed", "expires_at": None,
    }  # fmt: skip
    stranger = bearer(Role.VOLUNTEER, volunteer_no="V-000008")
    assert (await notify.client.get(url, headers=stranger)).status_code == 404


async def test_export_and_erasure_cover_all_that_is_kept_of_a_volunteer(notify: House) -> None:
    stream, uow = f"volunteer:{NO}", notify.uow("notify")
    await notify.hear(stream, VolunteerChanged(volunteer_no=NO, team_code="health", active=True))
    wanted = {"language": "en", "kinds": [], "quiet_from": "22:00", "quiet_until": "07:00"}
    put = await notify.client.put(
        f"/api/notify/recipients/{POST}/preferences", json=wanted, headers=ME
    )
    assert put.status_code == 200, put.text
    async with uow.transaction() as tx:
        await use_cases._count_request(tx, uow.vault, POST, "sms", MOBILE)
        tx.add(
            AddressClaim(
                id=f"{POST}/sms",
                recipient_id=POST,
                channel="sms",
                address_sealed=uow.vault.seal(MOBILE, claim_place(POST, "sms")),
                code_hash="0" * 64,
                expires_at=tx.now + GOOD_FOR,
            )
        )
    await notify.hear(stream, PersonExportRequested(volunteer_no=NO, request_id="r1"))
    collected = PersonDataCollected(volunteer_no=NO, request_id="r1", records=3)
    assert (await notify.published("notify"))[-1] == collected
    part = (await notify.client.get(f"/api/notify/people/{NO}/export", headers=ME)).json()
    held = {record["kind"]: record for record in part["records"]}
    assert set(held) == {"recipient", "preference", "address_claim"}
    assert held["address_claim"]["address"] == MOBILE
    async with uow.reading() as session:
        for table in (address_claim, code_request, recipient, preference):
            rows = (await session.execute(text(f"SELECT * FROM {table.name}"))).all()
            assert MOBILE not in str(rows)
    await notify.hear(stream, PersonErased(volunteer_no=NO, request_id="r2"))
    erased = (await notify.published("notify"))[-1]
    assert isinstance(erased, PersonDataErased)
    async with uow.reading() as session:
        for table in (address_claim, code_request, recipient, preference):
            rows = (await session.execute(text(f"SELECT * FROM {table.name}"))).all()
            assert POST not in str(rows)
