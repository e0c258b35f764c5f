"""Accounts: who may hand on what, what they are for, how their owners get in, and that they are part of a person."""

import asyncio
import html
import json
import re
from itertools import product
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select, text

from services.catalog.application.accounts import ensure_account
from services.catalog.application.accounts_of_persons import close
from services.catalog.application.commands import enter_agency, register_team
from services.catalog.application.volunteers import register
from services.catalog.domain.account import HANDED_ON_BY, Account, may_hand_on
from services.catalog.store.tables import account as account_table
from services.catalog.store.tables import sign_in_grant
from shared.audit.tables import audit_log
from shared.db.engine import Database
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput
from tests.catalog.city import GAOLOU, PASSWORD, TOTP, City, claims
from tests.support.house import OVERWRITING
from tests.support.tokens import bearer
from tests.support.waiting import until

ACCOUNTS = "/api/catalog/accounts"
PHONE = "13812345678"
CHOSEN = "马屿镇的夏天真的很长很长"
COORDINATOR, OPERATOR = bearer(Role.COORDINATOR), bearer(Role.OPERATOR)


async def signed_in(city: City, login: str, secret: str | None = None, password: str = PASSWORD) -> dict[str, str]:
    code = {"code": pyotp.TOTP(secret).at(city.clock.now)} if secret else {}
    tokens = await city.tokens(login=login, password=password, **code)
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def coordinator(city: City) -> dict[str, str]:
    return await signed_in(city, "总队", TOTP)


async def ensure(city: City, login: str, *roles: Role, secret: str | None = None, **scope: str) -> str:
    catalog = city.house.services["catalog"]
    passwords = catalog.api.state.provider.passwords
    await ensure_account(
        catalog.uow, passwords, login=login, password=PASSWORD, totp_secret=secret, roles=roles, scope=scope
    )
    async with catalog.uow.reading() as session:
        return str(await session.scalar(select(account_table.c.id).where(account_table.c.login == login)))


async def ask(city: City, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await city.house.client.post(f"{ACCOUNTS}{path}", json=body or None, headers=headers)


async def volunteer_of(city: City, team: str = "health") -> str:
    uow = city.house.uow("catalog")
    await enter_agency(uow, "bureau", name="卫生局", name_en="Health")
    for code in ("health", "legal"):
        await register_team(uow, code, name="服务队", name_en="Team", agency_code="bureau", members=6)
    entered = await register(
        uow,
        team_code=team,
        name="林志远",
        phone="13800138000",
        identity=None,
        consent_at=city.clock.now,
        consent_version="v1",
    )
    return entered.no


def path_of(invited: httpx.Response) -> str:
    link = str(invited.json()["invitation"])
    assert link.startswith("http://house/api/catalog/invitations/")
    return link.removeprefix("http://house/api/catalog")


async def accept(city: City, path: str, password: str = CHOSEN, **fields: str) -> httpx.Response:
    form = {"password": password, "password_again": password} | fields
    return await city.post(path, form, Accept="text/html")


# --- who may hand on what -------------------------------------------------------------------------
def test_the_table_knows_every_role_and_no_administrator_raises_oneself() -> None:
    assert set(HANDED_ON_BY) == set(Role)
    assert not may_hand_on({Role.OPERATOR}, Role.COORDINATOR)
    assert not may_hand_on({Role.COORDINATOR}, Role.OPERATOR)
    assert not any(may_hand_on({one}, Role.AUDITOR) for one in (Role.OPERATOR, Role.COORDINATOR))
    others = set(Role) - {Role.COORDINATOR, Role.OPERATOR}
    assert not any(may_hand_on(others, role) for role in Role)


@pytest.mark.parametrize(
    ("headers", "step"), list(product((OPERATOR,), ("reset", "disable", "enable", "erase", "sign-out")))
)
async def test_an_operator_reaches_no_coordinator(city: City, headers: dict[str, str], step: str) -> None:
    operator_secret = pyotp.random_base32()
    await ensure(city, "运维", Role.OPERATOR, secret=operator_secret)
    headers = await signed_in(city, "运维", operator_secret)
    target = await ensure(city, "总队二", Role.COORDINATOR, secret=pyotp.random_base32())
    refused = await ask(city, f"/{target}/{step}", headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_out_of_reach")
    assert "invitation" not in refused.text


@pytest.mark.parametrize("roles", [["coordinator"], ["operator", "coordinator"], ["auditor"], ["township_officer"]])
async def test_an_operator_grants_nothing_above(city: City, roles: list[str]) -> None:
    secret = pyotp.random_base32()
    await ensure(city, "运维", Role.OPERATOR, secret=secret)
    headers = await signed_in(city, "运维", secret)
    refused = await ask(city, "", headers, login="新人", roles=roles)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (403, "role_out_of_reach", "roles")
    made = await ask(city, "", headers, login="新人", roles=["operator"])
    assert made.status_code == 201, made.text


async def test_the_last_coordinator_stays_and_nobody_resets_oneself(city: City) -> None:
    headers = await coordinator(city)
    own = claims(headers["Authorization"].removeprefix("Bearer "))["sub"]
    last = await ask(city, f"/{own}/disable", headers)
    assert (last.status_code, last.json()["code"]) == (409, "last_administrator")
    await ensure(city, "总队二", Role.COORDINATOR, secret=pyotp.random_base32())
    itself = await ask(city, f"/{own}/reset", headers)
    assert (itself.status_code, itself.json()["code"]) == (409, "own_account_reset")
    assert (await ask(city, f"/{own}/disable", headers)).status_code == 200


async def test_two_coordinators_who_close_each_other_leave_one(city: City) -> None:
    secret = pyotp.random_base32()
    second = await ensure(city, "总队二", Role.COORDINATOR, secret=secret)
    one, two = await coordinator(city), await signed_in(city, "总队二", secret)
    first = claims(one["Authorization"].removeprefix("Bearer "))["sub"]
    await asyncio.gather(ask(city, f"/{second}/disable", one), ask(city, f"/{first}/disable", two))
    async with city.house.uow("catalog").reading() as session:
        states = list(
            await session.scalars(select(account_table.c.state).where(account_table.c.id.in_([first, second])))
        )
    assert "active" in states


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OPERATOR])
async def test_who_administers_accounts_has_a_second_factor(city: City, role: Role) -> None:
    with pytest.raises(InvalidInput, match="second_factor_needed"):
        await ensure(city, "无码", role)
    with pytest.raises(InvalidInput, match="second_factor_malformed"):
        await ensure(city, "无码", role, secret="不是密钥")


