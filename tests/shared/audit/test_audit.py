"""The audit log: written with the change itself, and no row of it can be changed unnoticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from services.catalog.bootstrap import build
from services.catalog.directory import use_cases
from services.catalog.directory.domain import Agency, Township
from services.catalog.policy import POLICY
from services.catalog.settings import CatalogSettings
from shared.audit.chain import seal, verify
from shared.audit.tables import audit_log
from shared.cache.memory import MemoryCache
from shared.db.engine import Database
from shared.kernel.access import Actor, Role
from shared.kernel.clock import utc_now
from shared.messaging.memory import MemoryBroker
from shared.service import Service
from tests.support.fixtures import NewUrl
from tests.support.schema import bring_up

COORDINATOR = Actor("account-7", frozenset({Role.COORDINATOR}), address="192.0.2.7")
GAOLOU = "330381113000"


@pytest.fixture
async def catalog_store(new_store_url: NewUrl) -> AsyncIterator[Service]:
    """catalog with its store, and no part of it running."""
    async with catalog_at(new_store_url()) as service:
        yield service


@asynccontextmanager
async def catalog_at(url: str) -> AsyncIterator[Service]:
    settings = CatalogSettings(database_url=url)
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now)
    await bring_up(service.migrations, service.database)
    yield service
    await service.database.close()


async def enter(service: Service, name: str = "高楼镇", actor: Actor = COORDINATOR) -> None:
    await use_cases.enter_township(
        service.uow.acting(actor), GAOLOU, name=name, name_en="Gaolou", lat=27.78, lon=120.29
    )


async def rows(service: Service) -> list[tuple[str, str, str, str]]:
    async with service.database.reading() as session:
        found = await session.execute(select(audit_log).order_by(audit_log.c.id))
        return [(row.subject, row.action, row.address, row.changes) for row in found]


async def test_a_change_is_kept_with_before_and_after(catalog_store: Service) -> None:
    await enter(catalog_store)
    await enter(catalog_store, "高楼乡")
    first, second = await rows(catalog_store)
    assert first[:3] == ("account-7", "enter_directory", "192.0.2.7")
    assert '"how":"made"' in first[3]
    assert '"before":{"name":"高楼镇"}' in second[3]
    assert '"after":{"name":"高楼乡"}' in second[3]


async def test_what_is_appended_on_behalf_of_an_account_is_kept_as_well(
    catalog_store: Service,
) -> None:
    uow = catalog_store.uow.acting(COORDINATOR)
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        tx.append(Agency(code="health-bureau", name="卫生局", name_en="Health"))
    ((subject, action, _, changes),) = await rows(catalog_store)
    assert (subject, action) == ("account-7", "enter_directory")
    assert "卫生局" in changes


async def test_what_changes_nothing_or_fails_leaves_no_row(catalog_store: Service) -> None:
    await enter(catalog_store)
    await enter(catalog_store)
    with pytest.raises(RuntimeError):
        await _enter_and_fail(catalog_store)
    assert len(await rows(catalog_store)) == 1


async def _enter_and_fail(service: Service) -> None:
    uow = service.uow.acting(COORDINATOR)
    uow.permit(POLICY, "enter_directory")
    async with uow.transaction() as tx:
        (await tx.get(Township, GAOLOU)).correct(name="别名")
        await tx.flush()
        raise RuntimeError


async def test_the_system_itself_is_not_audited(catalog_store: Service) -> None:
    await use_cases.enter_township(
        catalog_store.uow, GAOLOU, name="高楼镇", name_en="G", lat=27.7, lon=120.3
    )
    assert await rows(catalog_store) == []


async def test_rows_can_only_be_added(catalog_store: Service) -> None:
    await enter(catalog_store)
    await seal(catalog_store.database, utc_now)
    for table in ("audit_log", "audit_seal"):
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET rows = 0"
            if "seal" in table
            else f"UPDATE {table} SET action = 'x'",
        ):
            with pytest.raises(DBAPIError, match="append-only"):
                await execute(catalog_store.database, statement)


async def execute(database: Database, *statements: str) -> None:
    async with database.writing() as session:
        for statement in statements:
            await session.execute(text(statement))


async def sealed_chain(service: Service) -> None:
    """Three seals over five rows."""
    for number in range(5):
        await enter(service, f"高楼镇{number}")
        if number in (1, 3, 4):
            assert await seal(service.database, utc_now)


async def test_an_untouched_chain_holds(catalog_store: Service) -> None:
    await sealed_chain(catalog_store)
    verdict = await verify(catalog_store.database, utc_now)
    assert (verdict.wrong, verdict.seals, verdict.rows, verdict.unsealed) == ([], 3, 5, 0)
    assert (await verify(catalog_store.database, utc_now, expect=verdict.head)).wrong == []
    assert (await verify(catalog_store.database, utc_now, expect="0" * 64)).wrong
    assert await seal(catalog_store.database, utc_now) is None, "nothing new, no seal"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_log SET subject = 'somebody else' WHERE id = 2", "seal 1"),
        (
            "UPDATE audit_log SET changes = replace(changes, '高楼镇3', '高楼镇9') WHERE id = 4",
            "changed row",
        ),
        ("DELETE FROM audit_log WHERE id = 3", "1 rows instead of 2"),
        ("DELETE FROM audit_seal WHERE seq = 2", "seal 2 is missing"),
        ("UPDATE audit_seal SET hash = repeat_zero WHERE seq = 1", "seal 1"),
    ],
)
async def test_every_manipulation_is_named(
    catalog_store: Service, statement: str, said: str
) -> None:
    await sealed_chain(catalog_store)
    triggers = (
        [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in ("audit_log", "audit_seal")]
        if catalog_store.database.dialect == "postgresql"
        else [
            f"DROP TRIGGER {table}_no_{act}"
            for table in ("audit_log", "audit_seal")
            for act in ("update", "delete")
        ]
    )
    await execute(
        catalog_store.database, *triggers, statement.replace("repeat_zero", f"'{'0' * 64}'")
    )
    (wrong,) = (await verify(catalog_store.database, utc_now)).wrong
    assert said in wrong


async def test_a_row_slipped_in_behind_is_found(catalog_store: Service) -> None:
    await sealed_chain(catalog_store)
    if catalog_store.database.dialect == "sqlite":
        await execute(
            catalog_store.database,
            "DROP TRIGGER audit_log_no_delete",
            "DELETE FROM audit_log WHERE id = 3",
        )
        forged = {"id": 3}
    else:
        forged = {"txid": 3}
    async with catalog_store.database.writing() as session:
        await session.execute(
            insert(audit_log).values(
                at=utc_now(),
                subject="x",
                roles="",
                action="x",
                address="",
                correlation_id="",
                changes="[]",
                **forged,
            )
        )
    assert (await verify(catalog_store.database, utc_now)).wrong


async def test_rows_without_a_seal_are_reported_when_they_wait_too_long(
    catalog_store: Service,
) -> None:
    await enter(catalog_store)
    assert (await verify(catalog_store.database, utc_now)).unsealed == 1

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(hours=1)

    (wrong,) = (await verify(catalog_store.database, later)).wrong
    assert "have no seal" in wrong


async def test_a_late_commit_is_neither_skipped_nor_breaks_the_chain(postgres_url: NewUrl) -> None:
    """On PostgreSQL ids are given before commits: the row with the lower id may come later."""
    async with catalog_at(postgres_url()) as catalog_store:
        await _commit_late(catalog_store)


async def _commit_late(catalog_store: Service) -> None:
    early, may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        uow = catalog_store.uow.acting(COORDINATOR)
        uow.permit(POLICY, "enter_directory")
        async with uow.transaction() as tx:
            tx.add(Agency(code="slow", name="慢单位", name_en="Slow"))
            await tx.flush()
            early.set()
            await may_commit.wait()

    task = asyncio.create_task(slow())
    await early.wait()
    await enter(catalog_store)
    await seal(catalog_store.database, utc_now)
    may_commit.set()
    await task
    await enter(catalog_store, "高楼乡")
    await seal(catalog_store.database, utc_now)
    verdict = await verify(catalog_store.database, utc_now)
    assert (verdict.wrong, verdict.rows, verdict.unsealed) == ([], 3, 0)
