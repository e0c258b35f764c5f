"""The pages that people see first, as Lighthouse measures them on a slow phone; what an idle page asks for."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.support.browser import FLAGS, PATIENCE_MILLISECONDS, Site
from tests.support.fixtures import NOT_RUN, or_skip
from tests.support.node import node_program, run_script
from tests.support.private import chromium_program, free_port

PERFORMANCE, ACCESSIBILITY = 95, 100
MOST_SHIFT = 0.1
FIRST_SCREEN_BYTES = 200_000
IDLE_BYTES_A_MINUTE = 20_000
SETTLED_MILLISECONDS = 5_000
FAST_ENOUGH = 1000
"""Lighthouse's own mark (``benchmarkIndex``): on a machine below it, or one busy with other work, it warns that its
slow phone is slower than any. What takes time is not judged there."""
TRIES = 3
"""What else this machine does makes a page slower, never faster: the best counts."""

Figures = dict[str, Any]


@asynccontextmanager
async def browser_at(port: int, profile: Path) -> AsyncIterator[BrowserContext]:
    """A browser that Lighthouse finds at ``port``, with the sign-ins of its one profile."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium_program(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        try:
            yield context
        finally:
            await context.close()


def is_sound(found: Figures) -> bool:
    """What no other work on this machine changes."""
    return bool(
        found["accessibility"] >= ACCESSIBILITY
        and found["bytes"] <= FIRST_SCREEN_BYTES
        and found["shift"] <= MOST_SHIFT
    )


def is_quick(found: Figures) -> bool:
    return bool(found["performance"] >= PERFORMANCE)


async def best_of(url: str, port: int) -> Figures:
    best: Figures | None = None
    for _ in range(TRIES):
        found: Figures = await run_script("lighthouse.mjs", url=url, port=port)
        if best is None or found["performance"] > best["performance"]:
            best = found
        if is_quick(best):
            break
    assert best is not None
    return best


async def bytes_of_a_minute(page: Page, url: str) -> int:
    """What a page fetches in the minute after it has settled, compressed as it came."""
    devtools = await page.context.new_cdp_session(page)
    received = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal received
        received += int(event["encodedDataLength"])

    devtools.on("Network.dataReceived", count)
    devtools.on("Network.responseReceived", lambda event: count(event["response"]))
    await devtools.send("Network.enable")
    await page.goto(url)
    await page.locator("main h1").first.wait_for()
    await page.wait_for_timeout(SETTLED_MILLISECONDS)
    settled_at = received
    assert settled_at > 0, "nothing is counted"
    await page.wait_for_timeout(60_000)
    return received - settled_at


@pytest.mark.acceptance
async def test_first_screens_are_light_quick_and_accessible_and_then_cost_little(
    site: Site, tmp_path: Path
) -> None:
    or_skip(node_program)
    port = free_port()
    async with browser_at(port, tmp_path / "profile") as context:
        page = context.pages[0]
        figures = {"residents": await best_of(f"{site.residents}/townships", port)}
        figures["console"] = await best_of(f"{site.url}/", port)
        await page.goto(site.url)
        await page.locator("main button.primary").click()
        await page.locator("input[name=login]").wait_for()
        figures["sign-in"] = await best_of(page.url, port)
        await page.locator("button[name=role][value=township_officer]").click()
        await page.locator("main h1").first.wait_for()
        figures["home"] = await best_of(f"{site.url}/", port)
        figures["order"] = await best_of(f"{site.url}/orders/new", port)
        assert figures["order"]["at"] == f"{site.url}/orders/new"
        idle = {
            name: await bytes_of_a_minute(page, f"{site.url}{path}")
            for name, path in (("home", "/"), ("order", "/orders/new"))
        }
    if folder := os.environ.get("DIANCAI_PICTURES"):
        said = {"pages": figures, "idle_bytes_a_minute": idle}
        (Path(folder) / "lighthouse.json").write_text(json.dumps(said, indent=1), "utf-8")
    assert {name: found for name, found in figures.items() if not is_sound(found)} == {}
    assert {name: count for name, count in idle.items() if count > IDLE_BYTES_A_MINUTE} == {}
    slow = {name: found for name, found in figures.items() if not is_quick(found)}
    busy = [name for name, found in slow.items() if found["machine"] < FAST_ENOUGH]
    if busy:
        pytest.skip(f"{NOT_RUN} machine that is quick and free enough to judge: {', '.join(busy)}")
    assert slow == {}
