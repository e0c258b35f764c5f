"""How the owner of a new account gets in."""

import asyncio
import html
import json
import re

import pyotp
import pytest
from sqlalchemy import text

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.use_cases.persons import close_account
from shared.db.engine import Database
from shared.kernel.access import Role
from tests.catalog.administering import (
    ACCOUNTS,
    CHOSEN,
    accept,
    ask,
    coordinator,
    ensure,
    path_of,
    signed_in,
)
from tests.catalog.city import GAOLOU, City
from tests.support.waiting import until


async def test_an_owner_chooses_the_password_once(city: City) -> None:
    headers = await coordinator(city)
    body = {"login": "湖岭镇", "roles": ["clerk"], "township_code": "３３０３８１１１３０００"}
    made = await ask(city, "", headers, **body)
    assert made.status_code == 201, made.text
    assert set(made.json()) == {"id", "invitation", "expires_at"}, "neither password nor secret"
    path = path_of(made)
    page = await city.house.client.get(f"/api/catalog{path}", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert page.headers["Cache-Control"] == "no-store"
    assert "湖岭镇" in page.text
    assert "<script" not in page.text
    assert (await city.sign_in(login="湖岭镇", password="")).status_code == 422
    for fields, code in (({"password": "123"}, "至少"), ({"password_again": "另一个密码"}, "不同")):
        refused = await accept(city, path, **fields)
        assert refused.status_code == 422
        assert code in refused.text
    answers = await asyncio.gather(
        accept(city, path), accept(city, path, "另外一个很长的密码也可以")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 410], (
        "one of two at the same moment"
    )
    assert (await accept(city, path)).status_code == 410
    listed = (await city.house.client.get(ACCOUNTS, headers=headers)).json()["items"]
    assert {account["login"]: account["state"] for account in listed}["湖岭镇"] == "active"
    assert path.rsplit("/", 1)[1] not in json.dumps(listed)
    twice = await ask(city, "", headers, **body)
    assert (twice.status_code, twice.json()["code"]) == (409, "login_taken")


async def test_the_second_factor_is_enrolled_by_its_owner(city: City) -> None:
    headers = await coordinator(city)
    path = path_of(await ask(city, "", headers, login="总队二", roles=["coordinator"]))
    page = await city.house.client.get(f"/api/catalog{path}")
    assert "<svg" in page.text
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', page.text)[0]
    offered = html.unescape(re.findall(r'name="offered" value="([^"]+)"', page.text)[0])
    code = pyotp.TOTP(secret).at(city.clock.now)
    for fields in (
        {},
        {"code": code},
        {"code": code, "offered": "v1.first.made-up"},
        {"code": "1", "offered": offered},
    ):
        assert (await accept(city, path, **fields)).status_code == 422, fields
    again = await accept(city, path, code="1", offered=offered)
    assert secret in again.text, "what was scanned stays right"
    opened = await accept(city, path, code=code, offered=offered)
    assert opened.status_code == 200
    recovery = re.findall(r"<li>(\d{4}-\d{4}-\d{4})</li>", opened.text)
    assert len(recovery) == 10
    assert (
        await city.sign_in(login="总队二", password=CHOSEN, code=recovery[0])
    ).status_code == 303
    assert (await city.sign_in(login="总队二", code=code)).status_code == 422, (
        "a code is taken once"
    )
    city.clock.move(seconds=60)
    assert await signed_in(city, "总队二", secret, CHOSEN)


@pytest.mark.parametrize("end", ["disable", "reset", "late"])
async def test_an_invitation_ends(city: City, end: str) -> None:
    headers = await coordinator(city)
    made = await ask(city, "", headers, login="湖岭镇", roles=["clerk"], township_code=GAOLOU)
    path, account = path_of(made), made.json()["id"]
    if end == "late":
        city.clock.move(seconds=3 * 86_400)
    else:
        assert (await ask(city, f"/{account}/{end}", headers)).status_code == 200
    assert (await city.house.client.get(f"/api/catalog{path}")).status_code == 410
    assert (await accept(city, path)).status_code == 410
    if end == "disable":
        assert (await ask(city, f"/{account}/enable", headers)).json()["state"] == "invited"
        assert (await accept(city, path)).status_code == 410


async def test_a_reset_ends_the_password_and_every_sign_in(city: City) -> None:
    account = await ensure(city, "湖岭镇", Role.CLERK, township_code=GAOLOU)
    tokens = await city.tokens(login="湖岭镇")
    city.clock.move(seconds=60)
    reset = await ask(city, f"/{account}/reset", await coordinator(city))
    assert set(reset.json()) == {"id", "invitation", "expires_at"}, "neither password nor secret"
    path = path_of(reset)
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in(login="湖岭镇")).status_code == 422
    assert (await accept(city, path)).status_code == 200
    assert (await city.sign_in(login="湖岭镇")).status_code == 422, (
        "the old password does not come back"
    )
    assert (await city.sign_in(login="湖岭镇", password=CHOSEN)).status_code == 303


async def test_an_invitation_that_is_voided_while_it_is_accepted_is_void(city: City) -> None:
    """The owner has looked the invitation up, and waits for the account, which is being closed."""
    made = await ask(
        city, "", await coordinator(city), login="湖岭镇", roles=["clerk"], township_code=GAOLOU
    )
    catalog, path = city.house.services["catalog"], path_of(made)
    async with catalog.uow.transaction() as tx:
        account = await tx.get(Account, made.json()["id"])
        accepting = asyncio.create_task(accept(city, path))
        if (
            catalog.database.dialect == "postgresql"
        ):  # SQLite has one writer: it can't look anything up meanwhile
            await until(lambda: is_lock_awaited(catalog.database))
        await close_account(catalog.uow, tx, account)
    assert (await accepting).status_code == 410
    assert (await city.sign_in(login="湖岭镇", password=CHOSEN)).status_code == 422


async def is_lock_awaited(database: Database) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with database.reading() as session:
        return bool(await session.scalar(text(query)))