async def test_a_password_is_changed_with_the_second_factor(city: City) -> None:
    headers, new = await coordinator(city), "飞云江边的十五个镇街都来点菜"
    body = {"old_password": PASSWORD, "new_password": new}
    for code in ({}, {"code": "000000"}, {"code": pyotp.TOTP(TOTP).at(city.clock.now)}):  # the last was used
        refused = await ask(city, "/self/password", headers, **body, **code)
        assert (refused.status_code, refused.json()["code"]) == (422, "code_wrong")
    city.clock.move(seconds=60)
    done = await ask(city, "/self/password", headers, **body, code=pyotp.TOTP(TOTP).at(city.clock.now))
    assert done.status_code == 200, done.text


# --- invitations ----------------------------------------------------------------------------------
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
    answers = await asyncio.gather(accept(city, path), accept(city, path, "另外一个很长的密码也可以"))
    assert sorted(answer.status_code for answer in answers) == [200, 410], "one of two at the same moment"
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
    assert (await accept(city, path, code=code, offered=offered)).status_code == 200
    assert (await city.sign_in(login="总队二", code=code)).status_code == 422, "a code is taken once"
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
    path = path_of(await ask(city, f"/{account}/reset", await coordinator(city)))
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in(login="湖岭镇")).status_code == 422
    assert (await accept(city, path)).status_code == 200
    assert (await city.sign_in(login="湖岭镇")).status_code == 422, "the old password does not come back"
    assert (await city.sign_in(login="湖岭镇", password=CHOSEN)).status_code == 303


async def test_an_invitation_that_is_voided_while_it_is_accepted_is_void(city: City) -> None:
    """The owner has looked the invitation up, and waits for the account, which is being closed."""
    made = await ask(city, "", await coordinator(city), login="湖岭镇", roles=["clerk"], township_code=GAOLOU)
    catalog, path = city.house.services["catalog"], path_of(made)
    async with catalog.uow.transaction() as tx:
        account = await tx.get(Account, made.json()["id"])
        accepting = asyncio.create_task(accept(city, path))
        if catalog.database.dialect == "postgresql":  # SQLite has one writer: it can't look anything up meanwhile
            await until(lambda: is_lock_awaited(catalog.database))
        await close(catalog.uow, tx, account)
    assert (await accepting).status_code == 410
    assert (await city.sign_in(login="湖岭镇", password=CHOSEN)).status_code == 422


