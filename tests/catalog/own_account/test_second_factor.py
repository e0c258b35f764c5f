"""One's own second factor: enrolling it, and the recovery codes that take its place."""

import re
from typing import Any

import pyotp
import pytest
from sqlalchemy import update

from services.catalog.accounts.tables import account as account_table
from services.catalog.accounts.use_cases.second_factor import RECOVERY_CODES
from shared.audit.tables import audit_log
from shared.kernel.access import Role
from tests.catalog.administering import ACCOUNTS, CHOSEN, accept, ask, ensure, path_of, signed_in
from tests.catalog.city import PASSWORD, TOTP, City

SELF = f"{ACCOUNTS}/self"
CODE = re.compile(r"\d{4}-\d{4}-\d{4}")


async def own(city: City, headers: dict[str, str]) -> dict[str, Any]:
    answer = await city.house.client.get(SELF, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def enrol(
    city: City, headers: dict[str, str], password: str = PASSWORD, code: str = ""
) -> tuple[str, list[str]]:
    """Enrols as the page does; returns the secret and the recovery codes."""
    offer = (await ask(city, "/self/second-factor/offer", headers)).json()
    new_code = pyotp.TOTP(offer["secret"]).at(city.clock.now)
    body = {"offered": offer["offered"], "new_code": new_code, "password": password, "code": code}
    answer = await ask(city, "/self/second-factor", headers, **body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return offer["secret"], answer.json()["recovery_codes"]


async def test_an_officer_enrols_a_second_factor_and_needs_it_from_then_on(city: City) -> None:
    headers = await signed_in(city, "高楼")
    before = {"is_enrolled": False, "is_needed": False, "recovery_codes_left": 0}
    assert await own(city, headers) == {
        "login": "高楼",
        "name": None,
        "roles": ["township_officer"],
        "second_factor": before,
    }
    secret, codes = await enrol(city, headers)
    assert len(set(codes)) == RECOVERY_CODES
    assert all(CODE.fullmatch(code) for code in codes)
    after = {"is_enrolled": True, "is_needed": False, "recovery_codes_left": RECOVERY_CODES}
    assert (await own(city, headers))["second_factor"] == after
    assert (await city.sign_in()).status_code == 422, "the password alone no longer does"
    assert (await city.sign_in(code=pyotp.TOTP(secret).at(city.clock.now))).status_code == 422, (
        "the code that confirmed it is used up"
    )
    city.clock.move(seconds=60)
    assert (await city.sign_in(code=pyotp.TOTP(secret).at(city.clock.now))).status_code == 303


async def test_the_offer_is_an_otpauth_address_drawn_as_a_path(city: City) -> None:
    offer = (await ask(city, "/self/second-factor/offer", await signed_in(city, "高楼"))).json()
    assert offer["uri"].startswith("otpauth://totp/")
    assert f"secret={offer['secret']}" in offer["uri"]
    size = offer["qr"]["size"]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", offer["qr"]["path"])
    assert "".join("M{} {}h{}v1h-{}z".format(*run) for run in runs) == offer["qr"]["path"]
    assert all(int(x) >= 4 and int(x) + int(long) <= size - 4 for x, _, long, _ in runs)


@pytest.mark.parametrize("spell", [str, lambda code: code.replace("-", ""), lambda c: f" {c} "])
async def test_a_recovery_code_takes_the_place_of_a_one_time_code_once(
    city: City, spell: Any
) -> None:
    _, codes = await enrol(city, headers := await signed_in(city, "高楼"))
    assert (await city.sign_in(code=spell(codes[3]))).status_code == 303
    assert (await city.sign_in(code=spell(codes[3]))).status_code == 422
    assert (await own(city, headers))["second_factor"]["recovery_codes_left"] == 9
    assert (await city.sign_in(code=codes[4])).status_code == 303


async def test_a_recovery_code_is_of_one_account(city: City) -> None:
    _, codes = await enrol(city, await signed_in(city, "高楼"))
    assert (await city.sign_in(login="总队", code=codes[0])).status_code == 422


async def test_new_recovery_codes_void_the_old_ones(city: City) -> None:
    _, old = await enrol(city, headers := await signed_in(city, "高楼"))
    proof = {"password": PASSWORD, "code": old[0]}
    answer = await ask(city, "/self/recovery-codes", headers, **proof)
    assert answer.status_code == 200, answer.text
    new = answer.json()["recovery_codes"]
    assert not set(new) & set(old)
    assert (await city.sign_in(code=old[1])).status_code == 422
    assert (await city.sign_in(code=new[0])).status_code == 303


async def test_whoever_lost_the_phone_takes_another_with_a_recovery_code(city: City) -> None:
    first, codes = await enrol(city, headers := await signed_in(city, "高楼"))
    second, _ = await enrol(city, headers, code=codes[0])
    city.clock.move(seconds=60)
    assert (await city.sign_in(code=pyotp.TOTP(first).at(city.clock.now))).status_code == 422
    assert (await city.sign_in(code=codes[1])).status_code == 422, "of the phone before"
    assert (await city.sign_in(code=pyotp.TOTP(second).at(city.clock.now))).status_code == 303


async def test_a_borrowed_sign_in_changes_nothing_without_password_and_code(city: City) -> None:
    headers = await signed_in(city, "高楼")
    offer = (await ask(city, "/self/second-factor/offer", headers)).json()
    right = {
        "offered": offer["offered"],
        "new_code": pyotp.TOTP(offer["secret"]).at(city.clock.now),
        "password": PASSWORD,
    }
    wrong = {
        "offered": "v1.first.made-up",
        "new_code": "000000",
        "password": "别的密码别的密码别的",
    }
    for field, value in wrong.items():
        refused = await ask(city, "/self/second-factor", headers, **right | {field: value})
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    none_yet = await ask(city, "/self/recovery-codes", headers, password=PASSWORD)
    assert (none_yet.status_code, none_yet.json()["code"]) == (422, "second_factor_absent")
    assert not (await own(city, headers))["second_factor"]["is_enrolled"]
    await enrol(city, headers)
    refused = await ask(city, "/self/second-factor", headers, **right)
    assert (refused.status_code, refused.json()["field"]) == (422, "code")


async def test_an_offer_is_for_one_account(city: City) -> None:
    offer = (
        await ask(city, "/self/second-factor/offer", await signed_in(city, "总队", TOTP))
    ).json()
    body = {
        "offered": offer["offered"],
        "new_code": pyotp.TOTP(offer["secret"]).at(city.clock.now),
        "password": PASSWORD,
    }
    refused = await ask(city, "/self/second-factor", await signed_in(city, "高楼"), **body)
    assert (refused.status_code, refused.json()["code"]) == (422, "enrolment_void")


async def test_wrong_tries_make_the_next_wait(city: City) -> None:
    headers = await signed_in(city, "高楼")
    answers = [
        await ask(city, "/self/recovery-codes", headers, password=f"错误的密码错误的{number}")
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


async def test_a_reset_takes_away_the_second_factor_and_its_recovery_codes(city: City) -> None:
    await enrol(city, headers := await signed_in(city, "高楼"))
    me = (await city.house.client.get("/api/catalog/oidc/userinfo", headers=headers)).json()["sub"]
    reset = await ask(city, f"/{me}/reset", await signed_in(city, "总队", TOTP))
    assert (await accept(city, path_of(reset))).status_code == 200
    left = {"is_enrolled": False, "is_needed": False, "recovery_codes_left": 0}
    city.clock.move(seconds=1)
    assert (await own(city, await signed_in(city, "高楼", password=CHOSEN)))[
        "second_factor"
    ] == left
    assert (await city.sign_in(password=CHOSEN)).status_code == 303


async def test_the_audit_log_tells_that_it_changed_and_shows_no_code(city: City) -> None:
    secret, codes = await enrol(city, await signed_in(city, "高楼"))
    async with city.house.uow("catalog").reading() as session:
        rows = (await session.execute(audit_log.select())).all()
    changes = "".join(row.changes for row in rows if row.action == "change_own_second_factor")
    assert "recovery_codes_hash" in changes
    assert secret not in changes
    assert not [code for code in codes if code in changes or code.replace("-", "") in changes]


async def test_an_administrator_without_a_second_factor_is_led_to_one(city: City) -> None:
    """Such as whose secret was taken out of the store by hand, because the phone is lost."""
    await ensure(city, "运维", Role.OPERATOR, secret=pyotp.random_base32())
    async with city.house.uow("catalog").transaction() as tx:
        await tx.session.execute(
            update(account_table)
            .where(account_table.c.login == "运维")
            .values(totp_sealed=None, totp_counter=0)
        )
    wrong = await city.sign_in(login="运维", password="别的密码别的密码别的")
    assert "<svg" not in wrong.text, "only whoever knows the password gets to see it"
    page = await city.sign_in(login="运维")
    assert page.status_code == 422
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', page.text)[0]
    offered = re.findall(r'name="offered" value="([^"]+)"', page.text)[0]
    again = await city.sign_in(login="运维", code="000000", offered=offered)
    assert (again.status_code, secret in again.text) == (422, True)
    code = pyotp.TOTP(secret).at(city.clock.now)
    tokens = await city.tokens(login="运维", code=code, offered=offered)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await own(city, headers))["second_factor"]["is_enrolled"]
    city.clock.move(seconds=60)
    assert (await city.sign_in(login="运维")).status_code == 422
