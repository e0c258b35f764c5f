"""An import is applied as a whole: whoever is killed has written nothing, and what was not shown is not written."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.schemas.cells import understanding
from services.catalog.imports.tables import directory_import
from services.catalog.imports.use_cases.applying import apply_import
from shared.jobs.queue import take_due
from tests.catalog.imports.tables import AGENCIES, TEAMS, bring_in, rows_of, send, settled, start
from tests.support.house import OVERWRITING, House
from tests.support.workbooks import Cell, xlsx


async def take(catalog: House, made: Any) -> DirectoryImport:
    """Takes the import as a worker of another process would, so that nobody else has it."""
    uow = catalog.uow("catalog")
    async with uow.transaction() as tx:
        held = await tx.get(DirectoryImport, made["id"])
        held.start(tx.now)
        held.take("another process", tx.now + timedelta(minutes=5))
    return held


async def let_go(catalog: House, made: Any) -> None:
    """The other process has been silent for the length of its lease."""
    uow = catalog.uow("catalog")
    async with uow.transaction() as tx:
        await tx.session.execute(
            update(directory_import)
            .where(directory_import.c.id == made["id"])
            .values(due_at=tx.now - timedelta(seconds=1))
        )


async def test_an_import_whose_process_was_killed_is_applied_by_the_next_once(
    catalog: House,
) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    made = await send(catalog, "teams", xlsx(TEAMS))
    killed = await take(catalog, made)
    assert (await catalog.client.get("/api/catalog/teams")).json()["items"] == []
    await let_go(catalog, made)
    assert (await settled(catalog, made))["state"] == "done"
    texts = catalog.services["catalog"].texts
    await apply_import(catalog.uow("catalog"), killed, understanding(texts))
    assert len(await catalog.published("catalog")) == 2, "who comes back late writes nothing"


async def test_an_import_shows_how_far_it_is(catalog: House) -> None:
    rows = [["代码", "名称"], *([f"a{number}", f"单位{number}"] for number in range(1200))]
    made = await send(catalog, "agencies", xlsx(rows))
    await start(catalog, made)
    done = await settled(catalog, made)
    assert (done["state"], done["checked"], done["rows"]) == ("done", 1200, 1200)


async def test_what_somebody_changed_after_the_preview_is_not_overwritten(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    await bring_in(catalog, "teams", TEAMS)
    more: list[list[Cell]] = [
        *TEAMS[:3],
        ["医疗卫生志愿服务队", "卫生局", 20, ""],
        ["心理服务队", "卫生局", 6, ""],
    ]
    made = await send(catalog, "teams", xlsx(more))
    (team,) = (await catalog.client.get("/api/catalog/teams?q=医疗")).json()["items"]
    body = {name: team[name] for name in ("name", "name_en", "agency_code")} | {"members": 15}
    answer = await catalog.client.put(
        f"/api/catalog/teams/{team['code']}", json=body, headers=OVERWRITING
    )
    assert answer.status_code == 200
    await start(catalog, made)
    now = await settled(catalog, made)
    assert (now["state"], now["problem"]) == (
        "draft",
        "您查看预览之后，有人更改了名录。这次导入没有生效。",
    )
    changed, new = await rows_of(catalog, made)
    assert (changed["changes"][0]["before"], new["outcome"]) == ("15", "new")
    assert len((await catalog.client.get("/api/catalog/teams")).json()["items"]) == 2
    await start(catalog, made)
    assert (await settled(catalog, made))["state"] == "done"


async def test_the_audit_log_says_who_imported_what(catalog: House) -> None:
    await bring_in(catalog, "agencies", AGENCIES)
    entries = (await catalog.client.get("/api/catalog/audit")).json()
    made = [
        (entry["action"], change["kind"], change["key"])
        for entry in entries
        for change in entry["changes"]
        if change["how"] == "made"
    ]
    assert ("import_directory", "agency", "bureau") in made


async def test_a_worker_takes_only_what_was_started(catalog: House) -> None:
    await send(catalog, "agencies", xlsx(AGENCIES))
    assert await take_due(catalog.uow("catalog"), DirectoryImport, "worker") == []
