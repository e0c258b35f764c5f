"""Clients that others wrote sign in at our provider: openid-client of the Node.js world, Authlib of Python's."""

import re
import warnings
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.clients.conftest import LOGIN, PASSWORD, TOWNSHIP, Site

with warnings.catch_warnings():
    # Authlib shows its warnings whatever the filters of the tests say, from its first import on.
    warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

BACK = "http://localhost:49152/callback"


async def test_openid_client_signs_in_renews_and_signs_out(
    site: Site, run_node: Callable[..., Awaitable[Any]]
) -> None:
    """As the command line's client: the console's refresh token is a cookie, which no library sees."""
    said = await run_node(
        "sign_in.mjs",
        issuer=site.issuer,
        client_id="diancai-cli",
        redirect_uri=BACK,
        login=LOGIN,
        password=PASSWORD,
        totp="",
    )
    assert said["silently"] == "login_required"
    assert said["cancelled"] == "access_denied"
    assert (said["claims"]["iss"], said["claims"]["aud"]) == (site.issuer, "diancai-cli")
    assert said["renewed"]["auth_time"] == said["claims"]["auth_time"]
    assert said["user"] == {
        "sub": said["claims"]["sub"],
        "roles": ["township_officer"],
        "township_code": TOWNSHIP,
    }
    assert said["signedOut"] == [303, f"{BACK}?state=bye"]
    assert said["after"] == said["revoked"] == "invalid_grant"


async def test_authlib_signs_in_renews_and_signs_out(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as browser:
        metadata = (await browser.get(f"{site.issuer}/.well-known/openid-configuration")).json()
        verifier, nonce = generate_token(48), generate_token(20)
        async with AsyncOAuth2Client(
            "diancai-cli",
            redirect_uri=BACK,
            scope="openid",
            code_challenge_method="S256",
            token_endpoint_auth_method="none",
            trust_env=False,
        ) as client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
            back = await fill_in(browser, url, login=LOGIN, password=PASSWORD)
            token = await client.fetch_token(
                metadata["token_endpoint"],
                authorization_response=back,
                state=state,
                code_verifier=verifier,
            )
            keys = KeySet.import_key_set((await browser.get(metadata["jwks_uri"])).json())
            signed = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
            parameters = {
                "nonce": nonce,
                "client_id": "diancai-cli",
                "access_token": token["access_token"],
            }
            claims = CodeIDToken(signed.claims, signed.header, params=parameters)
            claims.validate(leeway=30)
            assert claims["iss"] == site.issuer
            user = (await client.get(metadata["userinfo_endpoint"])).json()
            assert (user["sub"], user["township_code"]) == (claims["sub"], TOWNSHIP)
            renewed = await client.refresh_token(
                metadata["token_endpoint"], refresh_token=token["refresh_token"]
            )
            assert renewed["access_token"] != token["access_token"]
            hint = {"id_token_hint": renewed["id_token"], "post_logout_redirect_uri": BACK}
            left = await browser.get(metadata["end_session_endpoint"], params=hint)
            assert (left.status_code, left.headers["location"]) == (303, BACK)
            with pytest.raises(OAuthError, match="invalid_grant"):
                await client.refresh_token(
                    metadata["token_endpoint"], refresh_token=renewed["refresh_token"]
                )


async def fill_in(browser: httpx.AsyncClient, url: str, **typed: str) -> str:
    """Fills in the provider's form as a person does; gives where the browser is sent."""
    page = (await browser.get(url)).text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    form = {name: unescape(value) for name, value in hidden.items()} | typed
    address = str((await browser.post(url, data=form)).headers["location"])
    assert parse_qs(urlsplit(address).query)["code"]
    return address
