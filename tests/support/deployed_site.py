"""People at a deployment that runs already, for the tests marked ``deployed``: each gets an account of their own.

The administrator makes an account and hands over its invitation, over HTTP; the owner opens the link in the browser,
chooses a password, enrols an authenticator app where the role needs one, and signs in with both.
"""

import os
import secrets
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pyotp
from playwright.async_api import Page

from cli.accounts import SYNTHETIC_PHONE, demonstration_team
from cli.client import Client, Json
from cli.options import session_for
from cli.scenario import ruian_2014
from cli.sign_in import Session

URL = "DIANCAI_SITE"
RESIDENTS = "DIANCAI_SITE_RESIDENTS"
PASSWORD = "马屿镇的夏天真的很长很长"
PATIENCE_SECONDS = 60.0
CODE_SECONDS = 30


def address() -> str | None:
    """Where the deployment is that the tests are to use; None: they start a demonstration of their own.

    Whoever names one also says who its administrator is, as for the command line: ``DIANCAI_LOGIN``,
    ``DIANCAI_PASSWORD_FILE``, ``DIANCAI_TOTP_FILE``.
    """
    return os.environ.get(URL, "").rstrip("/") or None


def residents_address(url: str) -> str:
    """Where the residents' pages are: as said, else on the next port, as docker-compose.yml has it."""
    said = os.environ.get(RESIDENTS, "").rstrip("/")
    parts = urlsplit(url)
    beside = parts._replace(netloc=f"{parts.hostname}:{(parts.port or 80) + 1}", path="/public")
    return said or urlunsplit(beside)


@cache
def administrator(url: str) -> Session:
    """One sign-in for all that is asked: a one-time code is taken once, and the next comes in half a minute."""
    return session_for(url, Path(), "coordinator")


async def invite(url: str, role: str) -> tuple[str, str]:
    """Makes an account of a role, for the demonstration's township or team; gives its login name and invitation."""
    session = administrator(url)
    async with Client.at(url, session=session, patience_seconds=PATIENCE_SECONDS) as admin:
        login = f"{role}-{secrets.token_hex(4)}"
        body = {"login": login, "roles": [role], **await _scope(admin, role)}
        made = await admin.post("/api/catalog/accounts", body, key=login)
        return login, str(made["invitation"])


async def _scope(admin: Client, role: str) -> Json:
    if role in ("township_officer", "clerk"):
        return {"township_code": ruian_2014().first_stop["township"]}
    if role == "team_leader":
        return {"team_code": demonstration_team()}
    if role == "volunteer":
        consent = {"consent_at": datetime.now(UTC).isoformat(), "consent_version": "synthetic"}
        person = {"name": "演示志愿者", "phone": SYNTHETIC_PHONE, **consent}
        path = "/api/catalog/volunteers"
        body = {"team_code": demonstration_team(), **person}
        entered = await admin.post(path, body, key=secrets.token_hex(8))
        return {"volunteer_no": entered["no"]}
    return {}


async def sign_in_by_invitation(page: Page, login: str, invitation: str) -> None:
    """What an account's owner does with the link, up to the console's first page."""
    await page.goto(invitation)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=password_again]").fill(PASSWORD)
    app = None
    if await page.locator(".secret").count():
        app = pyotp.TOTP((await page.locator(".secret").inner_text()).replace(" ", ""))
        await page.locator("[name=code]").fill(app.now())
    await page.locator("form button").click()
    await page.locator("a.button").click()
    await page.locator("main button.primary").click()
    await page.locator("[name=login]").fill(login)
    await page.locator("[name=password]").fill(PASSWORD)
    if app is not None:  # the code of this moment was used to enrol, and each is taken once
        await page.locator("[name=code]").fill(app.at(int(time.time()) + CODE_SECONDS))
    await page.locator("form button:not([name])").first.click()
