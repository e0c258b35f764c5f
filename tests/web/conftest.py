"""A browser at a running demonstration, or at the deployment that DIANCAI_SITE names, for the tests of the console."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import (
    Crowd,
    Site,
    axe_script,
    copy_of_played_data,
    crowd_at,
    deployed,
    running_browser,
    running_site,
)
from tests.support.fixtures import or_skip
from tests.support.private import chromium_program

OTHERWISE = "needs the demonstration that tests start themselves; DIANCAI_SITE names a deployment"
HERE = Path(__file__).parent
FAILED = pytest.StashKey[bool]()
"""Whether a test failed, so that what its pages showed is reported."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this folder run on one event loop, for they share a browser. At a deployment only those run that
    need no demonstration."""
    on_one_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(on_one_loop, append=False)
    if deployed() is not None:
        for item in items:
            if HERE in item.path.parents and not item.get_closest_marker("deployed"):
                item.add_marker(pytest.mark.skip(OTHERWISE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of this process: whoever comes brings cookies and storage of their own."""
    or_skip(chromium_program)
    async with running_browser() as one:
        yield one


@pytest.fixture(scope="session")
def shared_site(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests of this process that leave it as it was, or change what no other of them looks at."""
    data = tmp_path_factory.mktemp("shared_site") / "data"
    with running_site(copy_of_played_data(shared_folder, data)) as one:
        yield one


@pytest.fixture
def site(request: pytest.FixtureRequest, shared_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """The test's own, unless it is marked ``shared_site``."""
    or_skip(chromium_program)
    or_skip(axe_script)
    if (there := deployed()) is not None:
        yield there
        return
    if request.node.get_closest_marker("shared_site"):
        yield request.getfixturevalue("shared_site")
        return
    with running_site(copy_of_played_data(shared_folder, tmp_path / "data")) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(
    request: pytest.FixtureRequest, site: Site, browser: Browser
) -> AsyncIterator[Crowd]:
    """People at browsers; no page of theirs may have complained or asked another origin."""
    async with crowd_at(site, browser) as people:
        yield people
        if request.node.stash.get(FAILED, False):
            request.node.add_report_section("teardown", "pages", await people.shown())
        assert people.complaints() == []
