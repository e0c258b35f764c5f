"""Signing in at catalog's own provider, as a browser and a command line do."""

import json
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from fastapi import Request
from fastapi.responses import Response
from joserfc import jwt
from joserfc.jwk import ECKey

from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.signing_in.routes.refresh_cookie import set_refresh_cookie
from shared.contracts.catalog import AccessRevoked
from shared.identity.signing_keys import KEY_GRACE, main, rotate
from shared.kernel.access import Role
from tests.catalog.city import (
    ASKED,
    CONSOLE,
    GAOLOU,
    ISSUER,
    PASSWORD,
    REFRESH,
    TOTP,
    City,
    claims,
    tokens_of,
)
from tests.support.fixtures import on_sqlite
from tests.support.house import House
from tests.support.tokens import EVERYTHING, bearer
from tests.support.waiting import until


async def coordinator(city: City) -> dict[str, str]:
    tokens = await city.tokens(login="总队", code=pyotp.TOTP(TOTP).at(city.clock.now))
    return {"Authorization": f"Bearer {tokens['access_token']}"}


FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}


async def test_a_township_officer_signs_in(city: City) -> None:
    page = await city.house.client.get("/api/catalog/oidc/authorize", params=ASKED)
    assert page.status_code == 200
    assert "登录" in page.text
    assert "script" not in page.text
    tokens = await city.tokens()
    said = claims(tokens["access_token"])
    assert (said["iss"], said["aud"], said["roles"]) == (ISSUER, "diancai", ["township_officer"])
    assert said["township_code"] == GAOLOU
    assert "高楼" not in json.dumps(said, ensure_ascii=False), (
        "a token says who by a pseudonym only"
    )
    assert await city.read(tokens["access_token"]) == 200


async def test_the_login_name_may_be_typed_with_full_width_letters(city: City) -> None:
    await city.house.client.post("/", data={})
    await ensure_account(
        city.house.uow("catalog"),
        city.house.services["catalog"].api.state.provider.passwords,
        login="mayu2014",
        password=PASSWORD,
        totp_secret=None,
        roles=[Role.AUDITOR],
        scope={},
    )
    assert await city.code(login=" ＭａＹｕ２０１４ ")


async def test_discovery_leads_to_keys_that_are_public(city: City) -> None:
    found = (await city.house.client.get("/api/catalog/.well-known/openid-configuration")).json()
    assert found["issuer"] == ISSUER
    keys = (await city.house.client.get(found["jwks_uri"])).json()["keys"]
    assert keys
    assert all("d" not in key for key in keys)