async def is_lock_awaited(database: Database) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with database.reading() as session:
        return bool(await session.scalar(text(query)))


# --- what accounts are for ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"roles": ["volunteer"], "volunteer_no": "V-000099"}, "unknown_code", "volunteer_no"),
        ({"roles": ["volunteer"], "volunteer_no": "V-000001", "team_code": "legal"}, "team_differs", "team_code"),
        ({"roles": ["clerk"], "township_code": "330381999000"}, "unknown_code", "township_code"),
        ({"roles": ["clerk"]}, "role_needs_scope", "township_code"),
        ({"roles": ["team_leader"], "team_code": "nobody"}, "unknown_code", "team_code"),
        ({"roles": ["clerk"], "township_code": GAOLOU, "team_code": "health"}, "scope_unused", "team_code"),
        ({"roles": ["coordinator"], "township_code": GAOLOU}, "scope_unused", "township_code"),
        ({"roles": ["volunteer", "coordinator"], "volunteer_no": "V-000001"}, "roles_apart", "roles"),
    ],
)
async def test_scopes_exist_and_fit(city: City, body: dict[str, Any], code: str, field: str) -> None:
    await volunteer_of(city)
    refused = await ask(city, "", await coordinator(city), login="新人", **body)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)


async def test_a_volunteer_has_one_account_and_the_team_of_the_entry(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    bodies = [{"login": login, "roles": ["volunteer"], "volunteer_no": no} for login in ("志愿一", "志愿二")]
    made = await asyncio.gather(*(ask(city, "", headers, **body) for body in bodies))
    assert sorted(answer.status_code for answer in made) == [201, 409]
    listed = (await city.house.client.get(ACCOUNTS, headers=headers)).json()["items"]
    assert [account["team_code"] for account in listed if account["volunteer_no"] == no] == ["health"]


# --- part of a person -----------------------------------------------------------------------------
async def test_an_account_moves_with_its_volunteer(city: City) -> None:
    no = await volunteer_of(city)
    await ensure(city, PHONE, Role.VOLUNTEER, Role.LEADER, volunteer_no=no, team_code="health")
    old = (await city.tokens(login=PHONE))["access_token"]
    city.clock.move(seconds=60)
    moved = await city.house.client.put(
        f"/api/catalog/volunteers/{no}", json={"team_code": "legal"}, headers=OVERWRITING | await coordinator(city)
    )
    assert moved.status_code == 200, moved.text
    assert await city.read(old) == 401
    city.clock.move(seconds=1)
    said = claims((await city.tokens(login=PHONE))["access_token"])
    assert (said["team_code"], said["roles"]) == ("legal", ["volunteer"]), "and leads no team any more"


async def test_whoever_leaves_signs_in_no_more(city: City) -> None:
    no, headers = await volunteer_of(city), OVERWRITING | await coordinator(city)
    account = await ensure(city, PHONE, Role.VOLUNTEER, volunteer_no=no)
    tokens = await city.tokens(login=PHONE)
    city.clock.move(seconds=60)
    entry = f"/api/catalog/volunteers/{no}"
    assert (await city.house.client.put(entry, json={"active": False}, headers=headers)).status_code == 200
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in(login=PHONE)).status_code == 422
    refused = await ask(city, f"/{account}/enable", headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "volunteer_gone")
    another = await ask(city, "", headers, login="又一个", roles=["volunteer"], volunteer_no=no)
    assert another.json()["code"] == "volunteer_gone"
    assert (await city.house.client.put(entry, json={"active": True}, headers=headers)).status_code == 200
    assert (await city.sign_in(login=PHONE)).status_code == 422, "until somebody opens it again"
    assert (await ask(city, f"/{account}/enable", headers)).json()["state"] == "active"


