"""Signing in at catalog's own provider, as a browser and a command line do."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest

from services.catalog.adapters.signing import rotate
from services.catalog.application.accounts import ensure_account
from services.catalog.bootstrap import build
from services.catalog.domain.account import Failures
from services.catalog.settings import CatalogSettings
from shared.contracts.catalog import AccessRevoked
from shared.kernel.access import Role
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.tokens import EVERYTHING, bearer

ISSUER = "http://house/api/catalog"
CONSOLE = "http://house/"
PASSWORD = "马屿镇的夏天很长很长"
TOTP = pyotp.random_base32()
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "code_challenge_method": "S256",
    "client_id": "diancai-web",
    "redirect_uri": CONSOLE,
    "code_challenge": CHALLENGE,
    "state": "s1",
}
GAOLOU = "330381113000"


class City:
    """The house with two accounts, and a clock of its own."""

    def __init__(self, house: House, clock: PlayedClock, keys: Path) -> None:
        self.house, self.clock, self.keys = house, clock, keys

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        return await self.house.client.post(f"/api/catalog{path}", data=fields, headers=headers)

    async def sign_in(self, login: str = "高楼", password: str = PASSWORD, **fields: str) -> httpx.Response:
        return await self.post("/oidc/authorize", ASKED | {"login": login, "password": password} | fields)

    async def code(self, **fields: str) -> str:
        answer = await self.sign_in(**fields)
        assert answer.status_code == 303, answer.text
        said = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (said["state"], said["iss"]) == (["s1"], [ISSUER])
        return said["code"][0]

    async def exchange(self, code: str, **fields: str) -> httpx.Response:
        asked = {"client_id": "diancai-web", "redirect_uri": CONSOLE, "code_verifier": VERIFIER}
        return await self.post("/oidc/token", {"grant_type": "authorization_code", "code": code} | asked | fields)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.post(
            "/oidc/token", {"grant_type": "refresh_token", "refresh_token": token, "client_id": "diancai-web"}
        )

    async def tokens(self, **fields: str) -> dict[str, Any]:
        answer = await self.exchange(await self.code(**fields))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def read(self, access_token: str) -> int:
        headers = {"Authorization": f"Bearer {access_token}"}
        return (await self.house.client.get("/api/catalog/teams", headers=headers)).status_code


@pytest.fixture
async def city(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[City]:
    clock, keys = PlayedClock(), tmp_path / "signing_keys.json"
    settings = CatalogSettings(
        database_url=new_store_url(),
        oidc_issuer=ISSUER,
        oidc_jwks_url=keys.as_uri(),
        oidc_skew_seconds=0,
        signing_keys_file=keys,
        signing_keys_create=True,
        vault_keys_file=tmp_path / "vault_keys.json",
        vault_keys_create=True,
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock) as house:
        catalog = house.services["catalog"]
        for login, roles, secret, scope in (
            ("高楼", [Role.OFFICER], None, {"township_code": GAOLOU}),
            ("总队", [Role.COORDINATOR], TOTP, {}),
        ):
            await ensure_account(
                catalog.uow,
                catalog.api.state.provider,
                login=login,
                password=PASSWORD,
                totp_secret=secret,
                roles=roles,
                scope=dict(scope),
            )
        house.client.headers.pop("Authorization")
        yield City(house, clock, keys)


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


async def coordinator(city: City) -> dict[str, str]:
    tokens = await city.tokens(login="总队", code=pyotp.TOTP(TOTP).at(city.clock.now))
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_a_township_officer_signs_in(city: City) -> None:
    page = await city.house.client.get("/api/catalog/oidc/authorize", params=ASKED)
    assert page.status_code == 200
    assert "登录" in page.text
    assert "script" not in page.text
    tokens = await city.tokens()
    said = claims(tokens["access_token"])
    assert (said["iss"], said["aud"], said["roles"]) == (ISSUER, "diancai", ["township_officer"])
    assert said["township_code"] == GAOLOU
    assert "高楼" not in json.dumps(said, ensure_ascii=False), "a token says who by a pseudonym only"
    assert await city.read(tokens["access_token"]) == 200


async def test_the_login_name_may_be_typed_with_full_width_letters(city: City) -> None:
    await city.house.client.post("/", data={})
    await ensure_account(
        city.house.uow("catalog"),
        city.house.services["catalog"].api.state.provider,
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
        {"code_challenge": ""},
        {"code_challenge": "语" * 43},
    ],
)
async def test_the_answer_goes_nowhere_else(city: City, changed: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        asked = ASKED | changed
        form = asked | {"login": "高楼", "password": PASSWORD}
        path = "/api/catalog/oidc/authorize"
        asking = (
            city.house.client.get(path, params=asked) if method == "GET" else city.house.client.post(path, data=form)
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
    assert (await city.sign_in(login="总队", code=pyotp.TOTP(TOTP).at(city.clock.now))).status_code == 303


async def test_a_code_needs_its_verifier_and_is_taken_once(city: City) -> None:
    stolen = await city.exchange(await city.code(), code_verifier="x" * 64)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    code = await city.code()
    tokens = (await city.exchange(code)).json()
    assert (await city.exchange(code)).status_code == 400
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400, "one of the two stole the code"
    late = await city.code()
    city.clock.move(seconds=61)
    assert (await city.exchange(late)).status_code == 400


async def test_a_refresh_token_that_comes_again_ends_the_sign_in(city: City) -> None:
    first = await city.tokens()
    second = (await city.refresh(first["refresh_token"])).json()
    assert await city.read(second["access_token"]) == 200
    assert (await city.refresh(first["refresh_token"])).status_code == 400
    assert (await city.refresh(second["refresh_token"])).status_code == 400


async def test_access_tokens_live_for_minutes(city: City) -> None:
    tokens = await city.tokens()
    city.clock.move(seconds=299)
    assert await city.read(tokens["access_token"]) == 200
    city.clock.move(seconds=2)
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 200
    assert (await city.post("/oidc/revoke", {"token": tokens["refresh_token"]})).status_code == 200
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400


async def test_wrong_tries_on_one_name_make_wait_wherever_they_come_from(city: City, figures: Any) -> None:
    statuses = [(await city.sign_in(password=f"wrong-{n}")).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    blocked = await city.sign_in()
    assert blocked.status_code == 429, "the right password does not help either"
    assert int(blocked.headers["Retry-After"]) >= 1
    assert blocked.json()["code"] == "sign_in_blocked"
    city.clock.move(seconds=int(blocked.headers["Retry-After"]))
    assert (await city.sign_in()).status_code == 303
    figures.note("sign-in: wrong tries on one name before it must wait", statuses.index(429))


async def test_wrong_tries_spread_over_many_names_make_their_address_wait(city: City, figures: Any) -> None:
    statuses = [(await city.sign_in(login=f"name-{n}", password="wrong")).status_code for n in range(22)]
    assert statuses[:20] == [422] * 20
    assert 429 in statuses[20:]
    figures.note("sign-in: wrong tries over many names before their address must wait", statuses.index(429))


async def test_tries_at_the_same_moment_are_all_counted(city: City) -> None:
    answers = await asyncio.gather(*(city.sign_in(password=f"wrong-{n}") for n in range(12)))
    assert sum(answer.status_code == 422 for answer in answers) <= 5


def test_a_try_that_began_a_moment_earlier_need_not_wait() -> None:
    """Two sign in from one office at once: the later one writes first, and the clock of the other is behind."""
    began = datetime(2014, 6, 27, 1, tzinfo=UTC)
    failures = Failures(key="address:192.0.2.7")
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


async def test_signing_out_everywhere_voids_what_was_given_out(city: City) -> None:
    tokens = await city.tokens()
    account = claims(tokens["access_token"])["sub"]
    city.clock.move(seconds=60)
    done = await city.house.client.post(f"/api/catalog/accounts/{account}/sign-out", headers=await coordinator(city))
    assert done.status_code == 200, done.text
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert [event for event in await city.house.published("catalog") if isinstance(event, AccessRevoked)] == [
        AccessRevoked(subject=account, before=city.clock.now)
    ]
    city.clock.move(seconds=1)
    assert await city.read((await city.tokens())["access_token"]) == 200


async def test_a_closed_account_gets_in_no_more(city: City) -> None:
    tokens = await city.tokens()
    account = claims(tokens["access_token"])["sub"]
    headers = await coordinator(city)
    assert (await city.house.client.post(f"/api/catalog/accounts/{account}/disable", headers=headers)).json()[
        "state"
    ] == "disabled"
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in()).status_code == 422
    again = await city.house.client.post(f"/api/catalog/accounts/{account}/disable", headers=headers)
    assert (again.status_code, again.json()["possible"]) == (409, ["enable"])


async def test_accounts_are_made_with_what_is_said_once(city: City) -> None:
    headers = await coordinator(city)
    body = {"login": "湖岭镇", "roles": ["clerk"], "township_code": "３３０３８１１０９０００"}
    made = await city.house.client.post("/api/catalog/accounts", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert await city.code(login="湖岭镇", password=made.json()["password"])
    twice = await city.house.client.post("/api/catalog/accounts", json=body, headers=headers)
    assert (twice.status_code, twice.json()["code"]) == (409, "login_taken")
    lacking = await city.house.client.post(
        "/api/catalog/accounts", json={"login": "x2", "roles": ["clerk"]}, headers=headers
    )
    assert (lacking.status_code, lacking.json()["field"]) == (422, "township_code")
    listed = (await city.house.client.get("/api/catalog/accounts", headers=headers)).json()["items"]
    assert "password" not in json.dumps(listed)
    assert {account["login"] for account in listed} == {"高楼", "总队", "湖岭镇"}


async def test_ones_own_password_can_be_changed(city: City) -> None:
    elsewhere = await city.tokens()
    headers = {"Authorization": f"Bearer {(await city.tokens())['access_token']}"}
    path, new = "/api/catalog/accounts/self/password", "飞云江边的十五个镇街都来点菜"
    wrong = await city.house.client.post(path, json={"old_password": "x", "new_password": new}, headers=headers)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "old_password")
    weak = await city.house.client.post(path, json={"old_password": PASSWORD, "new_password": "123"}, headers=headers)
    assert (weak.status_code, weak.json()["field"]) == (422, "new_password")
    done = await city.house.client.post(path, json={"old_password": PASSWORD, "new_password": new}, headers=headers)
    assert done.status_code == 200
    assert (await city.sign_in()).status_code == 422
    assert (await city.refresh(elsewhere["refresh_token"])).status_code == 400, "who knew the old one is out"
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


async def test_with_the_citys_own_provider_there_is_none_here(catalog: House) -> None:
    absent = await catalog.client.get("/api/catalog/oidc/jwks", headers=bearer(*EVERYTHING))
    assert (absent.status_code, absent.json()["code"]) == (404, "provider.not_found")


async def test_the_page_speaks_the_consoles_language(city: City) -> None:
    path = "/api/catalog/oidc/authorize"
    for asked, header, word in (("en", "zh-CN", "Password"), ("zh-CN en", "en", "密码"), ("", "en", "Password")):
        answer = await city.house.client.get(
            path, params=ASKED | {"ui_locales": asked}, headers={"Accept-Language": header}
        )
        assert word in answer.text


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
