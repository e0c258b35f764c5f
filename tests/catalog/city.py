"""Catalog's own provider under test: what a browser and a command line do with it."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp

from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.bootstrap import build
from services.catalog.directory.use_cases import enter_township
from services.catalog.settings import CatalogSettings
from shared.kernel.access import Role
from shared.process import application
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.passwords import quick_passwords

ISSUER = "http://house/api/catalog"
CONSOLE = "http://house/"
PASSWORD = "马屿镇的夏天很长很长"
TOTP = pyotp.random_base32()
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
ASKED = {
    "response_type": "code",
    "code_challenge_method": "S256",
    "client_id": "diancai-web",
    "redirect_uri": CONSOLE,
    "code_challenge": CHALLENGE,
    "state": "s1",
}
REFRESH = "diancai_refresh"
GAOLOU = "330381113000"


class City:
    """The house with two accounts, and a clock of its own."""

    def __init__(self, house: House, clock: PlayedClock, keys: Path) -> None:
        self.house, self.clock, self.keys = house, clock, keys

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        return await self.house.client.post(f"/api/catalog{path}", data=fields, headers=headers)

    def browser(self, address: str) -> "City":
        """The same city as a browser of its own at another address sees it; it has cookies of its own."""
        app = application(list(self.house.services.values()))
        transport = httpx.ASGITransport(app=app, client=(address, 50_000))
        client = httpx.AsyncClient(transport=transport, base_url="http://house")
        return City(
            House(self.house.services, self.house.broker, client, app), self.clock, self.keys
        )

    async def sign_in(
        self, login: str = "高楼", password: str = PASSWORD, **fields: str
    ) -> httpx.Response:
        return await self.post(
            "/oidc/authorize", ASKED | {"login": login, "password": password} | fields
        )

    async def code(self, **fields: str) -> str:
        answer = await self.sign_in(**fields)
        assert answer.status_code == 303, answer.text
        said = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (said["state"], said["iss"]) == (["s1"], [ISSUER])
        return said["code"][0]

    async def exchange(self, code: str, **fields: str) -> httpx.Response:
        asked = {"client_id": "diancai-web", "redirect_uri": CONSOLE, "code_verifier": VERIFIER}
        return await self.post(
            "/oidc/token", {"grant_type": "authorization_code", "code": code} | asked | fields
        )

    async def refresh(self, token: str, **headers: str) -> httpx.Response:
        fields = {"grant_type": "refresh_token", "client_id": "diancai-web"}
        return await self.post("/oidc/token", fields, Cookie=f"{REFRESH}={token}", **headers)

    async def tokens(self, **fields: str) -> dict[str, Any]:
        answer = await self.exchange(await self.code(**fields))
        return tokens_of(answer)

    async def renew(self, token: str) -> dict[str, Any]:
        return tokens_of(await self.refresh(token))

    async def read(self, access_token: str) -> int:
        headers = {"Authorization": f"Bearer {access_token}"}
        return (await self.house.client.get("/api/catalog/teams", headers=headers)).status_code


@asynccontextmanager
async def running_city(
    database_url: str, tmp_path: Path, *, demonstration: Mapping[str, str] | None = None
) -> AsyncIterator[City]:
    clock, keys = PlayedClock(), tmp_path / "signing_keys.json"
    settings = CatalogSettings(
        database_url=database_url,
        oidc_issuer=ISSUER,
        oidc_jwks_url=keys.as_uri(),
        oidc_skew_seconds=0,
        signing_keys_file=keys,
        signing_keys_create=True,
        vault_keys_file=tmp_path / "vault_keys.json",
        vault_keys_create=True,
    )
    passwords = quick_passwords()
    async with running_house(
        lambda b, c, t: build(
            settings, broker=b, cache=c, clock=t, passwords=passwords, demonstration=demonstration
        ),
        clock=clock,
    ) as house:
        catalog = house.services["catalog"]
        await enter_township(
            catalog.uow, GAOLOU, name="高楼镇", name_en="Gaolou", lat=27.7, lon=120.3
        )
        for login, roles, secret, scope in (
            ("高楼", [Role.OFFICER], None, {"township_code": GAOLOU}),
            ("总队", [Role.COORDINATOR], TOTP, {}),
        ):
            await ensure_account(
                catalog.uow,
                catalog.api.state.provider.passwords,
                login=login,
                password=PASSWORD,
                totp_secret=secret,
                roles=roles,
                scope=dict(scope),
            )
        house.client.headers.pop("Authorization")
        yield City(house, clock, keys)


def tokens_of(answer: httpx.Response) -> dict[str, Any]:
    """What the console was given: in the answer, and as a cookie."""
    assert answer.status_code == 200, answer.text
    assert "refresh_token" not in answer.json(), "no script may read it"
    return dict(answer.json()) | {"refresh_token": answer.cookies[REFRESH]}


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
