"""Reading the audit log: newest first, by account, by action and by time; and verifying it."""

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from services.embedded import build_all
from shared.audit.chain import seal
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.access import Role
from tests.support.excel import records_of
from tests.support.house import OVERWRITING, House, running_house
from tests.support.tokens import bearer
from tests.support.tree import SERVICES, folder_of

GAOLOU, HULING = "330381125000", "330381122000"


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db")
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        yield house


async def enter_township(house: House, code: str, name: str, subject: str) -> None:
    body = {"name": name, "name_en": name, "lat": 27.8, "lon": 120.3}
    headers = OVERWRITING | bearer(Role.COORDINATOR, sub=subject)
    answer = await house.client.put(f"/api/catalog/townships/{code}", json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text


async def read(house: House, path: str = "", language: str = "zh-CN", **query: Any) -> Any:
    answer: httpx.Response = await house.client.get(
        f"/api/catalog/audit{path}", params=query, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_pages_from_the_newest_entry_back(catalog: House) -> None:
    for number in range(5):
        await enter_township(catalog, GAOLOU, f"高楼镇{number}", "first")
    oldest_first = [entry["id"] for entry in await read(catalog)]
    newest = await read(catalog, newest_first=True, limit=3)
    older = await read(catalog, newest_first=True, limit=3, after=newest[-1]["id"])
    found = [entry["id"] for entry in (*newest, *older)]
    assert found == oldest_first[::-1]
    assert len(found) == 5


async def test_shows_one_account_one_action_or_a_stretch_of_time(catalog: House) -> None:
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    await enter_township(catalog, HULING, "湖岭镇", "second")
    (by_second,) = await read(catalog, subject="second")
    assert HULING in str(by_second["changes"])
    action = by_second["action"]
    assert len(await read(catalog, action=action)) == 2
    assert await read(catalog, action="publish_edition") == []
    at = by_second["at"]
    assert len(await read(catalog, since=at)) >= 1
    assert by_second not in await read(catalog, until=at)
    assert await read(catalog, since="2199-01-01T00:00:00Z") == []


@pytest.mark.parametrize(("language", "kind"), [("zh-CN", "镇街"), ("en", "township")])
async def test_entries_say_in_words_what_was_done(catalog: House, language: str, kind: str) -> None:
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    (entry,) = await read(catalog, language=language)
    assert entry["words"].get("township", "township") == kind
    assert entry["action_name"] != entry["action"]
    known = await read(catalog, "/actions", language=language)
    assert {"action": entry["action"], "name": entry["action_name"]} in known


async def test_a_changed_row_is_found(catalog: House) -> None:
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    service = catalog.services["catalog"]
    await seal(service.database, service.clock)
    whole = await read(catalog, "/verification")
    assert (whole["is_whole"], whole["findings"]) == (True, [])
    assert whole["rows"] >= 1
    async with service.database.writing() as session:
        await session.execute(text("DROP TRIGGER audit_log_no_update"))
        await session.execute(text("UPDATE audit_log SET subject = 'nobody'"))
    broken = await read(catalog, "/verification")
    assert not broken["is_whole"]
    assert broken["findings"]


async def test_status_counts_what_is_published_and_what_is_parked(catalog: House) -> None:
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    answer = await catalog.client.get("/api/catalog/events/status")
    assert answer.status_code == 200, answer.text
    status = answer.json()
    assert status["published"] >= 1
    assert status["parked"] == {"failed": 0, "waiting": 0, "since": None}
    assert set(status["applied"]) == {"requests", "dispatch", "notify"}
    assert status["queues"] == {"partitions": 2, "is_settled": True}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_log_names_has_a_word(service: str, language: str, tmp_path: Path) -> None:
    build_all(tmp_path)  # maps the classes of all services
    texts = Texts(folder_of(service) / "locales")
    mappers = import_module(f"services.{service}.database").mapper.mappers
    tables = sorted(str(each.local_table) for each in mappers)
    assert tables
    assert [name for name in tables if not texts.word(language, "kinds", name)] == []


async def test_the_same_status_is_not_sent_again(catalog: House) -> None:
    path = "/api/catalog/events/status"
    first = await catalog.client.get(path)
    has_it = {"If-None-Match": first.headers["etag"]}
    same = await catalog.client.get(path, headers=has_it)
    assert (same.status_code, same.content) == (304, b"")
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    changed = await catalog.client.get(path, headers=has_it)
    assert changed.status_code == 200
    assert changed.json()["published"] > first.json()["published"]
    assert changed.headers["etag"] != first.headers["etag"]


async def test_the_log_is_exported_as_it_is_filtered(catalog: House) -> None:
    await enter_township(catalog, GAOLOU, "高楼镇", "first")
    await enter_township(catalog, HULING, "湖岭镇", "second")
    query = {"action": "enter_directory", "subject": "first"}
    answer = await catalog.client.get("/api/catalog/audit.xlsx", params=query)
    assert answer.status_code == 200, answer.text
    (row,) = records_of(answer.content)
    assert row["账号"] == "first"
    assert "高楼镇" in row["改动"]
    nobody = await catalog.client.get("/api/catalog/audit.xlsx", params={"subject": "third"})
    assert records_of(nobody.content) == []
