"""The provider as OpenID Connect describes it: what a client may ask, what it is told, and how a sign-in ends."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from services.catalog.accounts.jobs import sign_in_prunes
from services.catalog.accounts.tables import sign_in_failure, sign_in_grant
from services.catalog.signing_in.domain import is_same_place, may_return_to
from shared.contracts.catalog import AccessRevoked
from shared.privacy.retention import prune_all
from tests.catalog.city import ASKED, CONSOLE, ISSUER, PASSWORD, VERIFIER, City, claims, tokens_of
from tests.support.fixtures import on_sqlite

AUTHORIZE = "/api/catalog/oidc/authorize"
END = "/api/catalog/oidc/end-session"
BROWSER = {"Accept": "text/html"}


def told(answer: httpx.Response, at: str = CONSOLE) -> dict[str, str]:
    """What the client is told at its redirect URI."""
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    assert address.startswith(at)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@on_sqlite
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "语" * 43}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"nonce": "n" * 401}, "invalid_request"),
        ({"nonce": "a\x00b"}, "invalid_request"),
    ],
)
async def test_the_client_is_told_what_is_wrong(
    city: City, changed: dict[str, str], error: str
) -> None:
    for method in ("GET", "POST"):
        asked = ASKED | changed | {"state": "zurück & <weiter>"}
        sent: dict[str, Any] = {"params": asked} if method == "GET" else {"data": asked}
        answer = await city.house.client.request(method, AUTHORIZE, **sent, headers=BROWSER)
        said = told(answer)
        assert (said["error"], said["state"], said["iss"]) == (error, "zurück & <weiter>", ISSUER)
        assert said["error_description"].isascii()
        assert "code" not in said


async def test_a_parameter_that_comes_twice_is_refused(city: City) -> None:
    query = "&".join(f"{name}={value}" for name, value in ASKED.items())
    for name in ("state", "scope", "response_type"):
        twice = f"{AUTHORIZE}?{query}&{name}=code&{name}=code"
        assert told(await city.house.client.get(twice))["error"] == "invalid_request"
    for name in ("client_id", "redirect_uri"):
        refused = await city.house.client.get(f"{AUTHORIZE}?{query}&{name}={ASKED[name]}")
        assert (refused.status_code, "location" in refused.headers) == (422, False)


async def test_parameters_that_are_not_known_are_ignored(city: City) -> None:
    page = await city.house.client.get(
        AUTHORIZE, params=ASKED | {"acr_values": "1", "x": "y", "prompt": "login"}
    )
    assert page.status_code == 200


async def test_a_person_who_may_not_be_sent_back_sees_a_page(city: City) -> None:
    asked = ASKED | {"redirect_uri": "https://evil.example/"}
    page = await city.house.client.get(AUTHORIZE, params=asked, headers=BROWSER)
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")
    assert "evil.example" not in page.text
    problem = await city.house.client.get(AUTHORIZE, params=asked)
    assert problem.json()["code"] == "client_unknown"


async def test_whoever_cancels_goes_back_without_a_code(city: City) -> None:
    assert 'name="cancel"' in (await city.house.client.get(AUTHORIZE, params=ASKED)).text
    said = told(await city.post("/oidc/authorize", ASKED | {"cancel": "yes"}))
    assert said == {
        "error": "access_denied",
        "error_description": said["error_description"],
        "state": "s1",
        "iss": ISSUER,
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_a_command_line_listens_on_any_loopback_address_and_port(
    city: City, host: str
) -> None:
    back = f"http://{host}:49152/callback"
    asked = {"client_id": "diancai-cli", "redirect_uri": back}
    said = told(await city.sign_in(**asked), at=back)
    assert (await city.exchange(said["code"], **asked)).status_code == 200


@pytest.mark.parametrize(
    ("redirect_uri", "allowed"),
    [
        ("http://127.0.0.1:8000/", True),
        ("http://localhost:8000/", True),
        ("http://[::1]:8000/", True),
        ("http://localhost:8001/", False),
        ("http://localhost/", False),
        ("http://localhost:8000/x", False),
        ("https://localhost:8000/", False),
        ("http://localhost.:8000/", False),
        ("http://house/", False),
    ],
)
def test_the_console_of_this_machine_is_the_same_under_each_of_its_names(
    redirect_uri: str, allowed: bool
) -> None:
    for registered in ("http://127.0.0.1:8000/", "http://localhost:8000/"):
        assert may_return_to("diancai-web", redirect_uri, web_redirect_uris=[registered]) is allowed
    assert not may_return_to(
        "diancai-web", redirect_uri, web_redirect_uris=["http://diancai.example:8000/"]
    )


@pytest.mark.parametrize(
    ("origin", "issuer", "same"),
    [
        ("http://localhost:8000", "http://127.0.0.1:8000", True),
        ("http://localhost:8001", "http://127.0.0.1:8000", False),
        ("null", "http://127.0.0.1:8000", False),
        ("http://localhost", "http://house", False),
        ("http://house", "http://house", True),
        ("http://house.", "http://house", False),
    ],
)
def test_a_form_may_come_from_the_same_machine_under_another_of_its_names(
    origin: str, issuer: str, same: bool
) -> None:
    assert is_same_place(origin, issuer) is same


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 303),
        ("http://[::1]:8000", 303),
        ("http://localhost:8001", 403),
        ("http://localhost.evil.example:8000", 403),
        ("null", 403),
    ],
)
async def test_the_page_of_this_machine_sends_its_form_under_each_of_its_names(
    city: City, origin: str, status: int
) -> None:
    state, here = city.house.services["catalog"].api.state, "http://127.0.0.1:8000"
    state.provider = replace(
        state.provider, issuer=f"{here}/api/catalog", web_redirect_uri=f"{here}/"
    )
    form = ASKED | {"redirect_uri": "http://localhost:8000/", "login": "高楼", "password": PASSWORD}
    assert (await city.post("/oidc/authorize", form, Origin=origin)).status_code == status


async def test_openid_gives_an_id_token(city: City) -> None:
    city.clock.move(seconds=1)
    began = int(city.clock.now.timestamp())
    tokens = await city.tokens(scope="openid profile", nonce="n-7")
    said = claims(tokens["id_token"])
    access = claims(tokens["access_token"])
    assert {name: said[name] for name in ("iss", "aud", "sub", "nonce", "auth_time", "sid")} == {
        "iss": ISSUER,
        "aud": "diancai-web",
        "sub": access["sub"],
        "nonce": "n-7",
        "auth_time": began,
        "sid": access["sid"],
    }
    assert tokens["scope"] == access["scope"] == "openid"
    city.clock.move(seconds=100)
    renewed = await city.renew(tokens["refresh_token"])
    again = claims(renewed["id_token"])
    assert (again["auth_time"], again["sub"], "nonce" in again) == (began, said["sub"], False)
    assert "高楼" not in json.dumps(said, ensure_ascii=False)


async def test_without_openid_there_is_no_id_token(city: City) -> None:
    for scope in ("", "profile", "openidx"):
        assert "id_token" not in await city.tokens(scope=scope)


async def test_an_id_token_opens_nothing(city: City) -> None:
    tokens = await city.tokens(scope="openid")
    assert await city.read(tokens["id_token"]) == 401
    assert await city.read(tokens["access_token"]) == 200


async def test_userinfo_says_who_the_token_speaks_of(city: City) -> None:
    tokens = await city.tokens(scope="openid")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    for method in ("GET", "POST"):
        answer = await city.house.client.request(
            method, "/api/catalog/oidc/userinfo", headers=headers
        )
        assert answer.json() == {
            "sub": claims(tokens["id_token"])["sub"],
            "roles": ["township_officer"],
            "township_code": "330381113000",
        }
    assert (await city.house.client.get("/api/catalog/oidc/userinfo")).status_code == 401


async def test_a_sign_in_ends_by_itself_however_often_it_is_renewed(city: City) -> None:
    tokens = await city.tokens()
    for _ in range(3):
        city.clock.move(seconds=timedelta(hours=3, minutes=59).total_seconds())
        tokens = await city.renew(tokens["refresh_token"])
    assert tokens["expires_in"] == 180, "no token outlives the sign-in"
    city.clock.move(seconds=180)
    assert await city.read(tokens["access_token"]) == 401
    over = await city.refresh(tokens["refresh_token"])
    assert (over.status_code, over.json()["error"]) == (400, "invalid_grant")


async def test_a_sign_in_that_nobody_renews_ends_earlier(city: City) -> None:
    tokens = await city.tokens()
    city.clock.move(seconds=timedelta(hours=4).total_seconds())
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_code_that_comes_again_ends_the_access_tokens_of_its_sign_in_alone(
    city: City,
) -> None:
    elsewhere = await city.tokens()
    code = await city.code()
    tokens = tokens_of(await city.exchange(code))
    assert (await city.exchange(code)).status_code == 400
    assert await city.read(tokens["access_token"]) == 401
    assert await city.read(elsewhere["access_token"]) == 200
    assert (await city.refresh(elsewhere["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_comes_again_ends_the_access_tokens_too(city: City) -> None:
    first = await city.tokens()
    second = await city.renew(first["refresh_token"])
    city.clock.move(seconds=31)
    assert (await city.refresh(first["refresh_token"])).status_code == 400
    assert await city.read(second["access_token"]) == 401


async def test_other_services_hear_which_sign_in_ended(city: City) -> None:
    tokens = await city.tokens()
    for _ in range(2):  # the second time there is nothing left to end
        assert (
            await city.post("/oidc/revoke", {"token": tokens["refresh_token"]})
        ).status_code == 200
    said = claims(tokens["access_token"])
    (event,) = [
        event for event in await city.house.published("catalog") if isinstance(event, AccessRevoked)
    ]
    assert (event.subject, event.sid) == (said["sub"], said["sid"])


async def test_a_client_signs_a_person_out(city: City) -> None:
    tokens = await city.tokens(scope="openid")
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": CONSOLE,
        "state": "bye",
    }
    city.clock.move(seconds=301)  # the hint may have expired
    renewed = await city.renew(tokens["refresh_token"])
    assert told(await city.house.client.get(END, params=asked)) == {"state": "bye"}
    assert (await city.refresh(renewed["refresh_token"])).status_code == 400
    assert await city.read(renewed["access_token"]) == 401
    again = await city.post("/oidc/end-session", asked)
    assert again.headers["location"] == f"{CONSOLE}?state=bye"


async def test_a_sign_out_leads_nowhere_else(city: City) -> None:
    tokens = await city.tokens(scope="openid")
    hint = {"id_token_hint": tokens["id_token"]}
    for asked in (
        hint | {"post_logout_redirect_uri": "https://evil.example/"},
        hint | {"post_logout_redirect_uri": f"{CONSOLE}x"},
        hint | {"post_logout_redirect_uri": "http://127.0.0.1/"},  # that of another client
        hint | {"client_id": "diancai-cli"},
        {"post_logout_redirect_uri": CONSOLE},
        {"id_token_hint": tokens["access_token"]},
        {"id_token_hint": "x"},
        {"id_token_hint": tokens["id_token"][:-4] + "AAAA"},
    ):
        for method in ("GET", "POST"):
            sent: dict[str, Any] = {"params": asked} if method == "GET" else {"data": asked}
            answer = await city.house.client.request(method, END, **sent, headers=BROWSER)
            assert (answer.status_code, "location" in answer.headers) == (422, False), asked
    assert (await city.refresh(tokens["refresh_token"])).status_code == 200, "nothing was ended"


async def test_a_sign_out_without_a_word_shows_a_page(city: City) -> None:
    page = await city.house.client.get(END)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_discovery_names_what_there_is(city: City) -> None:
    found = (await city.house.client.get("/api/catalog/.well-known/openid-configuration")).json()
    for name in ("authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        answer = await city.house.client.get(found[name], params=ASKED)
        assert answer.status_code in {200, 401}, name


async def test_the_token_endpoint_refuses_what_comes_twice(city: City) -> None:
    code = await city.code()
    body = f"grant_type=authorization_code&code={code}&code=x&client_id=diancai-web&code_verifier={VERIFIER}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = await city.house.client.post("/api/catalog/oidc/token", content=body, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_what_is_over_is_not_kept(city: City) -> None:
    await city.tokens()
    await city.browser("192.0.2.7").sign_in(password="wrong")
    catalog = city.house.services["catalog"]
    longest = timedelta(hours=12)
    async with catalog.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(sign_in_grant))
    await prune_all(
        catalog.database, sign_in_prunes(longest), city.clock.now + 2 * longest + timedelta(hours=1)
    )
    async with catalog.database.reading() as session:
        for table in (sign_in_grant, sign_in_failure):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
