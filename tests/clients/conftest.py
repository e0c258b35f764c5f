"""A whole system for clients from elsewhere, on a port of its own, with an account that they may sign in with."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.directory.use_cases import enter_township
from shared.kernel.access import Role
from shared.service import Service
from tests.notify.conftest import notify
from tests.notify.inbox.test_stream import served
from tests.support.story import embedded_system

__all__ = ["notify", "served"]  # fixtures of notify, for its live inbox

LOGIN, PASSWORD, TOWNSHIP = "高楼", "马屿镇的夏天很长很长", "330381113000"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the system is reached."""

    url: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/api/catalog"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with embedded_system(tmp_path, prepare=_make_account) as http:
        yield Site(str(http.base_url).rstrip("/"))


async def _make_account(services: Sequence[Service]) -> None:
    (catalog,) = [service for service in services if service.name == "catalog"]
    await enter_township(
        catalog.uow, TOWNSHIP, name="高楼镇", name_en="Gaolou", lat=27.7, lon=120.3
    )
    await ensure_account(
        catalog.uow,
        catalog.api.state.provider.passwords,
        login=LOGIN,
        password=PASSWORD,
        totp_secret=None,
        roles=[Role.OFFICER],
        scope={"township_code": TOWNSHIP},
    )