async def test_an_export_holds_the_account_and_erasure_leaves_nothing_of_it(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    made = await ask(city, "", headers, login=PHONE, roles=["volunteer"], volunteer_no=no)
    assert (await accept(city, path_of(made))).status_code == 200
    tokens = await city.tokens(login=PHONE, password=CHOSEN)
    entry = f"/api/catalog/volunteers/{no}"
    assert (await city.house.client.post(f"{entry}/export", headers=headers)).status_code == 202
    part = (await city.house.client.get(f"/api/catalog/people/{no}/export", headers=headers)).json()
    kinds = {record["kind"]: record for record in part["records"]}
    assert (kinds["account"]["login"], kinds["account"]["roles"]) == (PHONE, ["volunteer"])
    assert kinds["account"]["made_at"]
    assert "sign_in" in kinds
    city.clock.move(seconds=60)
    headers = await coordinator(city)
    erased = await city.house.client.post(f"{entry}/erase", json={"reason": "本人书面要求"}, headers=headers)
    assert erased.status_code == 202, erased.text
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.sign_in(login=PHONE)).status_code == 422
    assert PHONE not in (await city.house.client.get(ACCOUNTS, headers=headers)).text
    subject = claims(tokens["access_token"])["sub"]
    async with city.house.uow("catalog").reading() as session:
        assert await session.scalar(select(account_table.c.id).where(account_table.c.id == subject)) is None
        assert not list(
            await session.scalars(select(sign_in_grant.c.hash).where(sign_in_grant.c.account_id == subject))
        )
        logged = "".join(await session.scalars(select(audit_log.c.changes)))
    assert "account" in logged
    assert PHONE not in logged, "what is in the chain can't be erased"
    again = await ask(city, "", headers, login=PHONE, roles=["volunteer"], volunteer_no=no)
    assert again.json()["code"] == "volunteer_gone"


async def test_nobody_leads_a_team_that_has_left_until_somebody_opens_the_account_again(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    both = await ensure(city, PHONE, Role.VOLUNTEER, Role.LEADER, volunteer_no=no, team_code="health")
    only = await ensure(city, "卫生队长", Role.LEADER, team_code="health")
    other = await ensure(city, "律师队长", Role.LEADER, team_code="legal")
    tokens = (await city.tokens(login="卫生队长"))["access_token"]
    city.clock.move(seconds=60)
    retired = await city.house.client.post("/api/catalog/teams/health/retire", headers=headers)
    assert retired.status_code == 200, retired.text
    listed = (await city.house.client.get(ACCOUNTS, headers=headers)).json()["items"]
    states = {account["id"]: (account["state"], account["roles"]) for account in listed}
    assert states[both] == ("active", ["volunteer"]), "who serves, serves on"
    assert states[only] == ("disabled", ["team_leader"])
    assert states[other] == ("active", ["team_leader"])
    assert await city.read(tokens) == 401
    refused = await ask(city, f"/{only}/enable", headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "team_retired")
    back = await city.house.client.post("/api/catalog/teams/health/reinstate", headers=headers)
    assert back.status_code == 200, back.text
    assert (await city.sign_in(login="卫生队长")).status_code == 422, "until somebody opens it again"
    assert (await ask(city, f"/{only}/enable", headers)).json()["state"] == "active"


async def test_a_closed_account_is_deleted_with_its_login_name(city: City) -> None:
    account = await ensure(city, PHONE, Role.OFFICER, township_code=GAOLOU)
    tokens = await city.tokens(login=PHONE)
    city.clock.move(seconds=60)
    headers = await coordinator(city)
    early = await ask(city, f"/{account}/erase", headers)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert (await ask(city, f"/{account}/disable", headers)).status_code == 200
    assert (await ask(city, f"/{account}/erase", headers)).status_code == 200
    assert await city.read(tokens["access_token"]) == 401
    assert PHONE not in (await city.house.client.get(ACCOUNTS, headers=headers)).text
    async with city.house.uow("catalog").reading() as session:
        kept = select(sign_in_grant.c.hash).where(sign_in_grant.c.account_id == account)
        assert not list(await session.scalars(kept))
        assert PHONE not in "".join(await session.scalars(select(audit_log.c.changes)))
    assert (await ask(city, f"/{account}/erase", headers)).status_code == 404
    assert await ensure(city, PHONE, Role.OFFICER, township_code=GAOLOU) != account, "the name is free again"


async def test_a_volunteers_account_is_deleted_with_the_person_alone(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    account = await ensure(city, PHONE, Role.VOLUNTEER, volunteer_no=no)
    assert (await ask(city, f"/{account}/disable", headers)).status_code == 200
    refused = await ask(city, f"/{account}/erase", headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_of_a_person")
