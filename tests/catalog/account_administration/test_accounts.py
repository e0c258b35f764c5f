"""Administering accounts: who may hand on what, and what accounts are for."""

import asyncio
from itertools import product
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from services.catalog.accounts.domain.account import HANDED_ON_BY, may_hand_on
from services.catalog.accounts.tables import account as account_table
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput
from tests.catalog.administering import (
    ACCOUNTS,
    ask,
    coordinator,
    ensure,
    signed_in,
    volunteer_of,
)
from tests.catalog.city import GAOLOU, PASSWORD, TOTP, City, claims
from tests.support.tokens import bearer

OPERATOR = bearer(Role.OPERATOR)


def test_the_table_knows_every_role_and_no_administrator_raises_oneself() -> None:
    assert set(HANDED_ON_BY) == set(Role)
    assert not may_hand_on({Role.OPERATOR}, Role.COORDINATOR)
    assert not may_hand_on({Role.COORDINATOR}, Role.OPERATOR)
    assert not any(may_hand_on({one}, Role.AUDITOR) for one in (Role.OPERATOR, Role.COORDINATOR))
    others = set(Role) - {Role.COORDINATOR, Role.OPERATOR}
    assert not any(may_hand_on(others, role) for role in Role)


@pytest.mark.parametrize(
    ("headers", "step"),
    list(product((OPERATOR,), ("reset", "disable", "enable", "erase", "sign-out"))),
)
async def test_an_operator_reaches_no_coordinator(
    city: City, headers: dict[str, str], step: str
) -> None:
    operator_secret = pyotp.random_base32()
    await ensure(city, "运维", Role.OPERATOR, secret=operator_secret)
    headers = await signed_in(city, "运维", operator_secret)
    target = await ensure(city, "总队二", Role.COORDINATOR, secret=pyotp.random_base32())
    refused = await ask(city, f"/{target}/{step}", headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_out_of_reach")
    assert "invitation" not in refused.text


@pytest.mark.parametrize(
    "roles", [["coordinator"], ["operator", "coordinator"], ["auditor"], ["township_officer"]]
)
async def test_an_operator_grants_nothing_above(city: City, roles: list[str]) -> None:
    secret = pyotp.random_base32()
    await ensure(city, "运维", Role.OPERATOR, secret=secret)
    headers = await signed_in(city, "运维", secret)
    refused = await ask(city, "", headers, login="新人", roles=roles)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        403,
        "role_out_of_reach",
        "roles",
    )
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
            await session.scalars(
                select(account_table.c.state).where(account_table.c.id.in_([first, second]))
            )
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
    for code in (
        {},
        {"code": "000000"},
        {"code": pyotp.TOTP(TOTP).at(city.clock.now)},
    ):  # the last was used
        refused = await ask(city, "/self/password", headers, **body, **code)
        assert (refused.status_code, refused.json()["code"]) == (422, "code_wrong")
    city.clock.move(seconds=60)
    done = await ask(
        city, "/self/password", headers, **body, code=pyotp.TOTP(TOTP).at(city.clock.now)
    )
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"roles": ["volunteer"], "volunteer_no": "V-000099"}, "unknown_code", "volunteer_no"),
        (
            {"roles": ["volunteer"], "volunteer_no": "V-000001", "team_code": "legal"},
            "team_differs",
            "team_code",
        ),
        ({"roles": ["clerk"], "township_code": "330381999000"}, "unknown_code", "township_code"),
        ({"roles": ["clerk"]}, "role_needs_scope", "township_code"),
        ({"roles": ["team_leader"], "team_code": "nobody"}, "unknown_code", "team_code"),
        (
            {"roles": ["clerk"], "township_code": GAOLOU, "team_code": "health"},
            "scope_unused",
            "team_code",
        ),
        ({"roles": ["coordinator"], "township_code": GAOLOU}, "scope_unused", "township_code"),
        (
            {"roles": ["volunteer", "coordinator"], "volunteer_no": "V-000001"},
            "roles_apart",
            "roles",
        ),
    ],
)
async def test_scopes_exist_and_fit(
    city: City, body: dict[str, Any], code: str, field: str
) -> None:
    await volunteer_of(city)
    refused = await ask(city, "", await coordinator(city), login="新人", **body)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        code,
        field,
    )


async def test_a_volunteer_has_one_account_and_the_team_of_the_entry(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    bodies = [
        {"login": login, "roles": ["volunteer"], "volunteer_no": no}
        for login in ("志愿一", "志愿二")
    ]
    made = await asyncio.gather(*(ask(city, "", headers, **body) for body in bodies))
    assert sorted(answer.status_code for answer in made) == [201, 409]
    listed = (await city.house.client.get(ACCOUNTS, headers=headers)).json()["items"]
    assert [account["team_code"] for account in listed if account["volunteer_no"] == no] == [
        "health"
    ]
