"""SQLite's files are their owner's alone, and what was erased is in none of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from services.catalog.volunteers.tables import volunteer
from shared.db.engine import Database
from tests.support.house import OVERWRITING, House, running_house

LIN = {
    "team_code": "health",
    "name": "林志远",
    "phone": "13800138000",
    "consent_at": "2014-06-01T08:00:00+08:00",
    "consent_version": "2014-1",
}


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/data/catalog.db")
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        names = {"name": "市卫生局", "name_en": "Health"}
        await house.client.put("/api/catalog/agencies/health", json=names)
        team = names | {"agency_code": "health", "members": 8}
        assert (await house.client.put("/api/catalog/teams/health", json=team)).status_code == 200
        yield house


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "data").glob("catalog.db*"))


async def sealed_of(house: House, no: str) -> list[bytes]:
    query = select(volunteer.c.phone_sealed, volunteer.c.name_sealed).where(volunteer.c.no == no)
    async with house.uow("catalog").reading() as session:
        row = (await session.execute(query)).one()
    return [value.encode() for value in row]


async def test_the_files_are_their_owner_s_alone(catalog: House, tmp_path: Path) -> None:
    assert {path.name for path in files(tmp_path)} >= {"catalog.db", "catalog.db-wal"}
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in files(tmp_path)} == {
        path.name: "0o600" for path in files(tmp_path)
    }
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_a_file_that_all_could_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").touch(mode=0o644)
    database = Database(f"sqlite:///{tmp_path}/catalog.db")
    await database.ping()
    await database.close()
    assert (tmp_path / "catalog.db").stat().st_mode & 0o777 == 0o600


async def test_what_was_erased_is_in_no_file(catalog: House, tmp_path: Path) -> None:
    no = (await catalog.client.post("/api/catalog/volunteers", json=LIN)).json()["no"]
    sealed = await sealed_of(catalog, no)
    assert all(any(value in path.read_bytes() for path in files(tmp_path)) for value in sealed), (
        "the test sees it"
    )
    erased = await catalog.client.post(
        f"/api/catalog/volunteers/{no}/erase", json={"reason": "本人要求"}
    )
    assert erased.status_code == 202, erased.text
    found = [
        path.name for path in files(tmp_path) for value in sealed if value in path.read_bytes()
    ]
    assert found == []


async def test_what_was_corrected_is_in_no_file(catalog: House, tmp_path: Path) -> None:
    no = (await catalog.client.post("/api/catalog/volunteers", json=LIN)).json()["no"]
    (phone, _name) = await sealed_of(catalog, no)
    corrected = await catalog.client.put(
        f"/api/catalog/volunteers/{no}", json={"phone": "13900139000"}, headers=OVERWRITING
    )
    assert corrected.status_code == 200, corrected.text
    assert [path.name for path in files(tmp_path) if phone in path.read_bytes()] == []
