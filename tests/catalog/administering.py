"""What the tests do with accounts: make them, sign in to them, administer them, accept invitations."""

from typing import Any

import httpx
import pyotp
from sqlalchemy import select

from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.accounts.tables import account as account_table
from services.catalog.directory.use_cases import enter_agency, register_team
from services.catalog.volunteers.use_cases.entering import NewVolunteer, register_volunteer
from shared.kernel.access import Role
from tests.catalog.city import PASSWORD, TOTP, City

ACCOUNTS = "/api/catalog/accounts"
PHONE = "13812345678"
CHOSEN = "马屿镇的夏天真的很长很长"


async def signed_in(
    city: City, login: str, secret: str | None = None, password: str = PASSWORD
) -> dict[str, str]:
    code = {"code": pyotp.TOTP(secret).at(city.clock.now)} if secret else {}
    tokens = await city.tokens(login=login, password=password, **code)
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def coordinator(city: City) -> dict[str, str]:
    return await signed_in(city, "总队", TOTP)


async def ensure(
    city: City, login: str, *roles: Role, secret: str | None = None, **scope: str
) -> str:
    catalog = city.house.services["catalog"]
    passwords = catalog.api.state.provider.passwords
    await ensure_account(
        catalog.uow,
        passwords,
        login=login,
        password=PASSWORD,
        totp_secret=secret,
        roles=roles,
        scope=scope,
    )
    async with catalog.uow.reading() as session:
        return str(
            await session.scalar(select(account_table.c.id).where(account_table.c.login == login))
        )


async def ask(city: City, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await city.house.client.post(f"{ACCOUNTS}{path}", json=body or None, headers=headers)


async def volunteer_of(city: City, team: str = "health") -> str:
    uow = city.house.uow("catalog")
    await enter_agency(uow, "bureau", name="卫生局", name_en="Health")
    for code in ("health", "legal"):
        await register_team(
            uow, code, name="服务队", name_en="Team", agency_code="bureau", members=6
        )
    entered = await register_volunteer(
        uow,
        NewVolunteer(
            team_code=team,
            name="林志远",
            phone="13800138000",
            consent_at=city.clock.now,
            consent_version="v1",
        ),
    )
    return entered.no


def path_of(invited: httpx.Response) -> str:
    link = str(invited.json()["invitation"])
    assert link.startswith("http://house/api/catalog/invitations/")
    return link.removeprefix("http://house/api/catalog")


async def accept(city: City, path: str, password: str = CHOSEN, **fields: str) -> httpx.Response:
    form = {"password": password, "password_again": password} | fields
    return await city.post(path, form, Accept="text/html")
