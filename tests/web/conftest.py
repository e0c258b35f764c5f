"""A browser at a running demonstration, for the tests of the console."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.browser import (
    Crowd,
    Site,
    axe_script,
    copy_of_played_data,
    crowd_at,
    running_site,
)
from tests.support.fixtures import or_skip
from tests.support.private import chromium_program


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture
def site(shared_folder: Path, tmp_path: Path) -> Iterator[Site]:
    or_skip(chromium_program)
    or_skip(axe_script)
    with running_site(copy_of_played_data(shared_folder, tmp_path / "data")) as one:
        yield one


@pytest.fixture
async def crowd(site: Site) -> AsyncIterator[Crowd]:
    """People at browsers; no page of theirs may have complained or asked another origin."""
    async with crowd_at(site) as people:
        yield people
        assert people.complaints() == []