@on_sqlite
@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": f"{CONSOLE}other"},
        {"client_id": "somebody"},
        {"client_id": "diancai-cli"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://["},
        {"client_id": "diancai-cli", "redirect_uri": "http://evil.example\\@127.0.0.1/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://evil.example@127.0.0.1/"},
        {"redirect_uri": CONSOLE.rstrip("/")},
        {"redirect_uri": f"{CONSOLE}?"},
        {"redirect_uri": f"{CONSOLE}#"},
        {"redirect_uri": CONSOLE.upper()},
        {"redirect_uri": "http://house:80/"},
        {"redirect_uri": "http://house./"},
        {"redirect_uri": ""},
        {"client_id": "diancai-cli", "redirect_uri": "http://localhost.evil.example/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1:99999/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1:0/"},
        {"client_id": "diancai-cli", "redirect_uri": "https://127.0.0.1/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.1/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://[::2]/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1:80@evil.example/"},
        {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1/\r\nX: y"},
    ],
)
async def test_the_answer_goes_nowhere_else(city: City, changed: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        asked = ASKED | changed
        form = asked | {"login": "高楼", "password": PASSWORD}
        path = "/api/catalog/oidc/authorize"
        asking = (
            city.house.client.get(path, params=asked)
            if method == "GET"
            else city.house.client.post(path, data=form)
        )
        answer = await asking
        assert answer.status_code == 422
        assert "location" not in answer.headers


async def test_a_form_of_another_site_is_refused(city: City) -> None:
    form = ASKED | {"login": "高楼", "password": PASSWORD}
    refused = await city.post("/oidc/authorize", form, Origin="https://evil.example")
    assert refused.status_code == 403
    assert (await city.post("/oidc/authorize", form, Origin="http://house")).status_code == 303


async def test_what_is_wrong_is_not_said(city: City) -> None:
    answers = [
        await city.sign_in(password="wrong"),
        await city.sign_in(login="nobody"),
        await city.sign_in(login="总队"),
        await city.sign_in(login="总队", code="000000"),
        await city.sign_in(login="总队", code="٠٠٠٠٠٠"),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1


async def test_a_one_time_code_is_taken_once(city: City) -> None:
    code = pyotp.TOTP(TOTP).at(city.clock.now)
    assert (await city.sign_in(login="总队", code=code)).status_code == 303
    assert (await city.sign_in(login="总队", code=code)).status_code == 422
    city.clock.move(seconds=60)
    assert (
        await city.sign_in(login="总队", code=pyotp.TOTP(TOTP).at(city.clock.now))
    ).status_code == 303


async def test_a_one_time_code_may_be_typed_in_full_width_or_pasted_with_marks(city: City) -> None:
    for spell in (
        lambda code: code.translate(FULL_WIDTH),
        lambda code: f"\u202a{code[:3]}\u00a0{code[3:]}\u200b ",
    ):
        code = pyotp.TOTP(TOTP).at(city.clock.now)
        assert (await city.sign_in(login="总队", code=spell(code))).status_code == 303
        city.clock.move(seconds=60)


async def test_a_code_needs_its_verifier_and_is_taken_once(city: City) -> None:
    stolen = await city.exchange(await city.code(), code_verifier="x" * 64)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    code = await city.code()
    tokens = tokens_of(await city.exchange(code))
    assert (await city.exchange(code)).status_code == 400
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400, (
        "one of the two stole the code"
    )
    late = await city.code()
    city.clock.move(seconds=61)
    assert (await city.exchange(late)).status_code == 400


async def test_a_refresh_token_that_comes_again_ends_the_sign_in(city: City) -> None:
    first = await city.tokens()
    second = await city.renew(first["refresh_token"])
    assert await city.read(second["access_token"]) == 200
    city.clock.move(seconds=31)
    assert (await city.refresh(first["refresh_token"])).status_code == 400
    assert (await city.refresh(second["refresh_token"])).status_code == 400


async def test_a_page_that_missed_the_answer_may_renew_once_more(city: City) -> None:
    """Whoever loads a page twice in a row is not signed out."""
    first = await city.tokens()
    second = await city.renew(first["refresh_token"])
    city.clock.move(seconds=30)
    third = await city.renew(first["refresh_token"])
    for tokens in (second, third):
        assert await city.read(tokens["access_token"]) == 200
    city.clock.move(seconds=1)
    assert (await city.refresh(first["refresh_token"])).status_code == 400
    assert (await city.refresh(third["refresh_token"])).status_code == 400


async def test_a_page_that_missed_the_answer_renews_no_sign_in_that_ended(city: City) -> None:
    first = await city.tokens()
    second = await city.renew(first["refresh_token"])
    left = await city.post(
        "/oidc/revoke", {"client_id": "diancai-web"}, Cookie=f"{REFRESH}={second['refresh_token']}"
    )
    assert left.status_code == 200
    assert (await city.refresh(first["refresh_token"])).status_code == 400


async def test_the_consoles_refresh_token_is_a_cookie_that_no_script_and_no_other_site_gets(
    city: City,
) -> None:
    answer = await city.exchange(await city.code())
    assert answer.headers["set-cookie"].split("; ", 1)[1].split("; ") == [
        "HttpOnly",
        "Max-Age=14400",
        "Path=/api/catalog/oidc",
        "SameSite=strict",
    ]
    held = answer.cookies[REFRESH]
    foreign = await city.refresh(held, Origin="https://evil.example")
    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_request")
    left = await city.post(
        "/oidc/revoke",
        {"client_id": "diancai-web"},
        Cookie=f"{REFRESH}={held}",
        Origin="https://evil.example",
    )
    assert left.status_code == 403
    assert "set-cookie" not in left.headers
    assert (await city.refresh(held)).status_code == 200, "nobody else used it or ended it"
    typed = {"grant_type": "refresh_token", "client_id": "diancai-web", "refresh_token": held}
    city.house.client.cookies.clear()
    assert (await city.post("/oidc/token", typed)).status_code == 400, "it is read as a cookie only"


async def test_over_https_the_cookie_is_secure_and_named_after_its_port(city: City) -> None:
    provider = replace(
        city.house.services["catalog"].api.state.provider,
        issuer="https://ruian:8443/api/catalog",
        also_at=("http://127.0.0.1:8443",),
    )
    for host, secure in (
        ("ruian:8443", True),
        ("127.0.0.1:8443", False),
        ("localhost:8443", False),
    ):
        headers = [(b"host", host.encode())]
        scope = {"type": "http", "scheme": "http", "path": "/", "headers": headers}
        answer = Response()
        set_refresh_cookie(Request(scope), answer, provider, "t")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("diancai_refresh_8443=t; ")
        assert cookie.endswith("; Secure") is secure, host


async def test_signing_out_takes_the_cookie_away(city: City) -> None:
    held = (await city.tokens())["refresh_token"]
    left = await city.post("/oidc/revoke", {"client_id": "diancai-web"}, Cookie=f"{REFRESH}={held}")
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert (await city.refresh(held)).status_code == 400


async def test_access_tokens_live_for_minutes(city: City) -> None:
    tokens = await city.tokens()
    city.clock.move(seconds=299)
    assert await city.read(tokens["access_token"]) == 200
    city.clock.move(seconds=2)
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 200
    assert (await city.post("/oidc/revoke", {"token": tokens["refresh_token"]})).status_code == 200
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400


async def test_signing_out_everywhere_voids_what_was_given_out(city: City) -> None:
    tokens = await city.tokens()
    account = claims(tokens["access_token"])["sub"]
    city.clock.move(seconds=60)
    done = await city.house.client.post(
        f"/api/catalog/accounts/{account}/sign-out", headers=await coordinator(city)
    )
    assert done.status_code == 200, done.text
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert [
        event for event in await city.house.published("catalog") if isinstance(event, AccessRevoked)
    ] == [AccessRevoked(subject=account, before=city.clock.now)]
    city.clock.move(seconds=1)
    assert await city.read((await city.tokens())["access_token"]) == 200


async def test_a_closed_account_gets_in_no_more(city: City) -> None:
    tokens = await city.tokens()
    account = claims(tokens["access_token"])["sub"]
    headers = await coordinator(city)
    assert (
        await city.house.client.post(f"/api/catalog/accounts/{account}/disable", headers=headers)
    ).json()["state"] == "disabled"
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in()).status_code == 422
    again = await city.house.client.post(
        f"/api/catalog/accounts/{account}/disable", headers=headers
    )
    assert (again.status_code, again.json()["possible"]) == (409, ["enable", "erase"])


async def test_ones_own_password_can_be_changed(city: City) -> None:
    elsewhere = await city.tokens()
    headers = {"Authorization": f"Bearer {(await city.tokens())['access_token']}"}
    path, new = "/api/catalog/accounts/self/password", "飞云江边的十五个镇街都来点菜"
    wrong = await city.house.client.post(
        path, json={"old_password": "x", "new_password": new}, headers=headers
    )
    assert (wrong.status_code, wrong.json()["field"]) == (422, "old_password")
    weak = await city.house.client.post(
        path, json={"old_password": PASSWORD, "new_password": "123"}, headers=headers
    )
    assert (weak.status_code, weak.json()["field"]) == (422, "new_password")
    done = await city.house.client.post(
        path, json={"old_password": PASSWORD, "new_password": new}, headers=headers
    )
    assert done.status_code == 200
    assert (await city.sign_in()).status_code == 422
    assert (await city.refresh(elsewhere["refresh_token"])).status_code == 400, (
        "who knew the old one is out"
    )
    city.clock.now += timedelta(seconds=1)
    tokens = await city.tokens(password=new)
    assert await city.read(tokens["access_token"]) == 200


async def test_keys_rotate_without_anybody_signing_in_again(city: City) -> None:
    before = (await city.tokens())["access_token"]
    rotate(city.keys)
    after = (await city.tokens())["access_token"]
    keys = (await city.house.client.get("/api/catalog/oidc/jwks")).json()["keys"]
    assert len(keys) == 2
    assert before.split(".")[0] != after.split(".")[0]
    assert await city.read(before) == 200
    assert city.keys.stat().st_mode & 0o077 == 0


async def test_a_key_that_was_rotated_out_ends(city: City) -> None:
    before = (await city.tokens())["access_token"]
    rotate(city.keys, city.clock.now)
    city.clock.move(seconds=299)
    assert await city.read(before) == 200
    kids = [
        key["kid"] for key in (await city.house.client.get("/api/catalog/oidc/jwks")).json()["keys"]
    ]
    old = ECKey.import_key(
        {n: v for n, v in json.loads(city.keys.read_text("utf-8"))["keys"][1].items() if n != "exp"}
    )
    assert kids[1] == old.kid
    header = {"alg": "ES256", "typ": "at+jwt", "kid": old.kid}
    forged = jwt.encode(header, claims(before) | {"exp": 4102444800}, old)
    city.clock.move(seconds=KEY_GRACE.total_seconds() - 300)
    assert await city.read(forged) == 200
    city.clock.move(seconds=1)
    assert await city.read(forged) == 401, "though its own end is far away"
    keys = (await city.house.client.get("/api/catalog/oidc/jwks")).json()["keys"]
    assert [key["kid"] for key in keys] == kids[:1]
    rotate(city.keys, city.clock.now)
    assert len(json.loads(city.keys.read_text("utf-8"))["keys"]) == 2, (
        "a key that has ended is not kept"
    )


async def test_a_stolen_key_is_ended_at_once(city: City) -> None:
    before = await city.tokens()
    assert main([str(city.keys), "--at-once"]) == 0
    assert len(json.loads(city.keys.read_text("utf-8"))["keys"]) == 1
    refreshed = await city.renew(before["refresh_token"])
    await until(lambda: is_refused(city, refreshed["access_token"], before["access_token"]))
    assert await city.read(refreshed["access_token"]) == 200, "nobody has to sign in again"


async def is_refused(city: City, new: str, old: str) -> bool:
    """A token of the new key makes the keys be asked for, not more often than once a second."""
    await city.read(new)
    return await city.read(old) == 401


async def test_with_the_citys_own_provider_there_is_none_here(catalog: House) -> None:
    absent = await catalog.client.get("/api/catalog/oidc/jwks", headers=bearer(*EVERYTHING))
    assert (absent.status_code, absent.json()["code"]) == (404, "provider.not_found")


async def test_the_page_speaks_the_consoles_language(city: City) -> None:
    path = "/api/catalog/oidc/authorize"
    for asked, header, word in (
        ("en", "zh-CN", "Password"),
        ("zh-CN en", "en", "密码"),
        ("", "en", "Password"),
    ):
        answer = await city.house.client.get(
            path, params=ASKED | {"ui_locales": asked}, headers={"Accept-Language": header}
        )
        assert word in answer.text
