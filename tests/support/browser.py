"""A real browser at a real system: ``diancai up`` with its demonstration, or a deployment, and people who use it.

The browser is the one that ``DIANCAI_BROWSER`` names, else the distribution's Chromium: the one without windows of its
own, where it is installed. Whatever a page complains about in the console, or asks of another origin, fails the test
that opened it.
"""

import fcntl
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import pyotp
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
)

from cli.client import Client
from cli.sign_in import Credentials, Session
from tests.support import deployed_site, forked
from tests.support.private import NotInstalled, chromium_program, free_port
from tests.support.tree import ROOT

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "tests" / "clients" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_SECONDS = 30
PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000
START_SECONDS = 180
Size = Literal["phone", "desktop"]
SIZES: Mapping[Size, tuple[int, int]] = {"phone": (360, 740), "desktop": (1440, 900)}


def axe_script() -> Path:
    """:raises NotInstalled: ``make clients`` has not run."""
    if not AXE.exists():
        raise NotInstalled("axe-core")
    return AXE


@dataclass(frozen=True)
class Site:
    """A running system. ``residents`` is where the pages are that need no account. ``accounts``: by role, as the
    demonstration's file of secrets has them; None where each person gets an account of their own."""

    url: str
    residents: str
    accounts: Mapping[str, dict[str, Any]] | None

    def account(self, role: str) -> Mapping[str, Any]:
        assert self.accounts is not None, "only a demonstration has accounts that are known"
        return self.accounts[role]


def deployed() -> Site | None:
    """The deployment that the tests are to use, if they are to use one (see tests.support.deployed_site)."""
    url = deployed_site.address()
    return Site(url, deployed_site.residents_address(url), None) if url else None


@contextmanager
def running_site(data: Path, *, host: str = "127.0.0.1", demo: bool = True) -> Iterator[Site]:
    """``diancai up`` on the data of a folder; plays the demonstration where it was not played, and where one is
    wanted (``demo``). ``host`` is what HOST says; the site is at this machine either way."""
    port = free_port()
    environment = os.environ | {
        "DIANCAI_DATA": str(data),
        "PORT": str(port),
        "HOST": host,
        "DIANCAI_LANGUAGE": "en",
    }
    arguments = ["up", *([] if demo else ["--no-demo"])]
    with forked.running(arguments, environment) as printing:
        printed = []
        for line in printing:
            printed.append(line)
            if line.startswith("Serving at http" if demo else "data: "):
                break
        else:
            raise AssertionError("".join(printed))
        accounts = json.loads((data / "secrets" / "accounts.json").read_text("utf-8"))
        by_role = {role: account for account in reversed(accounts) for role in account["roles"]}
        url = f"http://127.0.0.1:{port}"
        yield Site(url, f"{url}/api/dispatch/public", by_role)


