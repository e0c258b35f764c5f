"""Wrong tries to sign in: whom they make wait, whom not, and what is kept of them."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from services.catalog.accounts.domain.failed_attempts import FREE_FAILURES, FailedAttempts
from services.catalog.accounts.tables import sign_in_failure
from services.catalog.accounts.use_cases.failed_attempts import counter_key, get_failed_attempts
from shared.audit.tables import audit_log
from tests.catalog.city import ASKED, TOTP, City


async def test_wrong_tries_on_one_name_from_one_address_make_wait(city: City, figures: Any) -> None:
    statuses = [(await city.sign_in(password=f"wrong-{n}")).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    blocked = await city.sign_in()
    assert blocked.status_code == 429, "the right password does not help either"
    assert int(blocked.headers["Retry-After"]) >= 1
    assert blocked.json()["code"] == "sign_in_blocked"
    city.clock.move(seconds=int(blocked.headers["Retry-After"]))
    assert (await city.sign_in()).status_code == 303
    figures.note("sign-in: wrong tries on one name before it must wait", statuses.index(429))


async def test_wrong_tries_spread_over_many_names_make_their_address_wait(
    city: City, figures: Any
) -> None:
    statuses = [
        (await city.sign_in(login=f"name-{n}", password="wrong")).status_code for n in range(22)
    ]
    assert statuses[:20] == [422] * 20
    assert 429 in statuses[20:]
    figures.note(
        "sign-in: wrong tries over many names before their address must wait", statuses.index(429)
    )


async def test_a_code_that_is_used_up_is_no_guess(city: City) -> None:
    """Commands that are typed one after the other sign in with the same code, and only the first one can."""
    code = pyotp.TOTP(TOTP).at(city.clock.now)
    statuses = [(await city.sign_in(login="总队", code=code)).status_code for _ in range(8)]
    assert statuses == [303] + [422] * 7
    city.clock.move(seconds=60)
    assert (
        await city.sign_in(login="总队", code=pyotp.TOTP(TOTP).at(city.clock.now))
    ).status_code == 303


async def test_a_guess_with_a_used_up_code_is_a_guess(city: City) -> None:
    code = pyotp.TOTP(TOTP).at(city.clock.now)
    assert (await city.sign_in(login="总队", code=code)).status_code == 303
    elsewhere = city.browser("192.0.2.9")
    guesses = [
        await elsewhere.sign_in(login="总队", password=f"wrong-{n}", code=code) for n in range(6)
    ]
    assert [answer.status_code for answer in guesses] == [422] * 5 + [429]


async def test_tries_at_the_same_moment_are_all_counted(city: City) -> None:
    answers = await asyncio.gather(*(city.sign_in(password=f"wrong-{n}") for n in range(12)))
    assert sum(answer.status_code == 422 for answer in answers) <= 5


def test_a_try_that_began_a_moment_earlier_need_not_wait() -> None:
    """Two sign in from one office at once: the later one writes first, and the clock of the other is behind."""
    began = datetime(2014, 6, 27, 1, tzinfo=UTC)
    failures = FailedAttempts(key="address:192.0.2.7")
    failures.add(began + timedelta(milliseconds=5))
    assert failures.wait_seconds(began) == 0


async def test_the_wait_doubles_and_has_an_end(city: City) -> None:
    waits: list[int] = []
    for _ in range(16):
        refused = await city.sign_in(password="wrong")
        if refused.status_code == 429:
            waits.append(int(refused.headers["Retry-After"]))
            city.clock.move(seconds=waits[-1])
    assert waits == sorted(waits)
    assert 1 < waits[-1] <= 901


async def test_a_browser_that_must_wait_is_shown_a_page(city: City) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    form = ASKED | {"login": "高楼", "password": "wrong"}
    for _ in range(40):
        answer = await city.post("/oidc/authorize", form, **browser)
        if answer.status_code == 429:
            break
        assert answer.status_code == 422
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["retry-after"]) > 0
    assert "暂停登录" in answer.text
    assert answer.headers["retry-after"] in answer.text
    assert (await city.post("/oidc/authorize", form)).json()["code"] == "sign_in_blocked"


async def test_others_wrong_tries_do_not_lock_the_owner_out(city: City) -> None:
    stranger, owner = city.browser("192.0.2.7"), city.browser("198.51.100.1")
    statuses = [(await stranger.sign_in(password=f"wrong-{n}")).status_code for n in range(6)]
    assert statuses[-1] == 429
    assert (await owner.sign_in()).status_code == 303


async def test_a_known_device_gets_in_when_a_hundred_addresses_guess(city: City) -> None:
    home = city.browser("198.51.100.1")
    assert (await home.sign_in()).status_code == 303
    await count(city, "name", FREE_FAILURES["name"] + 20, login="高楼")
    await count(city, "address", 40, address="198.51.100.1")
    new = city.browser("192.0.2.7")
    slowed = await new.sign_in()
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) <= 61, "a name is braked, and never locked"
    assert (await home.sign_in()).status_code == 303
    city.clock.move(seconds=61)
    assert (await new.sign_in()).status_code == 303


async def count(city: City, kind: str, times: int, **counted: str) -> None:
    """Wrong tries of many, as if they had been made just now."""
    uow = city.house.uow("catalog")
    key = counter_key(uow.vault, kind, *counted.values())
    async with uow.transaction() as tx:
        failures = await get_failed_attempts(tx, key)
        for _ in range(times):
            failures.add(tx.now)


async def test_a_known_device_waits_for_its_own_wrong_tries(city: City) -> None:
    home = city.browser("198.51.100.1")
    assert (await home.sign_in()).status_code == 303
    statuses = [(await home.sign_in(password=f"wrong-{n}")).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]


async def test_a_device_is_known_to_the_account_that_signed_in_on_it_alone(city: City) -> None:
    thief = city.browser("192.0.2.7")
    assert (await thief.sign_in()).status_code == 303
    for number in range(5):
        code = f"{number:06}"
        assert (await thief.sign_in(login="总队", code=code)).status_code == 422
    assert (await thief.sign_in(login="总队", code="000009")).status_code == 429
    assert (await thief.sign_in()).status_code == 303, (
        "which forgives the device what it tried, and nothing else"
    )
    assert (await thief.sign_in(login="总队", code="000010")).status_code == 429


async def test_the_cookie_of_a_device_is_kept_from_scripts_and_other_sites(city: City) -> None:
    answer = await city.browser("198.51.100.1").sign_in()
    said = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/api/catalog/oidc/authorize", "max-age="):
        assert part in said
    assert "高楼" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "e30.e30.e30", "x" * 3000, "é"])
async def test_a_cookie_that_somebody_made_up_is_no_device(city: City, cookie: str) -> None:
    stranger = city.browser("192.0.2.7")
    header = f"diancai_device={cookie}".encode()
    for _ in range(5):
        form = ASKED | {"login": "高楼", "password": "wrong"}
        answer = await stranger.house.client.post(
            "/api/catalog/oidc/authorize", data=form, headers=[(b"cookie", header)]
        )
        assert answer.status_code == 422
    assert (await stranger.sign_in()).status_code == 429


async def test_spellings_of_one_name_are_counted_together(city: City) -> None:
    spellings = ["mayu", "MAYU", " ｍａｙｕ ", "ma yu", "ma\u200byu", "Mayu"]
    statuses = [
        (await city.sign_in(login=login, password="wrong")).status_code for login in spellings
    ]
    assert statuses == [422] * 5 + [429]


async def test_nothing_shows_what_was_typed(city: City) -> None:
    """Neither in clear nor as a hash that whoever has a list of phone numbers can make himself."""
    typed = "13800138000"
    await city.browser("192.0.2.7").sign_in(login=typed, password="wrong")
    async with city.house.uow("catalog").reading() as session:
        rows = (await session.execute(select(sign_in_failure))).all()
        logged = (await session.scalars(select(audit_log.c.changes))).all()
    kept = str(rows) + str(logged)
    assert rows
    for text in (typed, "192.0.2.7"):
        for shown in (
            text,
            *(hashlib.new(name, text.encode()).hexdigest() for name in ("md5", "sha1", "sha256")),
        ):
            assert shown not in kept


def test_a_right_try_forgives_no_more_than_itself_to_what_is_shared() -> None:
    now = datetime(2014, 6, 27, 1, tzinfo=UTC)
    for kind, left in (("address", 3), ("name", 3), ("pair", 0), ("device", 0), ("own", 0)):
        failures = FailedAttempts(key=f"{kind}:x")
        for _ in range(4):
            failures.add(now)
        failures.forgive()
        assert failures.count == left, kind
