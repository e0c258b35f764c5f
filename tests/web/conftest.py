"""A browser at a running demonstration, or at the deployment that DIANCAI_SITE names, for the tests of the console."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.browser import (
    Crowd,
    Site,
    axe_script,
    copy_of_played_data,
    crowd_at,
    deployed,
    running_site,
)
from tests.support.fixtures import or_skip
from tests.support.private import chromium_program

OTHERWISE = "needs the demonstration that tests start themselves; DIANCAI_SITE names a deployment"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """At a deployment only those tests run that need no demonstration."""
    if deployed() is not None:
        for item in items:
            if Path(__file__).parent in item.path.parents and not item.get_closest_marker(
                "deployed"
            ):
                item.add_marker(pytest.mark.skip(OTHERWISE))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture
def site(shared_folder: Path, tmp_path: Path) -> Iterator[Site]:
    or_skip(chromium_program)
    or_skip(axe_script)
    if (there := deployed()) is not None:
        yield there
        return
    with running_site(copy_of_played_data(shared_folder, tmp_path / "data")) as one:
        yield one


@pytest.fixture
async def crowd(site: Site) -> AsyncIterator[Crowd]:
    """People at browsers; no page of theirs may have complained or asked another origin."""
    async with crowd_at(site) as people:
        yield people
        assert people.complaints() == []