def copy_of_played_data(shared: Path, to: Path) -> Path:
    """A folder in which the demonstration was played; it is played once for all who share ``shared``."""
    played = shared / "played"
    with (shared / "played.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (played / "settled").exists():
            with running_site(played):
                _repair_now(played / "dispatch.db")
            (played / "settled").touch()
    shutil.copytree(played, to)
    return to


def _repair_now(store: Path) -> None:
    """The play leaves a repair behind, which waits a minute for more changes; once it is over, no copy plans it."""
    with closing(sqlite3.connect(store, timeout=PATIENCE_SECONDS, isolation_level=None)) as db:
        db.execute("UPDATE planning_run SET due_at = made_at WHERE state = 'queued'")
        patient_until = time.monotonic() + START_SECONDS
        while db.execute(
            "SELECT 1 FROM planning_run WHERE state IN ('queued', 'running')"
        ).fetchone():
            assert time.monotonic() < patient_until, "the repair does not end"
            time.sleep(0.1)


@dataclass
class Person:
    """Somebody at a browser. ``complaints`` is what the pages said in the console or asked elsewhere."""

    site: Site
    context: BrowserContext
    page: Page
    role: str = "nobody"
    complaints: list[str] = field(default_factory=list)

    async def sign_in(self, role: str) -> Self:
        """Clicks on the button of a role that the demonstration offers; elsewhere follows an invitation."""
        self.role = role
        if self.site.accounts is None:
            login, invitation = await deployed_site.invite(self.site.url, role)
            await deployed_site.sign_in_by_invitation(self.page, login, invitation)
        else:
            await self.page.goto(self.site.url)
            await self.page.locator("main button.primary").click()
            await self.page.locator(f"button[name=role][value={role}]").click()
        await self.page.wait_for_url(f"{self.site.url}/**")
        await self.settled()
        return self

    async def sign_in_by_password(self, role: str) -> Self:
        """Types login name, password and one-time code as the account's owner does."""
        self.role = role
        account = self.site.account(role)
        await self.page.goto(self.site.url)
        await self.page.locator("main button.primary").click()
        await self.page.locator("input[name=login]").fill(account["login"])
        await self.page.locator("input[name=password]").fill(account["password"])
        if account["totp_secret"]:
            await self.page.locator("input[name=code]").fill(
                pyotp.TOTP(account["totp_secret"]).now()
            )
        await self.page.locator("form button:not([name])").first.click()
        await self.page.wait_for_url(f"{self.site.url}/**")
        await self.settled()
        return self

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.site.url}{path}")
        await self.settled()

    async def settled(self) -> None:
        """Until the page has nothing more to load."""
        await self.page.locator("main h1").first.wait_for()
        await self.page.locator(".loading").first.wait_for(state="detached")

    async def serious_findings(self) -> list[str]:
        """What axe finds wrong on the page, serious or worse (WCAG 2.2 A and AA, best practices)."""
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(axe_script().read_text("utf-8"))
        result = await self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{finding['id']}: {node['target']}: {node['failureSummary']}"
            for finding in result["violations"]
            if finding["impact"] in ("serious", "critical")
            for node in finding["nodes"]
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(
            await self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    async def layout_shift(self) -> float:
        """How much what was shown has jumped since the page was opened (cumulative layout shift)."""
        return float(await self.page.evaluate(_SHIFT))

    async def picture(self, name: str) -> None:
        """Keeps a picture in the folder that ``DIANCAI_PICTURES`` names, if it does."""
        folder = os.environ.get("DIANCAI_PICTURES")
        if folder:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            language = await self.page.evaluate("() => document.documentElement.lang")
            file = Path(folder) / f"{self.role}{name}-{width}-{language}.png"
            await self.page.screenshot(path=file, full_page=True)


_SHIFT = """() => new Promise(resolve => {
  let shift = 0;
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => {
    for (const entry of observer.takeRecords()) if (!entry.hadRecentInput) shift += entry.value;
    resolve(shift);
  }, 0));
})"""


class Crowd:
    """One browser in which several people work, each with cookies of their own."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._people: list[Person] = []

    async def person(
        self,
        role: str | None = None,
        *,
        size: Size = "phone",
        language: str = "zh-CN",
        scripts: bool = True,
    ) -> Person:
        """Somebody with a browser; signed in where a role is named. Without ``scripts`` its pages run none."""
        width, height = SIZES[size]
        context = await self._browser.new_context(
            locale=language,
            viewport={"width": width, "height": height},
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = await context.new_page()
        person = Person(self._site, context, page)
        self._people.append(person)
        page.on("console", lambda message: _note_message(person, message))
        page.on("pageerror", lambda error: person.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda request: _note_request(person, request))
        if role is not None:
            await person.sign_in(role)
        return person

    async def leave(self) -> None:
        for person in self._people:
            await person.context.close()

    def complaints(self) -> list[str]:
        return [complaint for person in self._people for complaint in person.complaints]

    async def shown(self) -> str:
        """What everybody's page shows, for the report of a test that failed."""
        return "\n\n".join(
            [
                f"{person.role} at {person.page.url}\n{await person.page.inner_text('body')}"
                for person in self._people
                if not person.page.is_closed()
            ]
        )


A_QUESTION = re.compile(r"responded with a status of (409|412|422) ")
"""A refusal that the page shows, or a doubt that it asks about: browsers note each in the console."""


def _note_message(person: Person, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning") and not A_QUESTION.search(message.text):
        person.complaints.append(f"{person.page.url}: {message.type}: {message.text}")


def _note_request(person: Person, request: Request) -> None:
    own = (f"{person.site.url}/", f"{person.site.residents}/", "data:", "blob:")
    if not request.url.startswith(own):
        person.complaints.append(f"{person.page.url}: asked {request.url}")


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_program(), args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def crowd_at(site: Site, browser: Browser) -> AsyncIterator[Crowd]:
    people = Crowd(browser, site)
    try:
        yield people
    finally:
        await people.leave()


@asynccontextmanager
async def client_at(site: Site, role: str) -> AsyncIterator[Client]:
    """The same system by HTTP, as whoever has this role."""
    account = site.account(role)
    of = Credentials(account["login"], account["password"], account["totp_secret"])
    async with Client.at(site.url, session=Session(site.url, of)) as client:
        yield client
