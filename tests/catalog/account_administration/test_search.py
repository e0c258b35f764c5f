"""Finding accounts, and what the asker may do with each."""

from typing import Any

import pyotp

from shared.kernel.access import Role
from tests.catalog.administering import PHONE, ask, coordinator, ensure, signed_in
from tests.catalog.city import GAOLOU, City


async def found(city: City, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await city.house.client.post(
        "/api/catalog/accounts/search", json=body, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_accounts_are_found_by_name_role_state_and_township(city: City) -> None:
    headers = await coordinator(city)
    await ensure(city, PHONE, Role.CLERK, township_code=GAOLOU)
    by_part = await found(city, headers, login="1381 234")
    assert [account["login"] for account in by_part["items"]] == [PHONE]
    assert (await found(city, headers, role="clerk"))["total"] == 1
    assert (await found(city, headers, state="invited"))["total"] == 0
    assert (await found(city, headers, township_code=GAOLOU))["total"] == 2


async def test_pages_are_in_the_order_of_login_names(city: City) -> None:
    headers = await coordinator(city)
    for login in ("bb", "aa", "cc"):
        await ensure(city, login, Role.SUBSCRIBER)
    first = await found(city, headers, role="subscriber", limit=2)
    assert [account["login"] for account in first["items"]] == ["aa", "bb"]
    rest = await found(city, headers, role="subscriber", limit=2, after=first["next_after"])
    assert [account["login"] for account in rest["items"]] == ["cc"]
    assert rest["total"] == 3


async def test_what_is_offered_can_be_done_and_the_rest_is_out_of_reach(city: City) -> None:
    headers = await coordinator(city)
    await ensure(city, "运维", Role.OPERATOR, secret=pyotp.random_base32())
    accounts = {account["login"]: account for account in (await found(city, headers))["items"]}
    assert accounts["运维"]["acts"] == []
    assert accounts["运维"]["out_of_reach"] == ["operator"]
    assert accounts["总队"]["is_own"]
    assert "reset" not in accounts["总队"]["acts"]
    officer = accounts["高楼"]
    assert officer["acts"] == ["reset", "disable", "sign_out"]
    assert (await ask(city, f"/{officer['id']}/disable", headers)).status_code == 200
    closed = (await found(city, headers, login="高楼"))["items"][0]
    assert closed["acts"] == ["enable", "erase"]
    assert (await ask(city, f"/{officer['id']}/erase", headers)).status_code == 200


async def test_the_roles_say_who_grants_them(city: City) -> None:
    secret = pyotp.random_base32()
    await ensure(city, "运维", Role.OPERATOR, secret=secret)
    answer = await city.house.client.get(
        "/api/catalog/accounts/roles", headers=await signed_in(city, "运维", secret)
    )
    roles = {role["role"]: role for role in answer.json()}
    assert set(roles) == set(Role)
    granted = {name for name, role in roles.items() if role["grantable"]}
    assert granted == {"operator", "subscriber"}
    assert roles["auditor"]["granted_by"] == [["coordinator", "operator"]]
    assert roles["clerk"]["scope"] == "township_code"
